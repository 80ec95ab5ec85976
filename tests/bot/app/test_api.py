"""The API: gradio's two endpoints with the real client, the plain JSON routes, and what stays shut."""

from __future__ import annotations

import base64
import http.client
import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from bot.app.logins import basic_login
from bot.app.security import MAX_BODY, allowed


def call(url: str, body: Any = None, method: str | None = None, **headers: str) -> tuple[int, Any, Any]:
    """Status, parsed body and headers of one request."""
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"} | given, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, _parsed(response.read()), response.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _parsed(error.read()), error.headers


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")


@pytest.fixture(scope="module")
def client(chat):
    made = Client(chat.url, verbose=False)
    yield made
    made.close()


def test_exactly_two_endpoints_are_public(client):
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == {"/ask", "/check"}
    assert client.view_api(return_format="dict")["unnamed_endpoints"] == {}


def test_ask_returns_the_contract(client, chat):
    answer = client.predict("刷信用卡可以另收手续费吗?", "tmall", api_name="/ask")
    assert answer == chat.desk.ask("刷信用卡可以另收手续费吗?", "tmall").to_json()
    assert answer["verdict"] == "no" and answer["platform"] == "天猫"
    assert client.predict(question="can I charge card fees?", platform=None, api_name="/ask")["language"] == "en"
    assert client.predict(question="can I charge card fees?", api_name="/ask")["platform"] is None


def test_check_returns_the_contract(client, chat):
    draft = "刷卡要手续费"
    assert client.predict(draft, None, api_name="/check") == chat.desk.check(draft).to_json()
    assert client.predict("好的亲", api_name="/check")["ok"] is True


@pytest.mark.parametrize(
    ("question", "platform", "word"), [("", None, "empty"), ("可以吗", "火星", "火星"), ("长" * 3000, None, "2000")]
)
def test_a_wrong_call_is_an_error_with_the_line(client, question, platform, word):
    with pytest.raises(AppError, match=word) as caught:
        client.predict(question, platform, api_name="/ask")
    assert "Traceback" not in str(caught.value)


def test_a_broken_desk_tells_nothing(client, chat):
    with pytest.raises(AppError) as caught:
        client.predict("坏了吗?", None, api_name="/ask")
    assert "sqlite" not in str(caught.value)
    status, body, _ = call(chat.url + "v1/ask", {"question": "坏了吗?"})
    assert status == 500 and "sqlite" not in str(body) and "Traceback" not in str(body)


def test_plain_routes_return_the_same(chat):
    status, body, headers = call(chat.url + "v1/ask", {"question": "特价可以不开票吗?", "platform": "京东"})
    assert status == 200 and body == chat.desk.ask("特价可以不开票吗?", "京东").to_json()
    assert headers["content-type"].startswith("application/json")
    status, body, _ = call(chat.url + "v1/check", {"draft": "您加微信吧"})
    assert status == 200 and body["findings"][0]["label"] == "offsite_contact"


def test_history_reaches_the_desk(chat):
    turn = {"question": "信用卡?", "answer": "不收"}
    assert call(chat.url + "v1/ask", {"question": "那京东的票呢?", "history": [turn]})[0] == 200
    assert [(t.question, t.answer) for t in chat.desk.histories[-1]] == [("信用卡?", "不收")]


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("v1/ask", {"question": " "}, 400, "empty"),
        ("v1/ask", {"question": "可以吗", "platform": "火星"}, 400, "火星"),
        ("v1/ask", {}, 422, "question"),
        ("v1/ask", {"question": 5}, 422, "question"),
        ("v1/ask", {"question": "可以吗", "extra": 1}, 422, "extra"),
        ("v1/ask", b"not json", 422, ""),
        ("v1/check", {"draft": ""}, 400, "empty"),
        ("v1/articles/none", None, 404, "article"),
        ("v1/feedback", {"question": "q", "vote": "sideways"}, 422, "vote"),
        ("v1/feedback", {"question": "q", "vote": "up", "reason": "mood"}, 400, "mood"),
    ],
)
def test_wrong_calls_of_plain_routes(chat, path, body, status, word):
    got, answer, _ = call(chat.url + path, body)
    assert got == status and word in answer["error"]


def test_a_long_body_is_refused_declared_or_not(chat):
    try:
        assert call(chat.url + "v1/ask", b"x" * (MAX_BODY + 1))[0] == 413
    except urllib.error.URLError as error:  # the server hung up while this was still sending
        assert isinstance(error.reason, BrokenPipeError | ConnectionResetError)
    host = chat.url.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host, timeout=20)
    pieces = (b"x" * 100_000 for _ in range(12))
    try:
        connection.request("POST", "/v1/ask", pieces, {"Content-Type": "application/json"}, encode_chunked=True)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # the server may hang up before it has read what it will not take
    finally:
        connection.close()


def test_feedback_and_refused_questions_are_kept(chat):
    assert (
        call(chat.url + "v1/feedback", {"question": "开票?", "verdict": "yes", "vote": "down", "reason": "old"})[0]
        == 201
    )
    assert chat.store.feedback()[0]["reason"] == "old"
    call(chat.url + "v1/ask", {"question": "可以在店里养鹦鹉吗?", "platform": "快手"})
    assert (chat.store.refused()[0]["question"], chat.store.refused()[0]["platform"]) == ("可以在店里养鹦鹉吗?", "快手")


@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/file=https://example.com/",
        "gradio_api/file=/etc/passwd",
        "gradio_api/file=pyproject.toml",
        "gradio_api/file/pyproject.toml",
        "gradio_api/proxy=https://example.com/",
        "gradio_api/upload",
        "gradio_api/upload_progress",
        "gradio_api/component_server",
        "gradio_api/vibe-code",
        "gradio_api/runs",
        "gradio_api/run-history/records",
        "gradio_api/deep_link",
        "gradio_api/stream/a/b/c/playlist.m3u8",
        "monitoring",
        "monitoring/summary",
        "docs",
        "openapi.json",
        "redoc",
    ],
)
def test_what_the_page_does_not_need_is_shut(chat, path):
    assert call(chat.url + path)[0] == 404


@pytest.mark.parametrize(
    "path", ["/gradio_api//file=x", "/gradio_api/info/../file=x", "/gradio_api/%66ile=x", "/gradio_apiX"]
)
def test_odd_spellings_stay_shut(path):
    assert not allowed(path)


def test_headers_on_every_answer(chat):
    for path in ("", "health", "v1/articles/none", "gradio_api/file=x", "desk/app.js"):
        headers = call(chat.url + path)[2]
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "http" not in policy, path
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"


def test_ten_questions_at_once_do_not_queue(chat):
    from concurrent.futures import ThreadPoolExecutor

    began = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: call(chat.url + "v1/ask", {"question": f"慢慢{i}"})[0], range(8)))
    assert found == [200] * 8 and time.perf_counter() - began < 6  # one at a time would take 12 s


def test_a_login_guards_pages_endpoints_and_routes(guarded_chat):
    url = guarded_chat.url
    question = {"question": "刷信用卡可以吗?"}
    assert call(url + "health")[0] == 200
    status, _, headers = call(url + "v1/ask", question)
    assert status == 401 and headers["www-authenticate"].startswith("Basic")
    assert call(url + "v1/articles/art-1")[0] == 401
    assert call(url + "gradio_api/info")[0] == 401
    assert call(url + "gradio_api/call/ask", {"data": ["x", None]})[0] == 401
    right = "Basic " + base64.b64encode(b"desk:open-sesame").decode()
    wrong = "Basic " + base64.b64encode(b"desk:open-wide").decode()
    assert call(url + "v1/ask", question, Authorization=right)[0] == 200
    assert call(url + "v1/ask", question, Authorization=wrong)[0] == 401
    assert call(url + "v1/feedback", {"question": "q", "vote": "up"}, Authorization=right)[0] == 404


def test_the_real_client_logs_in(guarded_chat):
    made = Client(guarded_chat.url, auth=("desk", "open-sesame"), verbose=False)
    try:
        assert made.predict("刷信用卡可以吗?", None, api_name="/ask")["verdict"] == "no"
    finally:
        made.close()


@pytest.mark.parametrize(
    "header", [None, "", "Bearer x", "Basic", "Basic %%%", "Basic " + base64.b64encode(b"nocolon").decode()]
)
def test_odd_authorization_headers_are_no_login(header):
    assert basic_login(header) is None
