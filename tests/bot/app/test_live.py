"""An open page through a lost server, a slow network, links and the clock."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from driving import BOX, CARD, ask

pytestmark = pytest.mark.browser
SLOW = "慢慢查这件事"
HERE = Path(__file__).parent
SERVER = """
import sys
from pathlib import Path
from fake_desk import FakeDesk
from bot.app.server import serve
serve(FakeDesk(), port=int(sys.argv[1]), feedback_file=Path(sys.argv[2]))
"""


class Server:
    """The chat as a process of its own, to be killed."""

    def __init__(self, home: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.home = home
        self.url = f"http://127.0.0.1:{self.port}/"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        path = os.pathsep.join((str(HERE.parents[2]), str(HERE)))
        command = [sys.executable, "-c", SERVER, str(self.port), str(self.home / "f.sqlite3")]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": path})
        until = time.monotonic() + 40
        while True:
            try:
                with urllib.request.urlopen(self.url + "health", timeout=2):
                    return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < until, "the server did not start"
                time.sleep(0.1)

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)
            self.process = None


@pytest.fixture
def server(tmp_path: Path):
    made = Server(tmp_path)
    made.start()
    yield made
    made.kill()


def test_a_restart_in_mid_answer_is_said_and_the_question_asked_again(open_page, server, shot):
    page = open_page(server.url)
    page.fill(BOX, SLOW)
    page.press(BOX, "Enter")
    page.wait_for_selector(".rd-waiting:visible")
    server.kill()
    page.wait_for_selector(".rd-lost:has-text('连接断了')")
    shot(page, "lost")
    server.start()
    page.wait_for_selector(f".rd-answer[data-question='{SLOW}']", timeout=40_000)
    assert page.locator(".rd-lost").count() == 0
    ask(page, CARD)
    assert page.inner_text(".rd-word") == "不可以"
    page.reload()
    page.wait_for_selector("#rd-answer .rd-home")
    page.wait_for_timeout(1_000)
    assert page.locator(".rd-answer").count() == 0, "what was answered is not asked again"


def test_a_page_that_is_loaded_anew_in_mid_answer_asks_again_but_not_for_ever(open_page, chat):
    page = open_page()
    page.route("**/gradio_api/run/predict", lambda route: None)  # no answer ever comes
    page.fill(BOX, SLOW)
    with page.expect_request("**/gradio_api/run/predict"):
        page.press(BOX, "Enter")
    for _ in range(3):
        with page.expect_request("**/gradio_api/run/predict") as asked:
            page.reload()
        assert SLOW in asked.value.post_data
    page.reload()
    page.wait_for_selector("#rd-answer .rd-home")
    page.wait_for_timeout(1_500)
    assert page.locator(".rd-waiting:visible").count() == 0, "three times is enough"
    page.unroute("**/gradio_api/run/predict")
    ask(page, CARD)
    assert page.inner_text(".rd-word") == "不可以"


def test_a_server_that_goes_between_questions_leaves_the_answer_and_comes_back(open_page, server):
    page = open_page(server.url)
    ask(page, CARD)
    server.kill()
    page.click("#rd-tabs [role=tab] >> nth=2")
    page.wait_for_selector(".rd-lost")
    page.click("#rd-tabs [role=tab] >> nth=0")
    assert page.inner_text(".rd-word") == "不可以"  # what was answered stays readable
    server.start()
    page.wait_for_selector(".rd-lost[data-back], .rd-lost", state="detached", timeout=25_000)
    ask(page, "特价可以不开票吗?")


def test_on_a_slow_network_the_page_says_that_it_works_and_answers(open_page):
    page = open_page()
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 1200, "downloadThroughput": 20_000, "uploadThroughput": 10_000},
    )
    page.fill(BOX, CARD)
    page.press(BOX, "Enter")
    page.wait_for_selector(".rd-waiting:visible", timeout=800)
    page.wait_for_selector(".rd-answer")
    assert page.inner_text(".rd-word") == "不可以" and not page.is_visible(".rd-waiting")
    assert page.locator(".rd-lost").count() == 0
    wire.detach()


def test_a_link_asks_its_question_for_its_platform(open_page, chat):
    query = urllib.parse.urlencode({"q": CARD, "platform": "天猫"})
    page = open_page(f"{chat.url}?{query}")
    page.wait_for_selector(".rd-answer[data-asked='天猫']")
    assert page.get_attribute(".rd-answer", "data-question") == CARD
    assert page.url == chat.url  # a reload does not ask again
    page.click("[data-link]")
    page.wait_for_selector("[data-link]:has-text('已复制')")
    page.fill(BOX, "")
    page.press(BOX, "Control+v")
    assert page.input_value(BOX) == f"{chat.url}?{query.replace('+', '%20')}"


def test_a_link_is_a_question_and_nothing_else(open_page, chat):
    query = urllib.parse.urlencode({"q": "<img src=x onerror=window.pwned=1>", "platform": "' onload='x"})
    page = open_page(f"{chat.url}?{query}")
    page.wait_for_selector(".rd-answer")
    assert page.evaluate("window.pwned") is None and page.locator(".rd-answer img").count() == 0


def test_the_clock_runs_from_the_first_letter_and_stops_with_the_copy(open_page):
    page = open_page()
    assert not page.is_visible(".rd-clock")
    page.clock.install()
    page.fill(BOX, "买家催了")
    page.wait_for_selector(".rd-clock:visible")
    page.clock.run_for(32_000)
    assert page.get_attribute(".rd-clock", "data-late") is not None and "剩" in page.inner_text(".rd-clock")
    page.clock.run_for(12_000)
    assert "已过" in page.inner_text(".rd-clock")
    page.clock.resume()
    ask(page, CARD)
    page.click(".rd-reply .rd-copy")
    page.wait_for_selector(".rd-clock", state="hidden")


def test_a_question_read_as_a_follow_up_says_so_and_can_be_asked_alone(open_page, chat):
    page = open_page()
    ask(page, CARD)
    assert page.locator(".rd-before").count() == 0
    ask(page, "那京东呢?")
    assert CARD in page.inner_text(".rd-before")
    assert chat.desk.histories[-1]
    page.click("[data-alone]")
    page.wait_for_function("!document.querySelector('.rd-before') && document.querySelector('.rd-answer')")
    assert chat.desk.histories[-1] == ()


def test_errors_speak_the_readers_language(open_page):
    page = open_page()
    ask(page, "长" * 2500)
    assert "上限是 2000 个字" in page.inner_text(".rd-error")
    page = open_page(locale="en-US")
    ask(page, "x" * 2500)
    assert "the limit is 2000" in page.inner_text(".rd-error")
