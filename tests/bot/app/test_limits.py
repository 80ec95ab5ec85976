"""Too much at once, too long, too slow: told at once; counted for Prometheus; and no question in any log."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest
from conftest import start
from fake_desk import FakeDesk
from fastapi.testclient import TestClient
from people import in_a_loop

from bot.answer_cache import CacheCounts
from bot.answers import Answer
from bot.app import security
from bot.app.quiet_log import QuietFormatter
from bot.app.server import build_app
from bot.app.service import AT_ONCE, Busy, Service

SECRET = "买家张三的电话是多少"


class Gated(FakeDesk):
    """Answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def ask(self, question: str, *args: Any, **more: Any) -> Answer:
        self.gate.wait(20)
        return super().ask(question, *args, **more)

    def index_built(self) -> datetime:
        return datetime.now(UTC) - timedelta(hours=1)


class Broken(FakeDesk):
    """Breaks with the question in its message."""

    def ask(self, question: str, *args: Any, **more: Any) -> Answer:
        raise ValueError(f"no idea about {question}")


@pytest.fixture
def gated() -> Iterator[tuple[TestClient, Gated]]:
    desk = Gated()
    with TestClient(build_app(desk, max_waiting=2)) as client:
        yield client, desk
        desk.gate.set()


def test_over_the_limit_the_answer_is_busy_at_once(gated: tuple[TestClient, Gated]) -> None:
    client, desk = gated
    with ThreadPoolExecutor(AT_ONCE + 2) as pool:
        waiting = [pool.submit(client.post, "/v1/ask", json={"question": f"可以吗{i}"}) for i in range(AT_ONCE + 2)]
        until = time.monotonic() + 10
        while f"ruledesk_in_progress {AT_ONCE + 2}.0" not in client.get("/metrics").text:
            assert time.monotonic() < until
            time.sleep(0.02)
        begun = time.perf_counter()
        busy = client.post("/v1/ask", json={"question": "可以吗"})
        assert time.perf_counter() - begun < 1
        assert busy.status_code == 503 and int(busy.headers["retry-after"]) >= 1
        assert "busy, try again" in busy.json()["error"] and "请" in busy.json()["error"]
        assert client.get("/health").json() == {"status": "ok"}, "the server is well, only full"
        desk.gate.set()
        assert [w.result().status_code for w in waiting] == [200] * (AT_ONCE + 2), "a question that waited was lost"
    assert client.post("/v1/ask", json={"question": "可以吗"}).status_code == 200
    assert "ruledesk_busy_total 1.0" in client.get("/metrics").text


def test_what_was_cancelled_waits_no_longer() -> None:
    desk = Gated()
    service = Service(desk, max_waiting=0)

    async def rush() -> None:
        asked = [asyncio.create_task(service.ask("可以吗")) for _ in range(AT_ONCE)]
        await asyncio.sleep(0.1)
        with pytest.raises(Busy):
            await service.ask("可以吗")
        desk.gate.set()
        await asyncio.gather(*asked)
        await service.ask("可以吗")

    in_a_loop(rush)


def test_metrics_count_and_tell_no_word_of_a_question() -> None:
    desk = Gated()
    desk.gate.set()
    with TestClient(build_app(desk)) as client:
        client.post("/v1/ask", json={"question": "刷信用卡可以另收手续费吗?"})
        client.post("/v1/ask", json={"question": "可以在店里养鹦鹉吗?"})
        client.post("/v1/ask", json={"question": " "})
        client.post("/v1/ask", json={"question": "坏了吗?"})
        client.post("/v1/check", json={"draft": "亲"})
        reply = client.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain")
    found = dict(re.findall(r"^(ruledesk_\w+(?:\{.*?\})?) (\S+)$", reply.text, re.MULTILINE))
    assert (found["ruledesk_questions_total"], found["ruledesk_refusals_total"]) == ("2.0", "1.0")
    assert (found["ruledesk_checks_total"], found["ruledesk_errors_total"]) == ("1.0", "1.0")
    assert found["ruledesk_rejected_total"] == "1.0"
    assert found['ruledesk_answer_seconds_bucket{kind="ask",le="+Inf"}'] == "2.0"
    assert float(found["ruledesk_articles"]) == len(desk.articles())
    assert 3600 <= float(found["ruledesk_index_age_seconds"]) < 3700
    assert not re.search(r"[\u4e00-\u9fff]", reply.text)


def test_metrics_tell_what_the_answer_cache_saved() -> None:
    class Keeping(FakeDesk):
        def cache_counts(self) -> CacheCounts:
            return CacheCounts(hits=7, misses=3, answers=2, bytes=4096)

    with TestClient(build_app(Keeping())) as client:
        found = dict(re.findall(r"^(ruledesk_cache_\w+) (\S+)$", client.get("/metrics").text, re.MULTILINE))
    assert (found["ruledesk_cache_hits_total"], found["ruledesk_cache_misses_total"]) == ("7.0", "3.0")
    assert (found["ruledesk_cache_answers"], found["ruledesk_cache_bytes"]) == ("2.0", "4096.0")
    with TestClient(build_app(FakeDesk())) as client:
        assert "ruledesk_cache" not in client.get("/metrics").text


@pytest.mark.parametrize(("switched_on", "shown"), [(False, False), (True, True)])
def test_a_question_is_in_the_log_only_where_that_is_switched_on(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], switched_on: bool, shown: bool
) -> None:
    with TestClient(build_app(Broken(), log_questions=switched_on)) as client, caplog.at_level(logging.DEBUG):
        assert client.post("/v1/ask", json={"question": SECRET}).status_code == 500
    out, err = capfd.readouterr()
    assert (SECRET in caplog.text) is shown
    assert SECRET not in out + err
    assert "ValueError" in caplog.text and "test_limits.py" in caplog.text, "where it broke must be told"


def test_the_servers_own_tracebacks_lose_their_messages() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "broke", None, (type(error), error, error.__traceback__)
        )
    line = QuietFormatter("%(message)s").format(record)
    assert "ValueError" in line and "test_limits.py" in line and SECRET not in line


def test_a_body_that_drips_is_ended_and_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security.Guard.__init__, "__defaults__", (1.0, False))
    server, thread, url = start(FakeDesk())
    host, port = url.removeprefix("http://").rstrip("/").split(":")
    stalled = [socket.create_connection((host, int(port)), timeout=10) for _ in range(30)]
    try:
        for one in stalled:
            one.sendall(
                b"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
            )
        begun = time.perf_counter()
        for _ in range(5):
            body = '{"question": "刷信用卡可以吗?"}'.encode()
            with urlopen(Request(url + "v1/ask", body, {"Content-Type": "application/json"}), timeout=10) as reply:
                assert reply.status == 200
        assert time.perf_counter() - begun < 5
        assert stalled[0].recv(100).startswith(b"HTTP/1.1 408")
    finally:
        for one in stalled:
            one.close()
        server.should_exit = True
        thread.join(10)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/ask", {"question": "可以吗", "history": [{"question": "q", "answer": "a"}] * 51}),
        ("/v1/ask", {"question": "可以吗", "history": [{"question": "q" * 20_001, "answer": "a"}]}),
        ("/v1/feedback", {"question": "q", "vote": "up", "platform": "x" * 101}),
        ("/v1/feedback", {"question": "q", "vote": "up", "note": "x" * 20_001}),
    ],
)
def test_what_the_desk_never_looks_at_is_short(path: str, body: dict[str, Any]) -> None:
    with TestClient(build_app(FakeDesk())) as client:
        assert client.post(path, json=body).status_code == 422
