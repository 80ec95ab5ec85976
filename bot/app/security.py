"""What the web chat refuses before gradio sees it, and the headers on whatever it sends."""

from __future__ import annotations

import asyncio
import re

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 1_000_000  # bytes; the longest draft or question is a small part of it
MAX_PAGE = 21_000_000  # of a rule page that a lead uploads
BODY_SECONDS = 20.0  # for a whole body: who sends a byte now and then holds no place for long
_PAGES = "/v1/lead/pages"
MCP_PATH = "/gradio_api/mcp"

# gradio needs inline scripts and eval; nothing comes from or goes to another host.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}
# Of gradio's own routes, what its page and its clients call. Everything else stays shut: file= and proxy= fetch any
# address or file, upload and stream take files, and the rest are its developer pages.
_GRADIO_OPEN = re.compile(
    r"/gradio_api/(?:app_id|call/[\w./-]+|api/\w+|run/\w+|queue/(?:join|data)|heartbeat/\w+|info|openapi\.json|login_check|"
    r"startup-events|theme\.css|token|user|reset|cancel|config)/?"
)
_SHUT = re.compile(r"/(?:monitoring|svelte|pwa_icon|manifest\.json|custom_component|file|proxy)(?:[/=]|$)")


class BodyTooLarge(HTTPException):
    """Raised to the reader of a body that passes its limit; FastAPI lets its own kind of exception through."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"the request is longer than {limit} bytes: shorten it")


class BodyTooSlow(HTTPException):
    """Raised to the reader of a body that does not come."""

    def __init__(self) -> None:
        super().__init__(408, f"the request did not come within {BODY_SECONDS:g} s: send it again")


class Guard:
    """ASGI middleware: shut routes answer 404, long bodies 413, slow ones 408, and every response carries HEADERS."""

    def __init__(self, app: ASGIApp, body_seconds: float = BODY_SECONDS, mcp: bool = False) -> None:
        """`mcp` opens the MCP endpoint, whose own gate asks for the login."""
        self.app = app
        self._body_seconds = body_seconds
        self.mcp = mcp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def guarded_send(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if scope["path"].startswith("/assets/") and message["status"] == 200:
                    headers["cache-control"] = "public, max-age=31536000, immutable"  # their names hold a digest
            await send(message)

        if not allowed(scope["path"], self.mcp):
            await JSONResponse({"error": "no such page"}, 404)(scope, receive, guarded_send)
            return
        limit = MAX_PAGE if scope["path"] == _PAGES else MAX_BODY
        try:
            if _declared(scope) > limit:
                raise BodyTooLarge(limit)
            await self.app(scope, _counted(receive, limit, self._body_seconds), guarded_send)
        except (BodyTooLarge, BodyTooSlow) as error:
            if started:
                raise
            await JSONResponse({"error": error.detail}, error.status_code)(scope, receive, guarded_send)


def allowed(path: str, mcp: bool = False) -> bool:
    """Whether a path may reach the app: all of the desk's own, of gradio's what its page needs, MCP where on."""
    if path.rstrip("/") == MCP_PATH:
        return mcp
    if path.startswith("/gradio_api"):
        return _GRADIO_OPEN.fullmatch(path) is not None
    return _SHUT.match(path) is None


def _declared(scope: Scope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


def _counted(receive: Receive, limit: int, seconds: float) -> Receive:
    seen = 0
    whole = False
    until = asyncio.get_running_loop().time() + seconds

    async def counted() -> Message:
        nonlocal seen, whole
        if whole:
            return await receive()  # it waits for the other side to hang up
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow from None
        whole = not message.get("more_body", False)
        seen += len(message.get("body", b""))
        if seen > limit:
            raise BodyTooLarge(limit)
        return message

    return counted
