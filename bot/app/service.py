"""What every way into the desk shares: a limit on work at once, refused questions kept, failures logged."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar

import anyio
import anyio.to_thread

from bot.answers import Answer
from bot.desk_api import DeskApi, Turn
from bot.feedback import FeedbackStore
from bot.findings import CheckResult
from ingest.errors import RuledeskError

T = TypeVar("T")
log = logging.getLogger("ruledesk.chat")

AT_ONCE = 8  # a reader of 30 ms: 8 at once gave the best throughput, one at once a third of it
TURNS = 3


class DeskFailure(Exception):
    """The desk broke; the details are in the log and never shown."""


class Service:
    """The desk behind the screen and the API."""

    def __init__(self, desk: DeskApi, feedback: FeedbackStore | None = None, keep_refused: bool = True) -> None:
        """Refused questions are kept where there is a store for them and `keep_refused` allows it."""
        self.desk = desk
        self.feedback = feedback
        self.keeps_refused = keep_refused and feedback is not None
        self._limiter = anyio.CapacityLimiter(AT_ONCE)

    async def ask(self, question: str, platform: str | None = None, history: Sequence[Turn] = ()) -> Answer:
        """One answer. Raises RuledeskError for a wrong call, DeskFailure where the desk broke."""
        answer = await self._run(lambda: self.desk.ask(question, platform or None, tuple(history)[-TURNS:]))
        if answer.refused and self.keeps_refused and self.feedback is not None:
            try:
                await anyio.to_thread.run_sync(
                    self.feedback.add_refused, question, platform or None, answer.reason, limiter=self._limiter
                )
            except (sqlite3.Error, OSError):  # a full disk must not cost the agent the answer
                log.exception("could not keep a refused question")
        return answer

    async def check(self, draft: str, platform: str | None = None) -> CheckResult:
        """One check. Raises as `ask`."""
        return await self._run(lambda: self.desk.check(draft, platform or None))

    async def _run(self, call: Callable[[], T]) -> T:
        try:
            return await anyio.to_thread.run_sync(call, limiter=self._limiter)
        except RuledeskError:
            raise
        except Exception as error:
            log.exception("the desk failed")
            raise DeskFailure("internal error") from error
