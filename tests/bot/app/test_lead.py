"""The lead's routes: shut to everybody else on the server itself, whatever the page shows."""

from __future__ import annotations

import base64
import http.client
import json
import time
from typing import Any

import pytest
from gradio_client import Client
from test_api import call

from bot.feedback import Feedback

GIFT = "---\nid: gift\ntitle: 天猫赠品规定\nplatforms: [天猫]\npublished: 2025-01-02\n---\n## 一、赠品\n1. 页面写明赠品的,店铺漏发赠品须在3天内补发,不补发的每次扣2分。\n"
ROUTES = (
    ("GET", "status", None),
    ("GET", "refused", None),
    ("GET", "refused.csv", None),
    ("GET", "feedback.csv", None),
    ("PUT", "pages?name=a.md", b"x"),
    ("POST", "preview", {"url": "https://example.com/"}),
    ("POST", "confirm", {"id": "x"}),
    ("POST", "retry", {}),
    ("POST", "discard", {}),
)


def login(name: str, password: str = "open-sesame") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode(), "X_Ruledesk": "1"}


def lead(chat: Any, method: str, path: str, body: Any = None) -> Any:
    status, answer, _ = call(f"{chat.url}v1/lead/{path}", body, method, **login("boss"))
    assert status == 200, answer
    return answer


def settled(chat: Any) -> Any:
    until = time.monotonic() + 20
    while (row := lead(chat, "GET", "status"))["state"] in ("reading", "indexing"):
        assert time.monotonic() < until
        time.sleep(0.05)
    return row


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_every_route_refuses_whoever_is_no_lead(lead_chat, method, path, body):
    url = f"{lead_chat.url}v1/lead/{path}"
    assert call(url, body, method)[0] == 401
    status, answer, _ = call(url, body, method, **login("mei"))
    assert status == 403 and answer["error"] == "只有主管可以这样做。"


def test_without_a_login_there_are_no_such_routes(chat, guarded_chat):
    for running in (chat, guarded_chat):
        assert call(f"{running.url}v1/lead/status")[0] == 404


def test_a_cookie_alone_changes_nothing(lead_chat):
    """A form on another site can send a login's cookie, but no header of its own."""
    headers = {k: v for k, v in login("boss").items() if k == "Authorization"}
    assert call(f"{lead_chat.url}v1/lead/discard", {}, "POST", **headers)[0] == 403


def test_upload_preview_confirm(lead_chat):
    assert lead(lead_chat, "PUT", "pages?name=..%2F..%2Fgift.md", GIFT.encode())["name"] == "gift.md"
    lead(lead_chat, "POST", "preview", {"names": ["gift.md"]})
    row = settled(lead_chat)
    assert row["state"] == "preview" and [c["title"] for c in row["changes"]["new"]] == ["天猫赠品规定"]
    assert lead_chat.desk.article("gift") is None
    lead(lead_chat, "POST", "confirm", {"id": row["id"]})
    assert settled(lead_chat)["state"] == "done"
    question = {"question": "漏发赠品几天内补发?", "platform": "天猫"}
    status, answer, _ = call(lead_chat.url + "v1/ask", question, **login("mei"))
    assert status == 200 and answer["citations"][0]["article_id"] == "gift"


@pytest.mark.parametrize(
    ("method", "path", "body", "word"),
    [
        ("PUT", "pages?name=run.exe", b"x", "run.exe"),
        ("POST", "preview", {}, "没有要载入"),
        ("POST", "preview", {"names": ["never.md"]}, "never.md"),
        ("POST", "preview", {"url": "file:///etc/passwd"}, "https://"),
        ("POST", "preview", {"url": "https://example.com/", "pages": 500}, "1 到 50"),
        ("POST", "confirm", {"id": "other"}, "失效"),
    ],
)
def test_wrong_calls_are_a_clear_line_in_the_readers_language(lead_chat, method, path, body, word):
    status, answer, _ = call(f"{lead_chat.url}v1/lead/{path}", body, method, **login("boss"))
    assert status == 400 and word in answer["error"]


def test_an_upload_has_a_limit_of_its_own(lead_chat):
    url = f"{lead_chat.url}v1/lead/pages?name=big.txt"
    assert call(url, b"x" * 2_000_000, "PUT", **login("boss"))[0] == 200
    connection = http.client.HTTPConnection(lead_chat.url.removeprefix("http://").rstrip("/"), timeout=20)
    try:
        connection.putrequest("PUT", "/v1/lead/pages?name=big.txt")
        for name, value in ({"Content-Length": "21500000"} | login("boss")).items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        assert connection.getresponse().status == 413  # before a byte of it is read
    finally:
        connection.close()
    lead(lead_chat, "POST", "discard", {})


def test_what_was_refused_and_said_comes_as_rows_and_sheets(lead_chat):
    for _ in range(2):
        call(lead_chat.url + "v1/ask", {"question": "=HYPERLINK(1) 可以在店里养猫吗"}, **login("mei"))
    lead_chat.store.add(Feedback("可以吗", "天猫", "no", "down", "wrong", "@SUM(A1)"))
    found = lead(lead_chat, "GET", "refused")
    assert found["kept"] and found["days"] == 7
    assert [(row["question"], row["times"]) for row in found["rows"] if "养猫" in row["question"]] == [("=HYPERLINK(1) 可以在店里养猫吗", 2)]
    status, sheet, headers = call(lead_chat.url + "v1/lead/refused.csv", **login("boss"))
    assert status == 200 and "'=HYPERLINK" in sheet and headers["content-disposition"].startswith("attachment")
    status, sheet, _ = call(lead_chat.url + "v1/lead/feedback.csv", **login("boss"))
    assert "'@SUM(A1)" in sheet and "问题" in sheet


def test_the_named_endpoints_stay_two(lead_chat):
    client = Client(lead_chat.url, auth=("boss", "open-sesame"), verbose=False)
    try:
        assert set(client.view_api(return_format="dict")["named_endpoints"]) == {"/ask", "/check"}
    finally:
        client.close()


def test_bodies_with_more_than_is_known_are_refused(lead_chat):
    status, answer, _ = call(f"{lead_chat.url}v1/lead/preview", {"url": "", "path": "/etc"}, "POST", **login("boss"))
    assert status == 422 and "path" in json.dumps(answer)
