"""Lines of a printed page -> the paragraphs that its width has broken, without page numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ingest.markers import find_markers

_PAGE_NUMBER = re.compile(r"[-–—\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/,，共]\s*(?:共\s*)?\d{1,4}\s*页?)?[-–—\s]*")
_ENDS = tuple("。;；!！?？:：」』…")
_FULL = 0.85  # of the widest line: a shorter one ended by itself


def unwrapped(lines: Sequence[str]) -> list[str]:
    """The lines, each one that fills the page's width and ends inside a sentence joined to the next."""
    kept = [line for line in lines if line and not _PAGE_NUMBER.fullmatch(line)]
    widest = max(map(_width, kept), default=0)
    joined: list[str] = []
    last_width = 0
    for line in kept:
        open_line = bool(joined) and not joined[-1].endswith(_ENDS) and last_width >= _FULL * widest
        if open_line and widest > 30 and not _opens(line):
            gap = " " if joined[-1][-1].isascii() and line[0].isascii() else ""
            joined[-1] += gap + line
        else:
            joined.append(line)
        last_width = _width(line)
    return joined


def _opens(line: str) -> bool:
    return any(marker.start == 0 for marker in find_markers(line))


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
