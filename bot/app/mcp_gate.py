"""The MCP endpoint: what it needs, how it answers, and a gate, since gradio asks for no login on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app.security import MCP_PATH
from ingest.errors import UsageError

INSTALL_MCP = 'install it, best into an environment of its own, with: pip install "ruledesk[mcp]"'
MAJOR = "1"  # the mcp release that gradio speaks


def require_mcp() -> None:
    """Raises UsageError with the command that installs what is missing."""
    try:
        found = version("mcp")
    except PackageNotFoundError:
        raise UsageError(f"--mcp needs the package mcp, which is not installed; {INSTALL_MCP}") from None
    if found.partition(".")[0] != MAJOR:
        raise UsageError(f"--mcp needs mcp {MAJOR}, but {found} is installed; {INSTALL_MCP}")


def speak_json(server: Any) -> None:
    """Makes gradio's MCP server answer with JSON: of itself it prints Python's form of a dictionary."""
    types = import_module("mcp.types")

    def as_json(outputs: list[Any], root_url: str) -> list[Any]:
        return [types.TextContent(type="text", text=json.dumps(one, ensure_ascii=False)) for one in outputs]

    server.postprocess_output_data = as_json


class McpGate:
    """ASGI middleware: the MCP endpoint takes POST alone, from pages of its own host alone, with the desk's login."""

    def __init__(self, app: ASGIApp, allow: Callable[[Request], bool]) -> None:
        """`allow` says whether a request's sender may ask."""
        self.app = app
        self.allow = allow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].rstrip("/") != MCP_PATH:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        answer = None
        if request.method != "POST":  # a GET would hold a stream open, on which this server never has anything to say
            answer = JSONResponse({"error": "MCP clients POST here"}, 405, {"Allow": "POST"})
        elif not _same_host(request):
            answer = JSONResponse({"error": "another site's page may not ask here"}, 403)
        elif not self.allow(request):
            answer = JSONResponse({"error": "log in first"}, 401, {"WWW-Authenticate": 'Basic realm="ruledesk"'})
        await (answer or self.app)(scope, receive, send)


def _same_host(request: Request) -> bool:
    """Whether the request comes from no browser page, or from one of this server (a rebound name is another one)."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
