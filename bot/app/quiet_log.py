"""Failures in the log: where it broke, but no word of what was asked, unless that is switched on."""

from __future__ import annotations

import logging
import traceback

log = logging.getLogger("ruledesk.chat")
SWITCH = "RULEDESK_LOG_QUESTIONS"


def place_of(error: BaseException) -> str:
    """The kind of an error and the lines of code it passed, without its message: that often repeats the input."""
    frames = traceback.extract_tb(error.__traceback__)
    return " <- ".join([type(error).__name__, *(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames))])


class Quiet:
    """Writes failures; with `questions` their whole message and traceback."""

    def __init__(self, questions: bool = False) -> None:
        self.questions = questions

    def failure(self, what: str, error: BaseException) -> None:
        """One line, or the whole traceback where questions may be logged."""
        if self.questions:
            log.error(what, exc_info=error)
        else:
            log.error("%s: %s (set %s=1 to log messages, questions included)", what, place_of(error), SWITCH)


class QuietFormatter(logging.Formatter):
    """The server's own tracebacks without the messages of exceptions."""

    def formatException(self, ei: object) -> str:
        """See logging.Formatter."""
        error = ei[1] if isinstance(ei, tuple) else None
        return place_of(error) if isinstance(error, BaseException) else ""
