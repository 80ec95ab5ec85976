"""Plain JSON routes beside gradio's: the contract's answers without a queue, and what the page's script asks for."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from bot.app.callers import current_caller
from bot.app.door import Door
from bot.app.entrance import add_entrance
from bot.app.lead_routes import lead_router
from bot.app.metrics import CONTENT_TYPE
from bot.app.parts import Parts
from bot.app.service import BUSY_SECONDS, Busy, DeskFailure, Service
from bot.desk_api import Turn
from bot.feedback import Feedback, Vote
from ingest.errors import RuledeskError

FOLDER = Path(__file__).parent
SCRIPTS = ("app.js", "live.js", "practice.js", "lead.js")  # in the order in which the page runs them
# The desk's own limits (2,000 characters a question, 5,000 a draft) come with a line that says so; these only keep what
# it never looks at short.
Short = Annotated[str, Field(max_length=100)]
Long = Annotated[str, Field(max_length=20_000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TurnBody(_Body):
    """An earlier question and its answer."""

    question: Long
    answer: Long


class AskBody(_Body):
    """A question for /v1/ask."""

    question: str
    platform: str | None = None
    history: list[TurnBody] = Field([], max_length=50)


class CheckBody(_Body):
    """A draft for /v1/check."""

    draft: str
    platform: str | None = None


class FeedbackBody(_Body):
    """A thumb from the page."""

    question: str
    platform: Short | None = None
    verdict: Short | None = None
    vote: Vote
    reason: Short | None = None
    note: Long | None = None


def add_routes(app: FastAPI, service: Service, parts: Parts, door: Door | None) -> None:
    """Adds /health, /metrics, the page's scripts and the /v1 routes; with a door, all but the first and the scripts are
    behind it, and /login and /logout are there."""

    async def login() -> None:  # a plain function would cost a thread for each request
        if door is not None and current_caller().login is None:
            raise HTTPException(401, "log in first", {"WWW-Authenticate": 'Basic realm="ruledesk"'})

    v1 = APIRouter(prefix="/v1", dependencies=[Depends(login)])

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/metrics", dependencies=[Depends(login)])
    def metrics() -> Response:
        return Response(service.metrics.text(), media_type=CONTENT_TYPE)

    @app.get("/desk/{name}")
    async def script(name: str) -> FileResponse:
        if name not in SCRIPTS:
            raise HTTPException(404, "no such script")
        return FileResponse(FOLDER / name, media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    @v1.post("/ask")
    async def ask(body: AskBody) -> dict[str, Any]:
        turns = [Turn(t.question, t.answer) for t in body.history]
        return (await service.ask(body.question, body.platform, turns)).to_json()

    @v1.post("/check")
    async def check(body: CheckBody) -> dict[str, Any]:
        return (await service.check(body.draft, body.platform)).to_json()

    @v1.get("/articles/{article_id:path}")
    def article(article_id: str) -> dict[str, Any]:
        found = service.desk.article(article_id)
        if found is None:
            raise HTTPException(404, "no such article")
        row = found.to_json()
        return {key: row[key] for key in ("article_id", "title", "platforms", "published", "url", "text")}

    @v1.post("/feedback", status_code=201)
    async def feedback(body: FeedbackBody) -> dict[str, bool]:
        if service.feedback is None:
            raise HTTPException(404, "this desk keeps no feedback")
        item = Feedback(body.question, body.platform or None, body.verdict or None, body.vote, body.reason, body.note)
        try:
            await anyio.to_thread.run_sync(service.feedback.add, item)
        except (sqlite3.Error, OSError) as error:
            service.log.failure("feedback not stored", error)
            raise DeskFailure("feedback not stored") from None
        return {"stored": True}

    @v1.get("/report")
    def report() -> FileResponse:
        found = parts.figures.latest() if parts.figures else None
        if found is None or found.page is None:
            raise HTTPException(404, "no report")
        return FileResponse(found.page, media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-cache"})

    app.include_router(v1)
    if parts.lead is not None:
        app.include_router(lead_router(service, parts.lead))
    if door is not None:
        add_entrance(app, door)
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)


async def _usage(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": str(error)}, 400)


async def _busy(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": str(error)}, 503, {"Retry-After": str(BUSY_SECONDS)})


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
    return JSONResponse({"error": f"{where}: {first['msg']}"}, 422)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)


async def _failure(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": "the desk failed; the details are in its log"}, 500)


_HANDLERS: dict[type[Exception], Callable[[Request, Exception], Awaitable[JSONResponse]]] = {
    Busy: _busy,
    RuledeskError: _usage,
    RequestValidationError: _invalid,
    HTTPException: _http,
    DeskFailure: _failure,
}
