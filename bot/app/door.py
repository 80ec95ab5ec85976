"""The door of a desk with logins: sessions of the page, HTTP Basic of programs, and a pause after wrong passwords."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

import anyio
import anyio.to_thread

from bot.app.logins import Login, Logins, basic_login
from bot.app.rates import Lockout, TooMany
from bot.app.sessions import Sessions

REMEMBER = 600.0  # seconds for which a program's right password is not hashed again
_MAX_REMEMBERED = 1_000


class Door:
    """Who is at the door. One password is looked at at a time, so that guesses cannot fill memory and processor."""

    def __init__(
        self,
        logins: Logins,
        lockout: Lockout | None = None,
        clock: Callable[[], float] = time.monotonic,
        on_wrong: Callable[[], None] = lambda: None,
    ) -> None:
        self.logins = logins
        self.sessions = Sessions(clock)
        self._lockout = lockout or Lockout()
        self._clock = clock
        self._on_wrong = on_wrong
        self._one = anyio.Lock()
        self._key = secrets.token_bytes(32)
        self._remembered: dict[bytes, tuple[Login, float]] = {}

    async def enter(self, name: str, password: str, address: str) -> Login | None:
        """The login where the password fits. Raises TooMany after too many wrong ones."""
        async with self._one:
            # In the lock: a program that opens ten connections at once has its password hashed once.
            proof = hmac.digest(self._key, f"{name}\0{password}".encode("utf-8", "replace"), hashlib.sha256)
            known, until = self._remembered.get(proof, (None, 0.0))
            if known is not None and self._clock() < until and self.logins.holds(known):
                self._lockout.passed(name, address)
                return known
            try:
                self._lockout.begin(name, address)
            except TooMany:
                self._on_wrong()
                raise
            login = await anyio.to_thread.run_sync(self.logins.check, name, password)
            if login is None:
                self._on_wrong()
                return None
            self._lockout.passed(name, address)
            if len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[proof] = (login, self._clock() + REMEMBER)
            return login

    async def login_of(self, session: str | None, authorization: str | None, address: str) -> Login | None:
        """The login of a request, by its session or its HTTP Basic header. Raises TooMany."""
        login = self.sessions.login_of(session)
        if login is not None and not self.logins.holds(login):
            self.sessions.end(session)
            login = None
        if login is None and (given := basic_login(authorization)) is not None:
            login = await self.enter(*given, address)
        return login
