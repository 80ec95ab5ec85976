"""The web chat as a FastAPI app, and the server that runs it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import: gradio asks home for its version otherwise

import gradio as gr
import uvicorn
from fastapi import FastAPI
from platformdirs import user_data_path

from bot.app.assembly import Places, make_parts
from bot.app.blocks import make_blocks
from bot.app.callers import Callers, current_caller
from bot.app.door import Door
from bot.app.login_file import read_logins
from bot.app.logins import Logins
from bot.app.mcp_gate import INSTALL_MCP, McpGate, require_mcp, speak_json
from bot.app.parts import Parts
from bot.app.quiet_log import SWITCH, Quiet, QuietFormatter
from bot.app.rates import USER_A_MINUTE, Lockout, Rates
from bot.app.routes import SCRIPTS, add_routes
from bot.app.security import Guard
from bot.app.service import MAX_WAITING, Service
from bot.app.texts import all_texts, locales
from bot.app.theme import make_theme
from bot.desk_api import DeskApi
from bot.feedback import FeedbackStore
from ingest.errors import UsageError

FOLDER = Path(__file__).parent
MAX_CONNECTIONS = 2_000  # beyond them uvicorn answers 503 itself; an open page holds one or two
# Seconds that an idle connection stays open. uvicorn's own 5 end it just as an agent who thought for 5 s asks again.
KEEP_ALIVE = 65
SESSIONS = 500  # gradio keeps 10,000 sessions' state by default
# Seconds between gradio's looks into its queue: its own 0.001 costs a tenth of a core all day, and no answer queues.
QUEUE_POLL = 0.02
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def build_app(
    desk: DeskApi,
    *,
    title: str = "ruledesk",
    auth: Logins | None = None,
    feedback: FeedbackStore | None = None,
    rates: Rates | None = None,
    lockout: Lockout | None = None,
    log_questions: bool = False,
    max_waiting: int = MAX_WAITING,
    keep_refused: bool = True,
    parts: Parts | None = None,
    mcp: bool = False,
) -> FastAPI:
    """The whole web chat. With `auth` everybody has to log in; without `feedback` there are no thumbs and refused
    questions are not kept. Beyond `max_waiting` questions the answer is "busy" at once. `parts` are the tabs beside
    asking, checking and the rules; the lead's is left out where nobody has to log in. `mcp` offers /ask and /check as
    MCP tools too (UsageError without that extra)."""
    if mcp:
        require_mcp()
    service = Service(desk, feedback, auth, Quiet(log_questions), max_waiting, keep_refused)
    parts = parts or Parts()
    if auth is None:
        parts = replace(parts, lead=None)
    door = Door(auth, lockout, on_wrong=service.metrics.wrong_logins.inc) if auth else None
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None)  # its pages load scripts from a CDN
    add_routes(app, service, parts, door)
    i18n = gr.I18n(**locales())
    blocks = make_blocks(service, i18n, title, parts)
    blocks.state_session_capacity = SESSIONS
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        show_error=False,
        auth_dependency=_user if door else None,
        i18n=i18n,
        theme=make_theme(),
        css_paths=[FOLDER / "app.css"],
        head=_head(),
        max_file_size=1,
        mcp_server=mcp,
    )
    blocks._queue.sleep_when_free = QUEUE_POLL
    if mcp:
        if not blocks.mcp_server:  # gradio goes on without it
            raise UsageError(f"the MCP server did not start ({blocks.mcp_error}); {INSTALL_MCP}")
        speak_json(blocks.mcp_server_obj)
    # The one added last sees a request first: limits, then who sends it, then what only that one may reach.
    app.add_middleware(McpGate, allow=lambda _: door is None or current_caller().login is not None)
    app.add_middleware(Callers, door=door, rates=rates or Rates(), metrics=service.metrics)
    app.add_middleware(Guard, mcp=mcp)
    return app


def _user(_: Any) -> str | None:
    login = current_caller().login
    return login.name if login else None


def serve(
    desk: DeskApi,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth_file: Path | None = None,
    feedback_file: Path | None = None,
    user_a_minute: int = USER_A_MINUTE,
    keep_refused: bool = True,
    places: Places | None = None,
    mcp: bool = False,
) -> None:
    """Runs the web chat until interrupted. Feedback goes to `feedback_file`, by default into the user's data folder.
    Raises UsageError for a login file that does not read or a port that is taken."""
    auth = read_logins(auth_file) if auth_file else None
    log_questions = os.environ.get(SWITCH, "") not in ("", "0")
    store = FeedbackStore(feedback_file or user_data_path("ruledesk") / "feedback.sqlite3")
    app = build_app(
        desk,
        auth=auth,
        feedback=store,
        rates=Rates(user_a_minute),
        log_questions=log_questions,
        keep_refused=keep_refused,
        parts=make_parts(places or Places(store.path.parent), desk.refresh),
        mcp=mcp,
    )
    listening = _listen(host, port)
    threading.Thread(target=_warm, args=(desk,), name="warm up", daemon=True).start()
    try:
        config = uvicorn.Config(
            app,
            log_level="warning",
            server_header=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE,
        )
        if not log_questions:
            for handler in logging.getLogger("uvicorn").handlers:
                handler.setFormatter(QuietFormatter("%(levelname)s: %(message)s"))
        _Server(config, host).run(sockets=[listening])
    finally:
        listening.close()


def _warm(desk: DeskApi) -> None:
    """Asks one question: the first one pays for what models and libraries put off, and no agent should wait for it."""
    with contextlib.suppress(Exception):
        desk.ask("可以开发票吗?")


class _Server(uvicorn.Server):
    """Says where the chat is once it really answers."""

    def __init__(self, config: uvicorn.Config, host: str) -> None:
        super().__init__(config)
        self.host = host

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            name = f"[{self.host}]" if ":" in self.host else self.host
            print(f"ruledesk chat: http://{name}:{sockets[0].getsockname()[1]}  (Ctrl+C ends it)", file=sys.stderr)
            if self.host not in LOOPBACK:
                print("ruledesk chat: reachable from other machines; --auth FILE asks for a login", file=sys.stderr)


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:  # getaddrinfo would take the remainder
        raise UsageError(f"cannot listen on {host}:{port}: a port is 0 to 65535; give another --port")
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, proto)
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port}: {error}; give another --host or --port") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        listening.close()
        raise UsageError(f"cannot listen on {host}:{port}: {error}; give another --host or --port") from error
    return listening


def _head() -> str:
    words = {language: all_texts(language) for language in ("zh", "en")}
    table = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    return f"<script>window.ruledeskTexts = {table};</script>" + "".join(
        f'<script src="desk/{name}" defer></script>' for name in SCRIPTS
    )
