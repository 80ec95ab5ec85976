"""Logins: hashed passwords, roles, pauses after wrong ones, sessions, limits by user and address."""

from __future__ import annotations

import base64
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from fake_desk import FakeDesk
from fastapi.testclient import TestClient
from people import QUICK, in_a_loop, logins_of
from typer.testing import CliRunner

from bot.app.door import REMEMBER, Door
from bot.app.login_file import read_logins
from bot.app.logins import Login, Logins, login_line
from bot.app.rates import ADDRESSES, Lockout, Rates, TooMany, network_of
from bot.app.server import build_app
from bot.app.sessions import COOKIE, HOURS, MAX_SESSIONS, Sessions
from ingest.errors import UsageError
from ruledesk import app as command

FAR = ("198.51.100.7", 4000)
QUESTION = {"question": "刷信用卡可以吗?"}


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def client(address: tuple[str, int] = FAR, **options: Any) -> TestClient:
    return TestClient(build_app(FakeDesk(), **options), client=address)


@pytest.fixture
def guarded() -> Iterator[TestClient]:
    with client(auth=logins_of(("li", "long-password", False), ("zhou", "other-password", True))) as made:
        yield made


# the file


def test_a_line_made_by_the_command_logs_in(tmp_path: Path) -> None:
    file = tmp_path / "logins"
    lines = ["# the desk", ""]
    for args, password in ((["li"], "pass:word long"), (["周", "--lead"], "很长的一个密码啊")):
        done = CliRunner().invoke(command, ["passwd", *args], input=password + "\n")
        assert done.exit_code == 0 and password not in done.output
        lines.append(done.stdout.strip())
    file.write_text("\n".join(lines), encoding="utf-8")
    logins = read_logins(file)
    assert logins.check("li", "pass:word long") == Login("li", lead=False)
    assert logins.check("周", "很长的一个密码啊") == Login("周", lead=True)
    for name, password in (
        ("li", ""),
        ("li", "很长的一个密码啊"),
        ("nobody", "pass:word long"),
        ("", ""),
        ("li", "\ud800"),
    ):
        assert logins.check(name, password) is None


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("", "nobody"),
        ("just a name\n", "line 1"),
        ("li:secret\n", "plain passwords are not kept.*ruledesk passwd"),
        ("li:boss:$argon2id$x\n", "line 1"),
        ("li:agent:$argon2id$v=19$nonsense\n", "damaged"),
        ("a b:agent:$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2g\n", "will not do"),
    ],
)
def test_a_bad_login_file_is_a_clear_line(tmp_path: Path, content: str, word: str) -> None:
    file = tmp_path / "logins"
    file.write_text(content)
    with pytest.raises(UsageError, match=word) as caught:
        read_logins(file)
    assert "secret" not in str(caught.value), "an error must not show a password"


def test_a_name_stands_once_and_a_missing_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "logins"
    line = login_line("li", "long-password")
    file.write_text(f"{line}\n{line}\n")
    with pytest.raises(UsageError, match="second time"):
        read_logins(file)
    with pytest.raises(UsageError, match="cannot read"):
        read_logins(tmp_path / "missing")


@pytest.mark.parametrize(
    ("name", "password"),
    [("li", "short"), ("li", "x" * 501), ("l:i", "long-password"), ("", "long-password"), ("l\ni", "long-password")],
)
def test_what_will_not_do_is_refused_when_the_line_is_made(name: str, password: str) -> None:
    with pytest.raises(UsageError):
        login_line(name, password)


def test_an_unknown_name_takes_as_long_as_a_wrong_password(tmp_path: Path) -> None:
    file = tmp_path / "logins"
    file.write_text(login_line("li", "long-password"))
    logins = read_logins(file)

    def seconds(name: str) -> float:
        begun = time.thread_time()
        assert logins.check(name, "wrong-password") is None
        return time.thread_time() - begun

    known, unknown = (statistics.median(seconds(n) for _ in range(5)) for n in ("li", "nobody"))
    assert 0.5 < known / unknown < 2, (known, unknown)
    assert unknown > 0.002, "no work was done for an unknown name"


# wrong passwords


def test_five_wrong_passwords_lock_the_name_for_that_address_alone(guarded: TestClient) -> None:
    for _ in range(5):
        assert guarded.post("/v1/ask", json=QUESTION, headers=basic("li", "wrong")).status_code == 401
    locked = guarded.post("/v1/ask", json=QUESTION, headers=basic("li", "long-password"))
    assert locked.status_code == 429 and 0 < int(locked.headers["retry-after"]) <= 15 * 60
    assert "分钟后再试" in locked.json()["error"] and "try again" in locked.json()["error"]
    assert guarded.post("/v1/ask", json=QUESTION, headers=basic("zhou", "other-password")).status_code == 200
    elsewhere = TestClient(guarded.app, client=("198.51.100.8", 1))
    assert elsewhere.post("/v1/ask", json=QUESTION, headers=basic("li", "long-password")).status_code == 200


def test_a_right_password_forgets_the_wrong_ones(guarded: TestClient) -> None:
    for _ in range(3):
        for _ in range(4):
            assert guarded.post("/login", data={"username": "li", "password": "wrong"}).status_code == 401
        assert guarded.post("/login", data={"username": "li", "password": "long-password"}).status_code == 200
        guarded.cookies.clear()


def test_many_names_from_one_address_are_locked_too() -> None:
    lockout = Lockout(address_tries=10)
    for i in range(10):
        lockout.begin(f"name{i}", "203.0.113.9")
    with pytest.raises(TooMany):
        lockout.begin("one more", "203.0.113.9")
    lockout.begin("one more", "203.0.113.10")


def test_guesses_all_at_once_get_no_more_tries_than_one_after_another() -> None:
    tried: list[str] = []

    class Counting(Logins):
        def check(self, name: str, password: str) -> Login | None:
            tried.append(password)
            return None

    door = Door(Counting({}))

    async def guess() -> list[str]:
        said: list[str] = []

        async def one(password: str) -> None:
            try:
                await door.enter("li", password, "203.0.113.9")
            except TooMany:
                said.append("locked")

        async with anyio.create_task_group() as group:
            for i in range(30):
                group.start_soon(one, f"guess {i}")
        return said

    assert len(in_a_loop(guess)) == 25
    assert len(tried) == 5


def test_ten_connections_of_a_program_at_once_are_no_attack() -> None:
    door = Door(logins_of(("li", "long-password", False)))

    async def enter() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(door.enter, "li", "long-password", "203.0.113.9")

    in_a_loop(enter)


def test_a_remembered_password_is_looked_at_again_after_a_while() -> None:
    now = [0.0]
    counted: list[str] = []

    class Counting(Logins):
        def check(self, name: str, password: str) -> Login | None:
            counted.append(name)
            return super().check(name, password)

    door = Door(Counting({"li": (Login("li"), QUICK.hash("long-password"))}), clock=lambda: now[0])

    async def enter() -> None:
        await door.enter("li", "long-password", "203.0.113.9")

    for now[0] in (0.0, REMEMBER - 1, REMEMBER + 1):
        in_a_loop(enter)
    assert len(counted) == 2


# the page and its session


def test_the_page_shows_a_form_and_the_form_opens_it(guarded: TestClient) -> None:
    browser = {"accept": "text/html", "accept-language": "zh-CN"}
    page = guarded.get("/", headers=browser)
    assert page.status_code == 401 and "用户名" in page.text and "gradio" not in page.text
    wrong = guarded.post("/login", data={"username": "<b>li", "password": "wrong"}, headers=browser)
    assert wrong.status_code == 401 and "不对" in wrong.text and "<b>li" not in wrong.text
    right = guarded.post(
        "/login", data={"username": "li", "password": "long-password"}, headers=browser, follow_redirects=False
    )
    assert right.status_code == 303 and right.headers["location"] == "./"
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and COOKIE in cookie
    assert "gradio" in guarded.get("/", headers=browser).text
    assert guarded.get("/gradio_api/user").json() == "li"
    assert guarded.post("/v1/ask", json=QUESTION).status_code == 200
    guarded.post("/logout", follow_redirects=False)
    assert guarded.post("/v1/ask", json=QUESTION).status_code == 401


def test_the_locked_form_says_so(guarded: TestClient) -> None:
    browser = {"accept": "text/html", "accept-language": "en"}
    for _ in range(6):
        page = guarded.post("/login", data={"username": "li", "password": "wrong"}, headers=browser)
    assert page.status_code == 429 and "try again in" in page.text and page.headers["retry-after"]


def test_another_site_cannot_log_somebody_in(guarded: TestClient) -> None:
    fields = {"username": "li", "password": "long-password"}
    assert guarded.post("/login", data=fields, headers={"origin": "https://evil.example"}).status_code == 403
    assert guarded.post("/login", data=fields, headers={"origin": "http://testserver"}).status_code == 200
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200)):
        head = {"origin": "null", "sec-fetch-site": site}
        assert guarded.post("/login", data=fields, headers=head).status_code == status


@pytest.mark.parametrize("token", ["", "x", "\ud800", "a" * 10_000])
def test_a_made_up_token_is_nobody(token: str) -> None:
    assert Sessions().login_of(token) is None


def test_a_session_ends_and_the_oldest_gives_way() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    first = sessions.begin(Login("li"))
    assert sessions.login_of(first) == Login("li")
    for _ in range(MAX_SESSIONS):
        last = sessions.begin(Login("zhou"))
    assert sessions.login_of(first) is None and sessions.login_of(last) == Login("zhou")
    now[0] = HOURS * 3600.0
    assert sessions.login_of(last) is None


def test_who_is_a_lead() -> None:
    app = build_app(FakeDesk(), auth=logins_of(("li", "long-password", False), ("zhou", "other-password", True)))
    assert app is not None
    from bot.app.service import Service

    service = Service(FakeDesk(), logins=logins_of(("li", "long-password", False), ("zhou", "other-password", True)))
    assert service.is_lead("zhou") and not service.is_lead("li") and not service.is_lead(None)
    assert not Service(FakeDesk()).is_lead("zhou")


# limits


def test_one_user_too_often_waits_and_the_others_do_not() -> None:
    logins = logins_of(("li", "long-password", False), ("zhou", "other-password", True))
    with client(auth=logins, rates=Rates(3)) as made:
        codes = [made.post("/v1/ask", json=QUESTION, headers=basic("li", "long-password")) for _ in range(4)]
        assert [c.status_code for c in codes] == [200, 200, 200, 429]
        assert 0 < int(codes[-1].headers["retry-after"]) <= 60 and "try again" in codes[-1].json()["error"]
        assert made.post("/v1/check", json={"draft": "亲"}, headers=basic("li", "long-password")).status_code == 429
        assert made.post("/v1/check", json={"draft": "亲"}, headers=basic("zhou", "other-password")).status_code == 200
        assert made.get("/v1/articles/art-1", headers=basic("li", "long-password")).status_code == 200
        assert "ruledesk_rate_limited_total 2.0" in made.get("/metrics", headers=basic("li", "long-password")).text


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/feedback", "/gradio_api/queue/join", "/gradio_api/run/predict"])
def test_an_address_without_logins_is_counted_on_every_way_in(path: str) -> None:
    with client(rates=Rates(1)) as made:
        codes = [made.post(path, json={}).status_code for _ in range(ADDRESSES + 1)]
    assert 429 not in codes[:-1] and codes[-1] == 429


def test_the_machine_itself_is_not_counted_and_0_is_no_limit() -> None:
    with client(("127.0.0.1", 1), rates=Rates(1)) as made:
        assert {made.post("/v1/ask", json=QUESTION).status_code for _ in range(12)} == {200}
    with client(rates=Rates(0)) as made:
        assert {made.post("/v1/ask", json=QUESTION).status_code for _ in range(12)} == {200}


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "testclient"),
        ("fe80::1%eth0", "fe80::"),
    ],
)
def test_what_counts_as_one_place(address: str, place: str) -> None:
    assert network_of(address) == place
