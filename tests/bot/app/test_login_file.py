"""A login file that changes under a running desk: whoever is out of it is out at once, the others notice nothing."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_desk import FakeDesk
from fastapi.testclient import TestClient
from people import QUICK

from bot.app import login_file
from bot.app.login_file import read_logins
from bot.app.logins import Login
from bot.app.server import build_app

FAR = ("198.51.100.7", 4000)
QUESTION = {"question": "刷信用卡可以吗?"}
LINES = {
    (name, role): f"{name}:{role}:{QUICK.hash(name + '-password')}"
    for name in ("li", "zhou") for role in ("agent", "lead")
}  # fmt: skip
LI, ZHOU = LINES["li", "agent"], LINES["zhou", "lead"]


def write(file: Path, *lines: str) -> None:
    """As an editor does it: a new file in the place of the old one."""
    new = file.with_suffix(".new")
    new.write_text("\n".join(lines) + "\n", encoding="utf-8")
    new.replace(file)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "logins"
    write(made, LI, ZHOU)
    return made


@pytest.fixture
def desk(file: Path) -> Iterator[TestClient]:
    with TestClient(build_app(FakeDesk(), auth=read_logins(file)), client=FAR) as made:
        yield made


def session_of(desk: TestClient, name: str) -> TestClient:
    """A browser of its own that has logged in."""
    browser = TestClient(desk.app, client=FAR)
    assert browser.post("/login", data={"username": name, "password": f"{name}-password"}).status_code == 200
    assert asks(browser) == 200
    return browser


def asks(browser: TestClient, **options: object) -> int:
    return int(browser.post("/v1/ask", json=QUESTION, **options).status_code)  # type: ignore[arg-type]


def test_who_is_taken_out_is_out_at_once_and_the_others_stay(desk: TestClient, file: Path) -> None:
    li, zhou = session_of(desk, "li"), session_of(desk, "zhou")
    write(file, ZHOU)
    assert asks(li) == 401 and asks(zhou) == 200
    assert "password" in li.get("/", headers={"accept": "text/html"}).text, "the page shows the form again"
    assert li.post("/login", data={"username": "li", "password": "li-password"}).status_code == 401
    write(file, LI, ZHOU)
    assert asks(li) == 401, "a session that ended does not come back with the line"
    assert asks(zhou) == 200
    assert asks(session_of(desk, "li")) == 200


def test_a_new_password_ends_the_sessions_of_the_old_one(desk: TestClient, file: Path) -> None:
    li = session_of(desk, "li")
    write(file, f"li:agent:{QUICK.hash('another-password')}", ZHOU)
    assert asks(li) == 401
    for password, status in (("li-password", 401), ("another-password", 200)):
        assert li.post("/login", data={"username": "li", "password": password}).status_code == status


def test_a_new_role_wants_a_new_login(desk: TestClient, file: Path) -> None:
    zhou = session_of(desk, "zhou")
    write(file, LI, LINES["zhou", "agent"])
    assert asks(zhou) == 401


def test_a_password_that_a_program_sends_is_not_remembered_over_a_change(desk: TestClient, file: Path) -> None:
    assert asks(desk, auth=("li", "li-password")) == 200
    write(file, ZHOU)
    assert asks(desk, auth=("li", "li-password")) == 401


def test_who_is_added_can_come_in(desk: TestClient, file: Path) -> None:
    with file.open("a", encoding="utf-8") as more:
        more.write(f"wang:agent:{QUICK.hash('wang-password')}\n")
    assert asks(session_of(desk, "wang")) == 200


def test_two_changes_in_one_instant_are_both_seen(file: Path) -> None:
    logins = read_logins(file)
    stamp = file.stat().st_mtime_ns
    for line, role in ((LINES["zhou", "agent"], False), (ZHOU, True), (LINES["zhou", "agent"], False)):
        file.write_text(f"{LI}\n{line}\n", encoding="utf-8")
        os.utime(file, ns=(stamp, stamp))
        found = logins.named("zhou")
        assert found is not None and found.lead is role


@pytest.mark.parametrize("content", ["", "li:agent:plain\n", None])
def test_a_file_that_does_not_read_leaves_the_last_one_in_force_and_says_so(
    desk: TestClient, file: Path, content: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    li = session_of(desk, "li")
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    with caplog.at_level(logging.WARNING):
        assert [asks(li) for _ in range(3)] == [200] * 3
    assert len(caplog.records) == 1 and str(file) in caplog.text
    write(file, ZHOU)
    assert asks(li) == 401


def test_a_settled_file_is_not_read_for_each_request(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    whole = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: read.append(1) or whole(self))
    monkeypatch.setattr(login_file, "UNSETTLED", -1.0)
    logins = read_logins(file)
    for _ in range(5):
        assert logins.named("li") == Login("li")
    assert len(read) == 2, "at the start, and once to see that it is the same"
