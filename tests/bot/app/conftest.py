"""One server and one Chromium for all tests of the web chat."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # tests are imported one by one, without packages

import uvicorn  # noqa: E402
from attacks import ATTACK_ANSWER, ATTACK_ARTICLE  # noqa: E402
from exam_items import DECK  # noqa: E402
from fake_desk import FakeDesk  # noqa: E402
from people import logins_of  # noqa: E402

from bot.app.drill import Drill  # noqa: E402
from bot.app.parts import Lead, Parts  # noqa: E402
from bot.app.server import build_app  # noqa: E402
from bot.benchmark import Figures  # noqa: E402
from bot.desk_api import DeskApi  # noqa: E402
from bot.feedback import FeedbackStore  # noqa: E402
from bot.loading import Loader  # noqa: E402
from bot.practice_store import PracticeStore  # noqa: E402
from index.building import build_index  # noqa: E402
from tests.bot.desks import make_desk  # noqa: E402

PINNED = HERE.parents[2] / "eval" / "baseline.json"
CHROMIUM = os.environ.get("RULEDESK_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass(frozen=True)
class Running:
    """A server under test."""

    url: str
    desk: Any
    store: FeedbackStore | None
    parts: Parts = field(default_factory=Parts)


def start(desk: DeskApi, **options: Any) -> tuple[uvicorn.Server, threading.Thread, str]:
    """Runs the app on a free port of this machine in a thread."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = build_app(desk, **options)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive() and time.monotonic() < until, "the server did not start"
        time.sleep(0.02)
    return server, thread, f"http://127.0.0.1:{listening.getsockname()[1]}/"


@pytest.fixture(scope="session")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The web chat over the small desk, with feedback kept."""
    desk = FakeDesk(extra={ATTACK_ANSWER.question: ATTACK_ANSWER}, more=[ATTACK_ARTICLE])
    home = tmp_path_factory.mktemp("chat")
    store = FeedbackStore(home / "feedback.sqlite3")
    parts = Parts(Drill(DECK, PracticeStore(home / "practice.sqlite3")), Figures(home / "report", PINNED))
    server, thread, url = start(desk, feedback=store, parts=parts)
    yield Running(url, desk, store, parts)
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="session")
def guarded_chat() -> Iterator[Running]:
    """The web chat behind a login, without feedback."""
    desk = FakeDesk()
    server, thread, url = start(desk, auth=logins_of(("desk", "open-sesame", False)))
    yield Running(url, desk, None)
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="session")
def lead_chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The web chat behind a login over a real small corpus: `boss` leads, `mei` does not. Both passwords are open-sesame."""
    home = tmp_path_factory.mktemp("lead")
    desk = make_desk(home)
    encoders = desk.retriever.encoders
    loader = Loader(
        home / "corpus", lambda corpus, told: build_index(corpus, progress=told, encoders=encoders), desk.refresh
    )
    store = FeedbackStore(home / "feedback.sqlite3")
    parts = Parts(lead=Lead(loader))
    server, thread, url = start(
        desk, feedback=store, parts=parts, auth=logins_of(("boss", "open-sesame", True), ("mei", "open-sesame", False))
    )
    yield Running(url, desk, store, parts)
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="session")
def chromium(playwright: Any) -> Iterator[Any]:
    """A real Chromium."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine; install it or set RULEDESK_CHROMIUM")
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    )
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def profiles(chromium: Any) -> Iterator[dict[str, Any]]:
    """Browser profiles by their options, kept for all tests: a new one would load all of gradio again."""
    made: dict[str, Any] = {}
    yield made
    for context in made.values():
        context.close()


@pytest.fixture
def open_page(chromium: Any, chat: Running, profiles: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """Opens the chat with nothing remembered; anything the page asks of another host fails the test."""
    pages = []
    strayed: list[str] = []
    broken: list[str] = []

    def opener(url: str = chat.url, width: int = 1280, height: int = 900, **options: Any) -> Any:
        options.setdefault("locale", "zh-CN")
        key = repr(sorted(options.items()))
        if key not in profiles:
            profiles[key] = chromium.new_context(**options)
        page = profiles[key].new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(20_000)
        page.on("request", lambda r: strayed.append(r.url) if not _local(r.url) else None)
        page.on("pageerror", lambda e: broken.append(str(e)))
        page.on("console", lambda m: broken.append(m.text) if "Content Security Policy" in m.text else None)
        page.goto(url)
        page.wait_for_selector("#rd-question textarea")
        page.wait_for_selector("#rd-answer .rd-home")
        page.wait_for_function("window.ruledesk !== undefined")
        return page

    yield opener
    for page in pages:
        page.evaluate("localStorage.clear()")
        page.close()
    assert not strayed, f"the page called out: {strayed}"
    assert not broken, f"errors in the page: {broken}"


@pytest.fixture
def shot() -> Callable[[Any, str], None]:
    """Saves a screenshot into $RULEDESK_SHOTS, where that is set."""
    folder = os.environ.get("RULEDESK_SHOTS")

    def save(page: Any, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    return save


def _local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:"))
