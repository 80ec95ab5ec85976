"""The script library: the replies that a shop keeps ready (话术), checked against the rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.findings import CheckResult

Check = Callable[[str, str | None], CheckResult]  # draft, platform
_BETWEEN = re.compile(r"[、,，;；]")


@dataclass(frozen=True, slots=True)
class Breach:
    """What the reply check found in a script: the label, the offending words, what to write instead."""

    label: str
    words: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Script:
    """A ready reply: up to two group names, the keyword that calls it, its words, and the platform it is for.

    `rule` is the rule that it rests on, where it names one; `breaches` are what the last check found.
    """

    group: tuple[str, ...]
    title: str
    content: str
    platform: str | None = None
    rule: str = ""
    breaches: tuple[Breach, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The line of scripts.jsonl."""
        return {
            "group": list(self.group),
            "title": self.title,
            "content": self.content,
            "platform": self.platform,
            "rule": self.rule,
            "breaches": [{"label": b.label, "words": b.words, "suggestion": b.suggestion} for b in self.breaches],
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Script:
        """Reads a line of scripts.jsonl. Raises KeyError, TypeError."""
        return cls(
            group=tuple(row["group"]),
            title=row["title"],
            content=row["content"],
            platform=row["platform"],
            rule=row["rule"],
            breaches=tuple(Breach(**b) for b in row["breaches"]),
        )


def merged(scripts: Iterable[Script]) -> tuple[list[Script], int]:
    """The scripts in order, and how many of them were the same as an earlier one.

    The same are those of one group and platform whose words differ in white space alone; the keywords of all are kept.
    """
    kept: dict[tuple[tuple[str, ...], str | None, str], Script] = {}
    same = 0
    for script in scripts:
        key = (script.group, script.platform, "".join(script.content.split()))
        first = kept.get(key)
        if first is None:
            kept[key] = script
        else:
            same += 1
            title = _both(first.title, script.title)
            kept[key] = replace(first, title=title, rule=first.rule or script.rule)
    return list(kept.values()), same


def checked(scripts: Sequence[Script], check: Check) -> list[Script]:
    """The scripts, each marked with what the reply check finds in it now."""
    return [replace(s, breaches=_breaches(check(s.content, s.platform))) for s in scripts]


def _breaches(result: CheckResult) -> tuple[Breach, ...]:
    return tuple(Breach(f.label, result.draft[f.start : f.end], f.suggestion) for f in result.findings)


def _both(one: str, other: str) -> str:
    """The keywords of both, each once; `one` unchanged where it has them all."""
    have = {word.strip() for word in _BETWEEN.split(one)}
    more = [w for word in _BETWEEN.split(other) if (w := word.strip()) and w not in have]
    return "、".join([one, *dict.fromkeys(more)] if one else dict.fromkeys(more))
