"""The page layouts of sites.toml: selectors and line patterns, compiled once."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from ingest.html_text import Line

_DATE = re.compile(r"(?<!\d)(20\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")


@dataclass(frozen=True, slots=True)
class LineRules:
    """Which lines of an item are not its text, and what they tell instead."""

    dropped: tuple[re.Pattern[str], ...] = ()
    end: tuple[re.Pattern[str], ...] = ()

    def apply(self, found: Iterable[Line]) -> tuple[list[Line], dict[str, str]]:
        """The lines that are text, and the first `title`, `url` and `date` that the dropped ones hold."""
        kept: list[Line] = []
        told: dict[str, str] = {}
        for line in found:
            if any(pattern.search(line.text) for pattern in self.end):
                break
            tells = self.told(line)
            if tells is None:
                kept.append(line)
            else:
                told = tells | told
        return kept, told

    def told(self, line: Line) -> dict[str, str] | None:
        """What a line that is no text tells (an empty dict where nothing); None for a line of text."""
        match = next((m for m in (pattern.search(line.text) for pattern in self.dropped) if m), None)
        return None if match is None else {name: value for name, value in match.groupdict().items() if value}


@dataclass(frozen=True, slots=True)
class Layout:
    """One page layout of one site; the tuples from `items` on hold CSS selectors (see the head of sites.toml)."""

    site: str
    name: str
    hosts: tuple[str, ...] = ()
    brand: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    flat: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    page_title: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    dated: bool = False
    rules: LineRules = field(default_factory=LineRules)


def _layout(table: dict[str, Any]) -> Layout:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    rules = LineRules(
        dropped=tuple(re.compile(p) for p in values.pop("lines", ())),
        end=tuple(re.compile(p) for p in values.pop("end", ())),
    )
    return Layout(**values, rules=rules)  # an unknown key is a TypeError, not a selector that never runs


@lru_cache(maxsize=1)
def site_layouts() -> tuple[Layout, ...]:
    """The known layouts in the order in which they are tried."""
    return tuple(_layout(table) for table in _tables()["layout"])


@lru_cache(maxsize=1)
def other_layout() -> Layout:
    """What holds for a page of any other layout."""
    return _layout({"site": "other", "name": "other", **_tables()["other"]})


def _tables() -> dict[str, Any]:
    return tomllib.loads(resources.files("ingest").joinpath("sites.toml").read_text(encoding="utf-8"))


def date_in(text: str) -> str | None:
    """The first real calendar date of this century in the text as YYYY-MM-DD: 2023-05-06, 2023/5/6, 2023年5月6日."""
    for match in _DATE.finditer(text):
        year, month, day = (int(part) for part in match.groups())
        try:
            return datetime.date(year, month, day).isoformat()
        except ValueError:
            continue
    return None
