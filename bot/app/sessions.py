"""Who is logged in: random tokens in memory, which end with the server or after a working day."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable

from bot.app.logins import Login

HOURS = 12
MAX_SESSIONS = 5_000
COOKIE = "ruledesk-session"


class Sessions:
    """Tokens and the logins behind them. Only their digests are kept: a dump of the memory gives no token."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[bytes, tuple[Login, float]] = {}

    def begin(self, login: Login) -> str:
        """A new token; the oldest goes where there are too many."""
        token = secrets.token_urlsafe(32)
        while len(self._known) >= MAX_SESSIONS:
            del self._known[next(iter(self._known))]
        self._known[_digest(token)] = (login, self._clock() + HOURS * 3600)
        return token

    def login_of(self, token: str | None) -> Login | None:
        """The login of a token that still holds."""
        key = _digest(token or "")
        login, until = self._known.get(key, (None, 0.0))
        if login is not None and self._clock() >= until:
            self._known.pop(key, None)
            return None
        return login

    def end(self, token: str | None) -> None:
        """Logs out."""
        self._known.pop(_digest(token or ""), None)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
