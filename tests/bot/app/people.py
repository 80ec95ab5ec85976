"""Logins for tests, with hashes that cost next to nothing."""

from __future__ import annotations

from argon2 import PasswordHasher

from bot.app.logins import Login, Logins

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def logins_of(*people: tuple[str, str, bool]) -> Logins:
    """Name, password and whether a lead."""
    return Logins({name: (Login(name, lead), QUICK.hash(password)) for name, password, lead in people})
