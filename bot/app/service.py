"""What every way into the desk shares: a limit on work at once and waiting, refused questions kept, failures logged."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar, runtime_checkable

import anyio
import anyio.to_thread

from bot.answer_cache import CacheCounts
from bot.answers import Answer
from bot.app.logins import Logins
from bot.app.metrics import Metrics
from bot.app.quiet_log import Quiet
from bot.desk_api import DeskApi, Turn
from bot.feedback import FeedbackStore
from bot.findings import CheckResult
from ingest.errors import RuledeskError

T = TypeVar("T")

AT_ONCE = 8  # a reader of 30 ms: 8 at once gave the best throughput, one at once a third of it
MAX_WAITING = 100  # beyond those at work; 50 agents who all ask at once stay below it
BUSY_SECONDS = 2
TURNS = 3


class DeskFailure(Exception):
    """The desk broke; the details are in the log and never shown."""


class Busy(RuledeskError):
    """Too many questions wait already: this one is turned away at once instead of in a minute."""

    def __init__(self) -> None:
        super().__init__(f"现在提问的人太多，请 {BUSY_SECONDS} 秒后再试 (busy, try again in {BUSY_SECONDS} s)")


@runtime_checkable
class Dated(Protocol):
    """A desk that knows when its index was built."""

    def index_built(self) -> datetime | None:
        """When, or None where that is not known."""


@runtime_checkable
class Caching(Protocol):
    """A desk that keeps answers."""

    def cache_counts(self) -> CacheCounts | None:
        """How much its cache has helped, or None where it has none."""


class Service:
    """The desk behind the screen and the API."""

    def __init__(
        self,
        desk: DeskApi,
        feedback: FeedbackStore | None = None,
        logins: Logins | None = None,
        log: Quiet | None = None,
        max_waiting: int = MAX_WAITING,
        keep_refused: bool = True,
    ) -> None:
        """Refused questions are kept where there is a store for them and `keep_refused` allows it."""
        self.desk = desk
        self.feedback = feedback
        self.keeps_refused = keep_refused and feedback is not None
        self.logins = logins
        self.log = log or Quiet()
        self.metrics = Metrics(self._built, lambda: len(desk.articles()), lambda: self._under_way, self._cached)
        self._limiter = anyio.CapacityLimiter(AT_ONCE)
        self._most = AT_ONCE + max_waiting
        self._under_way = 0

    def is_lead(self, name: str | None) -> bool:
        """Whether the user of a request (gradio: `request.username`) is a lead. Nobody is, on a desk without logins."""
        login = self.logins.named(name) if self.logins else None
        return login is not None and login.lead

    async def ask(self, question: str, platform: str | None = None, history: Sequence[Turn] = ()) -> Answer:
        """One answer. Raises RuledeskError for a wrong call, Busy where too many wait, DeskFailure where it broke."""
        answer = await self._run("ask", lambda: self.desk.ask(question, platform or None, tuple(history)[-TURNS:]))
        self.metrics.questions.inc()
        if answer.refused:
            self.metrics.refusals.inc()
            if self.keeps_refused:
                await self._keep_refused(question, platform, answer)
        return answer

    async def check(self, draft: str, platform: str | None = None) -> CheckResult:
        """One check. Raises as `ask`."""
        found = await self._run("check", lambda: self.desk.check(draft, platform or None))
        self.metrics.checks.inc()
        return found

    async def _keep_refused(self, question: str, platform: str | None, answer: Answer) -> None:
        if self.feedback is None:
            return
        try:
            await anyio.to_thread.run_sync(
                self.feedback.add_refused, question, platform or None, answer.reason, limiter=self._limiter
            )
        except (sqlite3.Error, OSError, ValueError) as error:  # a full disk must not cost the agent the answer
            self.log.failure("could not keep a refused question", error)

    async def _run(self, kind: str, call: Callable[[], T]) -> T:
        if self._under_way >= self._most:
            self.metrics.busy.inc()
            raise Busy
        self._under_way += 1
        begun = time.perf_counter()
        try:
            found = await anyio.to_thread.run_sync(call, limiter=self._limiter)
        except RuledeskError:
            self.metrics.rejected.inc()
            raise
        except Exception as error:
            self.metrics.errors.inc()
            self.log.failure("the desk failed", error)
            raise DeskFailure("internal error") from None  # whoever prints it must not print the question with it
        finally:
            self._under_way -= 1
        self.metrics.seconds.labels(kind).observe(time.perf_counter() - begun)
        return found

    def _built(self) -> datetime | None:
        return self.desk.index_built() if isinstance(self.desk, Dated) else None

    def _cached(self) -> CacheCounts | None:
        return self.desk.cache_counts() if isinstance(self.desk, Caching) else None
