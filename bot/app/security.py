"""What the web chat refuses before gradio sees it, and the headers on whatever it sends."""

from __future__ import annotations

import re

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 1_000_000  # bytes; the longest draft or question is a small part of it
MCP_PATH = "/gradio_api/mcp"
_TOO_LONG = f"the request is longer than {MAX_BODY} bytes: shorten it"

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
    """Raised to the reader of a body that passes MAX_BODY; FastAPI lets its own kind of exception through."""

    def __init__(self) -> None:
        super().__init__(413, _TOO_LONG)


class Guard:
    """ASGI middleware: shut routes answer 404, long bodies 413, and every response carries HEADERS."""

    def __init__(self, app: ASGIApp, mcp: bool = False) -> None:
        """`mcp` opens the MCP endpoint, whose own gate asks for the login."""
        self.app = app
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
        if _declared(scope) > MAX_BODY:
            await _too_large()(scope, receive, guarded_send)
            return
        try:
            await self.app(scope, _counted(receive), guarded_send)
        except BodyTooLarge:
            if started:
                raise
            await _too_large()(scope, receive, guarded_send)


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


def _counted(receive: Receive) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            raise BodyTooLarge
        return message

    return counted


def _too_large() -> JSONResponse:
    return JSONResponse({"error": _TOO_LONG}, 413)
