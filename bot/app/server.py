"""The web chat as a FastAPI app, and the server that runs it."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import: gradio asks home for its version otherwise

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from platformdirs import user_data_path

from bot.app.blocks import make_blocks
from bot.app.logins import Verify, basic_login, read_logins, verifier
from bot.app.mcp_gate import INSTALL_MCP, McpGate, require_mcp, speak_json
from bot.app.routes import add_routes
from bot.app.security import Guard
from bot.app.service import Service
from bot.app.texts import all_texts, locales
from bot.app.theme import make_theme
from bot.desk_api import DeskApi
from bot.feedback import FeedbackStore
from ingest.errors import UsageError

FOLDER = Path(__file__).parent
SESSIONS = 500  # gradio keeps 10,000 sessions' state by default
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def build_app(
    desk: DeskApi,
    *,
    title: str = "ruledesk",
    auth: Verify | None = None,
    feedback: FeedbackStore | None = None,
    mcp: bool = False,
) -> FastAPI:
    """The whole web chat. `auth` tells whether a name and password fit; without `feedback` there are no thumbs and
    refused questions are not kept; `mcp` offers /ask and /check as MCP tools too (UsageError without that extra)."""
    if mcp:
        require_mcp()
    service = Service(desk, feedback)
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None)  # its pages load scripts from a CDN
    gradio_apps: list[Any] = []

    def allow(request: Request) -> bool:
        if auth is None or _gradio_user(gradio_apps[0], request):
            return True
        login = basic_login(request.headers.get("authorization"))
        return login is not None and auth(*login)

    add_routes(app, service, allow)
    i18n = gr.I18n(**locales())
    blocks = make_blocks(service, i18n, title)
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
        auth=auth,
        i18n=i18n,
        theme=make_theme(),
        css_paths=[FOLDER / "app.css"],
        head=_head(),
        max_file_size=1,
        mcp_server=mcp,
    )
    if mcp:
        if not blocks.mcp_server:  # gradio goes on without it
            raise UsageError(f"the MCP server did not start ({blocks.mcp_error}); {INSTALL_MCP}")
        speak_json(blocks.mcp_server_obj)
    gradio_apps.append(app.routes[-1].app)  # type: ignore[attr-defined]
    app.add_middleware(McpGate, allow=allow)
    app.add_middleware(Guard, mcp=mcp)
    return app


def serve(
    desk: DeskApi,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth_file: Path | None = None,
    feedback_file: Path | None = None,
    mcp: bool = False,
) -> None:
    """Runs the web chat until interrupted. Feedback goes to `feedback_file`, by default into the user's data folder.
    Raises UsageError for a login file that does not read or a port that is taken."""
    auth = verifier(read_logins(auth_file)) if auth_file else None
    store = FeedbackStore(feedback_file or user_data_path("ruledesk") / "feedback.sqlite3")
    app = build_app(desk, auth=auth, feedback=store, mcp=mcp)
    listening = _listen(host, port)
    try:
        _Server(uvicorn.Config(app, log_level="warning", server_header=False), host).run(sockets=[listening])
    finally:
        listening.close()


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


def _gradio_user(gradio_app: Any, request: Request) -> bool:
    names = (f"access-token-{gradio_app.cookie_id}", f"access-token-unsecure-{gradio_app.cookie_id}")
    return any(request.cookies.get(name) in gradio_app.tokens for name in names)


def _head() -> str:
    words = {language: all_texts(language) for language in ("zh", "en")}
    table = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script>window.ruledeskTexts = {table};</script><script src="desk/app.js" defer></script>'
