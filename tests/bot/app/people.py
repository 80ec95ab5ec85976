"""Logins for tests, with hashes that cost next to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from argon2 import PasswordHasher

from bot.app.logins import Login, Logins

T = TypeVar("T")
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def logins_of(*people: tuple[str, str, bool]) -> Logins:
    """Name, password and whether a lead."""
    return Logins({name: (Login(name, lead), QUICK.hash(password)) for name, password, lead in people})


def in_a_loop(job: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Runs a coroutine in a thread of its own: Playwright's loop goes on in the main one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(job())).result(30)
