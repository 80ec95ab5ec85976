"""What went wrong with a call, in the reader's language. The messages of the packages are English, made for a terminal
and for API users; the page says the same in the reader's words where it can tell what it was."""

from __future__ import annotations

import re

from bot.answers import Language
from bot.app.texts import text
from ingest.errors import RuledeskError, UsageError

_TOO_LONG = re.compile(r"the (?P<what>question|draft) has (?P<n>[\d,]+) characters\D+(?P<limit>[\d,]*\d)")
_EMPTY = re.compile(r"the (?P<what>question|draft) is empty")
_PLATFORM = re.compile(r"platform (?P<name>'[^']*'|\"[^\"]*\")")
# The lead's messages, which hold nothing that must be told along.
_PLAIN = (
    ("nothing to load", "error.load.nothing"),
    ("is no web address", "error.load.address"),
    ("is loading pages just now", "error.load.busy"),
    ("another ingest or index run", "error.load.busy"),
    ("this preview is gone", "error.load.gone"),
    ("was changed since this preview", "error.load.moved"),
    ("pages is ", "error.load.pages"),
)


def said(error: RuledeskError, language: Language) -> str:
    """One line for the person who asked. What no rule here knows stays as it is, behind a line that says so."""
    words = str(error)
    if found := _TOO_LONG.search(words):
        return text(f"error.long.{found['what']}", language, n=found["n"], limit=found["limit"])
    if found := _EMPTY.search(words):
        return text(f"error.empty.{found['what']}", language)
    if found := _PLATFORM.search(words):
        return text("error.platform", language, name=found["name"][1:-1])
    for part, key in _PLAIN:
        if part in words:
            return text(key, language)
    if language == "en":
        return words
    key = "error.call" if isinstance(error, UsageError) else "error.rulebook"
    return text(key, language, detail=words)
