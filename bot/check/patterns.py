"""The data files, read and compiled: what breaches a rule, by label, and the word lists behind it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from bot.check.disguise import Name, read_names
from bot.check.lexicon import ListSpec
from bot.check.rulebook import CiteSpec
from bot.findings import Severity

_PLACE = re.compile(r"\{([a-z_]+)\}")
_SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")
_FILES = ("words.toml", "breaches_invoice.toml", "breaches_trade.toml", "breaches_talk.toml")
_CLEAN = ("negated", "negated:pre", "quoted", "asked", "conditional", "warned")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to breach a rule. See the head of breaches_invoice.toml for what each field means."""

    regex: re.Pattern[str] | None
    near: tuple[re.Pattern[str], ...]
    reach: int
    act: str
    unless: re.Pattern[str] | None
    unless_clause: re.Pattern[str] | None
    unless_draft: re.Pattern[str] | None
    needs: re.Pattern[str] | None
    clean: frozenset[str]
    buyer_is_clean: bool
    differ: tuple[str, str] | None
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A breach: how it is told, how its rule is found in the corpus, how a draft commits it."""

    name: str
    severity: Severity
    bound: bool
    topic: re.Pattern[str]
    message: Mapping[str, str]
    suggestion: Mapping[str, str]
    cite: CiteSpec
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Everyday:
    """How listed advertising words that are everyday words are weighed ([absolute] of words.toml)."""

    plain: frozenset[str]
    weak: frozenset[str]
    safe: re.Pattern[str]
    superlative: re.Pattern[str]
    goods: re.Pattern[str]
    claim: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rivals:
    """What the naming of another platform looks like ([labels.competitor] of breaches_talk.toml)."""

    payment: tuple[str, ...]
    steer_before: re.Pattern[str]
    steer_after: re.Pattern[str]
    elsewhere: re.Pattern[str]
    own: Mapping[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class Breaches:
    """The whole of the data files."""

    labels: Mapping[str, Label]
    polarity: Mapping[str, str]
    names: tuple[Name, ...]
    near_names: str
    lists: ListSpec
    everyday: Everyday
    rivals: Rivals


@lru_cache(maxsize=1)
def load_breaches() -> Breaches:
    """The packaged data. Raises ValueError where a pattern names an unknown word list, field or stance."""
    here = files("bot.check")
    return parse_breaches(*(here.joinpath(name).read_text(encoding="utf-8") for name in _FILES))


def parse_breaches(*texts: str) -> Breaches:
    """Reads and compiles the texts of the data files; each may hold labels of its own."""
    raw: dict[str, Any] = {"labels": {}}
    for part in map(tomllib.loads, texts):
        raw["labels"] |= part.pop("labels", {})
        raw |= part
    words = _word_lists(raw["words"])

    def regex(pattern: str) -> re.Pattern[str]:
        return re.compile(_fill(pattern, words))

    labels = {name: _label(name, row, regex) for name, row in raw["labels"].items()}
    rival, absolute, lists = raw["labels"]["competitor"], raw["absolute"], raw["lists"]
    return Breaches(
        labels=labels,
        polarity={name: _fill(p, words) for name, p in raw["polarity"].items()},
        names=read_names(raw["names"]),
        near_names=raw["unmask"]["near"],
        lists=ListSpec(
            banned=regex(lists["banned"]),
            spoken=regex(lists["spoken"]),
            head=regex(lists["head"]),
            aside=regex(lists["aside"]),
            excuses=regex(lists["excuses"]),
            not_items=regex(lists["not_items"]),
            matters=tuple((label, regex(p)) for label, p in lists["matters"].items()),
            mild=frozenset(lists["mild"]),
            known=lists["known"],
        ),
        everyday=Everyday(
            plain=frozenset(absolute["plain"]),
            weak=frozenset(absolute["weak"]),
            safe=regex(absolute["safe"]),
            superlative=regex(absolute["open_superlative"]),
            goods=regex("{goods_claim}"),
            claim=regex("^[^,。!?]{0,2}(?:{claim_word})"),
        ),
        rivals=Rivals(
            payment=tuple(rival["payment"]),
            steer_before=regex(rival["steer"]),
            steer_after=regex(rival["steer_after"]),
            elsewhere=regex(rival["elsewhere"]),
            own={p: regex(r) for p, r in rival["own"].items()},
        ),
    )


def _word_lists(raw: Mapping[str, list[str]]) -> dict[str, str]:
    """Each list as one alternation, longest first, so that 不能够 is tried before 不能; lists may hold earlier ones."""
    words: dict[str, str] = {}
    for name, items in raw.items():
        filled = [_fill(item, words) for item in sorted(items, key=len, reverse=True)]
        words[name] = "|".join(filled)
    return words


def _fill(pattern: str, words: Mapping[str, str]) -> str:
    def put(match: re.Match[str]) -> str:
        if match.group(1) not in words:
            raise ValueError(f"reply check data: no word list {match.group(1)!r}; add it to [words]")
        return f"(?:{words[match.group(1)]})"

    return _PLACE.sub(put, pattern)


def _label(name: str, row: Mapping[str, Any], regex: Any) -> Label:
    severity = row["severity"]
    if severity not in _SEVERITIES:
        raise ValueError(f"reply check data: severity {severity!r} of {name}; use one of {', '.join(_SEVERITIES)}")
    cite = row["cite"]
    clean = row.get("clean", ["negated", "quoted", "asked"])
    return Label(
        name=name,
        severity=severity,
        bound=bool(row.get("bound", False)),
        topic=regex(row.get("topic", "")),
        message={"zh": row["message"], "en": row["message_en"]},
        suggestion={"zh": row["suggestion"], "en": row["suggestion_en"]},
        cite=CiteSpec(
            all=tuple(regex(p) for p in cite["all"]),
            more=tuple(regex(p) for p in cite.get("more", ())),
            avoid=tuple(regex(p) for p in cite.get("avoid", ())),
        ),
        patterns=tuple(_pattern(name, p, clean, regex) for p in row.get("patterns", ())),
    )


_FIELDS = frozenset(
    (
        "re",
        "near",
        "reach",
        "act",
        "unless",
        "unless_clause",
        "unless_draft",
        "needs",
        "clean",
        "actor",
        "differ",
        "terms",
    )
)


def _pattern(label: str, row: Mapping[str, Any], clean: list[str], regex: Any) -> Pattern:
    unknown = set(row) - _FIELDS | set(row.get("clean", clean)) - set(_CLEAN)
    if unknown:
        raise ValueError(f"reply check data: unknown field or stance {', '.join(sorted(unknown))} in {label}")

    def maybe(key: str) -> re.Pattern[str] | None:
        found: re.Pattern[str] | None = regex(row[key]) if key in row else None
        return found

    near = tuple(regex(f"{{{name}}}") for name in [row["act"], *row["near"]]) if "near" in row else ()
    differ = row.get("differ")
    return Pattern(
        regex=maybe("re"),
        near=near,
        reach=row.get("reach", 24),
        act="act" if near else row.get("act", "act"),
        unless=maybe("unless"),
        unless_clause=maybe("unless_clause"),
        unless_draft=maybe("unless_draft"),
        needs=maybe("needs"),
        clean=frozenset(row.get("clean", clean)),
        buyer_is_clean=row.get("actor") == "shop",
        differ=(differ[0], differ[1]) if differ else None,
        terms=tuple(row.get("terms", ())),
    )
