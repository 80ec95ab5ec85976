"""Errors of ingest, split by what the caller does about them."""

from __future__ import annotations


class RuledeskError(Exception):
    """A one-line message for the person: what was wrong, the limit, what to do."""


class SourceError(RuledeskError):
    """One source could not be read or parsed; the others go on."""


class CorpusError(RuledeskError):
    """The corpus folder itself cannot be used: nothing was changed."""


class UsageError(RuledeskError):
    """The call was wrong (exit status 2)."""
