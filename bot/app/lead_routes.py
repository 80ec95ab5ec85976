"""The lead's routes: loading pages with a preview, what was refused, sheets. Each asks who is calling, and refuses
everybody but a lead, whatever the page shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict

from bot.app.callers import current_caller
from bot.app.messages import said
from bot.app.parts import Lead
from bot.app.service import Service
from bot.app.texts import language_of, text
from bot.lacking import DAYS, grouped
from bot.loading import Status
from bot.sheets import csv_bytes
from ingest.decode import MAX_BYTES
from ingest.errors import RuledeskError
from ingest.pipeline import SUFFIXES, HandedPage

MAX_HELD = 60_000_000  # bytes of uploads that wait for their preview
MAX_NAME = 120
# A form on another site cannot send a header of its own: so a login's cookie alone loads nothing.
HEADER = "x-ruledesk"
FEEDBACK_COLUMNS = ("at", "question", "platform", "verdict", "vote", "reason", "note")
REFUSED_COLUMNS = ("last", "question", "times", "platforms", "reason")


class PreviewBody(BaseModel):
    """What to read: names of uploaded pages, an address, how many of its pages."""

    model_config = ConfigDict(extra="forbid", strict=True)
    names: list[str] = []
    url: str = ""
    pages: int = 1


class ConfirmBody(BaseModel):
    """Which preview to take over."""

    model_config = ConfigDict(extra="forbid", strict=True)
    id: str


def lead_router(service: Service, lead: Lead) -> APIRouter:
    """The routes under /v1/lead."""

    def only_lead(request: Request) -> str:
        login = current_caller().login
        if login is None:
            raise HTTPException(401, "log in first", {"WWW-Authenticate": 'Basic realm="ruledesk"'})
        if not login.lead:
            raise HTTPException(403, text("lead.only", _language(request)))
        if request.method != "GET" and HEADER not in request.headers:
            raise HTTPException(403, f"send the header {HEADER}: 1")
        return login.name

    router = APIRouter(prefix="/v1/lead", dependencies=[Depends(only_lead)])
    held: dict[str, dict[str, bytes]] = {}

    def act(request: Request, call: Callable[[], Status]) -> dict[str, Any]:
        language = _language(request)
        try:
            status = call()
        except RuledeskError as error:
            raise HTTPException(400, said(error, language)) from None
        row = status.to_json()
        if status.error:
            row["error"] = said(RuledeskError(status.error), language)
        return row

    @router.put("/pages")
    async def upload(request: Request, name: str) -> dict[str, Any]:
        mine = held.setdefault(only_lead(request), {})
        plain = _plain(name)
        if PurePosixPath(plain).suffix.lower() not in SUFFIXES:
            line = text("lead.kind", _language(request), name=plain, kinds=" ".join(SUFFIXES))
            raise HTTPException(400, line)
        data = bytearray()
        room = min(MAX_BYTES, MAX_HELD - sum(len(d) for n, d in mine.items() if n != plain))
        async for piece in request.stream():
            data += piece
            if len(data) > room:
                raise HTTPException(413, text("lead.big", _language(request), name=plain, limit=room // 1_000_000))
        mine[plain] = bytes(data)
        return {"name": plain, "bytes": len(data)}

    @router.post("/preview")
    def preview(request: Request, body: PreviewBody) -> dict[str, Any]:
        name = only_lead(request)
        mine = held.get(name, {})
        missing = [n for n in body.names if _plain(n) not in mine]
        if missing:
            raise HTTPException(400, text("lead.missing", _language(request), name=missing[0]))
        files = [HandedPage(_plain(n), mine[_plain(n)]) for n in dict.fromkeys(body.names)]
        found = act(request, lambda: lead.loader.preview(files, body.url, body.pages, name))
        held.pop(name, None)
        return found

    @router.get("/status")
    def status(request: Request) -> dict[str, Any]:
        return act(request, lambda: lead.loader.status)

    @router.post("/confirm")
    def confirm(request: Request, body: ConfirmBody) -> dict[str, Any]:
        return act(request, lambda: lead.loader.confirm(body.id, only_lead(request)))

    @router.post("/retry")
    def retry(request: Request) -> dict[str, Any]:
        return act(request, lambda: lead.loader.retry(only_lead(request)))

    @router.post("/discard")
    def discard(request: Request) -> dict[str, Any]:
        held.pop(only_lead(request), None)
        return act(request, lead.loader.discard)

    @router.get("/refused")
    def refused() -> dict[str, Any]:
        return {"days": DAYS, "kept": service.keeps_refused, "rows": [item.to_json() for item in _refused(service)]}

    @router.get("/refused.csv")
    def refused_sheet(request: Request) -> Response:
        rows = [item.to_json() | {"platforms": " ".join(item.to_json()["platforms"])} for item in _refused(service)]
        return _sheet("refused.csv", rows, REFUSED_COLUMNS, request)

    @router.get("/feedback.csv")
    def feedback_sheet(request: Request) -> Response:
        rows = service.feedback.feedback() if service.feedback else []
        return _sheet("feedback.csv", rows, FEEDBACK_COLUMNS, request)

    return router


def _refused(service: Service) -> Any:
    rows = service.feedback.refused(datetime.now(UTC) - timedelta(days=DAYS)) if service.feedback else []
    return grouped(rows)


def _sheet(name: str, rows: list[dict[str, Any]], columns: tuple[str, ...], request: Request) -> Response:
    titles = {key: text(f"sheet.{key}", _language(request)) for key in columns}
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(csv_bytes(rows, titles), media_type="text/csv; charset=utf-8", headers=headers)


def _plain(name: str) -> str:
    """The bare name of a file as a browser sends it."""
    last = PureWindowsPath(PurePosixPath(name.replace("\0", "")).name).name
    return "".join(c for c in last if c.isprintable())[-MAX_NAME:].lstrip(".") or "page.txt"


def _language(request: Request) -> Any:
    return language_of(request.headers.get("accept-language"))
