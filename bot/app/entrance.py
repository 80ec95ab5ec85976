"""Logging in and out: the form of the login page, and what gradio's Python client sends."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from bot.app.callers import login_page, too_many
from bot.app.door import Door
from bot.app.rates import TooMany
from bot.app.sessions import COOKIE, HOURS
from bot.app.texts import language_of, text


def add_entrance(app: FastAPI, door: Door) -> None:
    """Adds /login and /logout."""

    @app.get("/login")
    async def form(request: Request) -> Response:
        return login_page(request, status=200)

    @app.post("/login")
    async def log_in(request: Request) -> Response:
        if not _same_origin(request):
            return JSONResponse({"error": "log in from this site's own page"}, 403)
        by_hand = "text/html" in request.headers.get("accept", "")
        fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
        name, password = (fields.get(key, [""])[0] for key in ("username", "password"))
        try:
            login = await door.enter(name, password, request.client.host if request.client else "")
        except TooMany as error:
            page = login_page(request, str(error), 429)
            page.headers["Retry-After"] = str(error.wait)
            return page if by_hand else too_many(error)
        if login is None:
            wrong = text("login.wrong", language_of(request.headers.get("accept-language")))
            return login_page(request, wrong) if by_hand else JSONResponse({"error": wrong}, 401)
        answer: Response = RedirectResponse("./", 303) if by_hand else JSONResponse({"success": True})
        answer.set_cookie(
            COOKIE,
            door.sessions.begin(login),
            max_age=HOURS * 3600,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    @app.post("/logout")
    async def log_out(request: Request) -> Response:
        door.sessions.end(request.cookies.get(COOKIE))
        answer = RedirectResponse("./", 303)
        answer.delete_cookie(COOKIE)
        return answer


def _same_origin(request: Request) -> bool:
    """Another site's page must not log somebody in under its own name."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:  # the page's own form sends no usable Origin: the referrer policy forbids it
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
