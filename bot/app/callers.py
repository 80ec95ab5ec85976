"""Who sends a request, found out once for all that follows, and how many requests they may send."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app.door import Door
from bot.app.logins import Login
from bot.app.metrics import Metrics
from bot.app.rates import Rates, TooMany
from bot.app.render import render
from bot.app.security import MCP_PATH
from bot.app.sessions import COOKIE
from bot.app.texts import language_of

# What makes the desk work; pages, articles and the page's own parts are not counted.
_COUNTED = ("/v1/ask", "/v1/check", "/v1/feedback", "/gradio_api/call/", "/gradio_api/api/", "/gradio_api/run/",
            "/gradio_api/queue/join", MCP_PATH)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """The sender of a request; `login` is None on a desk without logins, and before somebody has logged in."""

    address: str = ""
    login: Login | None = None


_NOBODY = Caller()
_caller: ContextVar[Caller] = ContextVar("ruledesk_caller", default=_NOBODY)


def current_caller() -> Caller:
    """The sender of the request at hand. A handler of gradio's queue has none: it goes by its request's username."""
    return _caller.get()


class Callers:
    """ASGI middleware: knows the sender, shows the login page in the place of the desk, and counts requests."""

    def __init__(self, app: ASGIApp, door: Door | None, rates: Rates, metrics: Metrics) -> None:
        self.app, self._door, self._rates, self._metrics = app, door, rates, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        address = request.client.host if request.client else ""
        try:
            login = await self._login(request, address)
            if scope["method"] == "POST" and scope["path"].startswith(_COUNTED):
                self._rates.admit(login.name if login else None, address)
        except TooMany as error:
            self._metrics.limited.inc()
            await too_many(error)(scope, receive, send)
            return
        if self._door is not None and login is None and scope["path"] in ("", "/"):
            await login_page(request)(scope, receive, send)
            return
        token = _caller.set(Caller(address, login))
        try:
            await self.app(scope, receive, send)
        finally:
            _caller.reset(token)

    async def _login(self, request: HTTPConnection, address: str) -> Login | None:
        if self._door is None:
            return None
        return await self._door.login_of(request.cookies.get(COOKIE), request.headers.get("authorization"), address)


def login_page(request: HTTPConnection, problem: str = "", status: int = 401) -> HTMLResponse:
    """The form that asks for name and password, in the reader's language."""
    language = language_of(request.headers.get("accept-language"))
    headers = {"Cache-Control": "no-store"}
    return HTMLResponse(
        render("login.html", language, problem=problem, html_language="zh-CN" if language == "zh" else "en"),
        status,
        headers,
    )


def too_many(error: TooMany) -> JSONResponse:
    """429 with the seconds to wait."""
    # gradio's page shows what stands under "detail".
    return JSONResponse({"error": str(error), "detail": str(error)}, 429, {"Retry-After": str(error.wait)})
