"""What the conflict finder reads in rule text: matter, circumstances, what a duration is for and from when it runs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import rjieba

from index.glossary import Glossary, domain_glossary

LIGHT = 0.4
WORD = 0.3
_OBJECTS = frozenset(("reply", "refund", "return", "exchange", "repair"))
# What is told only to be set aside: 「非预售」 is not about pre-sale, 「除定制外」 not about made-to-order goods.
_ASIDE = re.compile(
    r"非(?:预售|定制|大促|自营|生鲜|特殊|质量)|除(?!非)[^，,。；;]{1,24}?(?:以外|之外|外)"
    r"|[（(][^（()）]{0,20}(?:除外|不含|不包括|另计|另行)[^（()）]{0,20}[)）]"
)
_CHINESE = re.compile(r"^[\u4e00-\u9fffA-Za-z]{2,}$")


@dataclass(frozen=True, slots=True)
class Circumstance:
    """A dimension in which rules differ: `plain` members are what holds where a text names none."""

    id: str
    members: Mapping[str, re.Pattern[str]]
    plain: frozenset[str]
    strict: bool
    strict_modal: bool
    title: bool


@dataclass(frozen=True, slots=True)
class SpeechWords:
    """How running text is cut into telling words; each list is explained in words.toml."""

    empty: frozenset[str]
    cut: frozenset[str]
    things: frozenset[str]
    parties: frozenset[str]
    amounts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Words:
    """The finder's vocabulary, as read from words.toml."""

    functional: frozenset[str]
    light: frozenset[str]
    plain: frozenset[str]
    measuring: frozenset[str]
    synonyms: Mapping[str, frozenset[str]]
    speech: SpeechWords
    same: Mapping[str, tuple[str, ...]]
    related: Mapping[str, frozenset[str]]
    extra: Glossary
    circumstances: Mapping[str, Circumstance]
    acts: Mapping[str, re.Pattern[str]]
    anchors: Mapping[str, re.Pattern[str]]
    verbs: Mapping[str, re.Pattern[str]]

    def terms(self, text: str) -> frozenset[tuple[int, int, str]]:
        """(start, end, concept) of the concepts in a text, the glossary's and the finder's own."""
        return _terms(self.extra, text)

    def features(self, text: str) -> dict[str, float]:
        """What the text is about: concept or word -> weight (1 for a matter, less for what many rules share)."""
        found: dict[str, float] = {}
        spans: list[tuple[int, int]] = []
        masked = set_aside(text)
        for start, end, concept in sorted(self.terms(masked), key=lambda t: (t[0] - t[1], t[0], t[2])):
            if any(s <= start and end <= e and (s, e) != (start, end) for s, e in spans):
                continue  # 发货 inside 延迟发货 says nothing more
            spans.append((start, end))
            for name in self.same.get(concept, (concept,)):
                if name not in self.functional:
                    found[name] = max(found.get(name, 0.0), LIGHT if name in self.light else 1.0)
        at = 0
        for word in rjieba.cut(masked):
            start, at = at, at + len(word)
            if any(s < at and start < e for s, e in spans) or word in self.plain or not _CHINESE.match(word):
                continue
            found[f"w:{word}"] = WORD
        return found

    def circumstances_in(self, text: str) -> dict[str, frozenset[str]]:
        """The members named of each circumstance."""
        masked = set_aside(text)
        named = {
            name: frozenset(m for m, form in c.members.items() if form.search(masked))
            for name, c in self.circumstances.items()
        }
        return {name: members for name, members in named.items() if members}

    def acts_in(self, text: str) -> frozenset[str]:
        """What is to be done, or holds, according to the text."""
        acts = frozenset(name for name, form in self.acts.items() if form.search(text))
        # 「响应处理」 a request is no reply to a message, 「退款审核」 is no refund yet.
        return acts - _OBJECTS if "handle" in acts else acts

    def anchor_in(self, text: str) -> str | None:
        """From when a duration behind this text runs."""
        found = [(m.end(), name) for name, form in self.anchors.items() for m in form.finditer(text)]
        return max(found)[1] if found else None


@lru_cache(maxsize=10_000)  # a line is read for its concepts and for its words
def _terms(extra: Glossary, text: str) -> frozenset[tuple[int, int, str]]:
    return frozenset((t.start, t.end, t.concept) for t in (*domain_glossary().terms(text), *extra.terms(text)))


def set_aside(text: str) -> str:
    """The text with what it sets aside blanked, at the same length."""
    return _ASIDE.sub(lambda m: " " * len(m.group(0)), text)


@cache
def words() -> Words:
    """The vocabulary that ships with the desk."""
    data = tomllib.loads(resources.files("bot.conflicts").joinpath("words.toml").read_text(encoding="utf-8"))
    return Words(
        functional=frozenset(data["functional"]),
        light=frozenset(data["light"]),
        plain=frozenset(data["plain"]),
        measuring=frozenset(data["measuring"]),
        synonyms=_related(data["synonyms"]),
        speech=SpeechWords(**{name: _members(value) for name, value in data["speech"].items()}),
        same={name: tuple(parts) for name, parts in data["same"].items()},
        related=_related(data["related"]),
        extra=Glossary({"id": name, "zh": forms} for name, forms in data["extra"].items()),
        circumstances={row["id"]: _circumstance(row) for row in data["circumstance"]},
        acts={row["id"]: re.compile(row["form"]) for row in data["act"]},
        anchors={row["id"]: re.compile(row["form"]) for row in data["anchor"]},
        verbs={name: re.compile(form) for name, form in data["verbs"].items()},
    )


def _members(value: str | list[str]) -> frozenset[str]:
    """The words of a list, or the characters of a text."""
    return frozenset(value)


def _related(groups: Iterable[list[str]]) -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for group in groups:
        for name in group:
            table[name] = table.get(name, frozenset()) | frozenset(group)
    return table


def _circumstance(row: dict[str, Any]) -> Circumstance:
    return Circumstance(
        id=row["id"],
        members={name: re.compile(form, re.IGNORECASE) for name, form in row["members"].items()},
        plain=frozenset(row.get("plain", ())),
        strict=row["strict"],
        strict_modal=row.get("strict_modal", False),
        title=row.get("title", False),
    )
