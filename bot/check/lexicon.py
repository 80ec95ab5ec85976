"""Forbidden words out of rule articles: where a rule lists words and says not to use them, each is an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.check.normalise import fold_word
from bot.check.rulebook import Rulebook, RuleUnit
from ingest.markers import find_markers

MAX_ITEM = 14
MAX_PHRASE = 30
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』]{1,30})[”\"」』]")
_PARENS = re.compile(r"[(（]([^()（）]{1,30})[)）]")
_NOTE = re.compile(r"^(?:又作|或作|或|即|也作|例如|如|比如)?")
_LEAD = re.compile(r"^.*(?:出现|使用|含有|提及|提到|包含|包括|以下|如下|例如|比如|诸如)")
_TAIL = re.compile(r"(?:(?<=..)等.*|之类.*|(?:这|此)类.*|的?(?:字样|词语|用语|字眼|词汇|信息))$")
_PREFIX = re.compile(r"(?:(?<=^)|(?<=、))[(（]([\u4e00-\u9fff]{1,4})[)）]([\u4e00-\u9fff]{1,6})")
_NAMED = re.compile(
    r"^[“\"「『]([^“”\"「」『』]{1,14})[”\"」』](?:一词|二字|等词)?[,，]?(?:已被[^,，。]{0,14}[,，])?(?:属于?|是|为)"
)
_BETWEEN = re.compile(r"[、/]|以及|(?<=[\u4e00-\u9fff])和(?=[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class Entry:
    """A forbidden word or phrase: folded, as listed, what it breaches, where it holds, the rule that lists it."""

    word: str
    listed: str
    label: str
    phrase: bool
    mild: bool
    unit: RuleUnit


@dataclass(frozen=True, slots=True)
class ListSpec:
    """How lists are recognised: [lists] in words.toml. Patterns on a rule's own words and on its headings."""

    banned: re.Pattern[str]
    spoken: re.Pattern[str]
    head: re.Pattern[str]
    aside: re.Pattern[str]
    excuses: re.Pattern[str]
    not_items: re.Pattern[str]
    matters: tuple[tuple[str, re.Pattern[str]], ...]
    mild: frozenset[str]  # phrases that offend only beside another of the same list
    known: Mapping[str, str]  # a word whose own meaning decides the label (微信 -> offsite_contact)


def extract(book: Rulebook, spec: ListSpec) -> list[Entry]:
    """Every entry of every list in the corpus, in the order of the text."""
    entries: list[Entry] = []
    for unit, items, phrase in _lists(book.units, spec):
        label = _label(unit, items, spec, phrase)
        if label is None:
            continue
        for item in items:
            word = fold_word(item)
            if word:
                entries.append(Entry(word, item, spec.known.get(word, label), phrase, word in spec.mild, unit))
    return entries


def _lists(units: Sequence[RuleUnit], spec: ListSpec) -> Iterator[tuple[RuleUnit, list[str], bool]]:
    head: RuleUnit | None = None  # a bare heading that forbids what the items below it say
    style: str | None = None
    for unit in units:
        words, marker, number = _without_marker(unit.text)
        listing = bool(re.search('[、“”"「]', words))
        banned = None if spec.aside.search(words) else spec.spoken.search(words) or spec.banned.search(words)
        if head is not None:
            first = style is None and number in (1, None)
            if unit.article is head.article and marker and (marker == style or first) and not (banned and listing):
                style = marker
                phrase = words.strip(" 。;；.")
                if 2 <= len(phrase) <= MAX_PHRASE and not spec.not_items.search(phrase):
                    yield unit, list(_phrases(phrase)), True
                continue
            # A phrase that is two sentences goes on without a marker of its own.
            if unit.article is not head.article or marker or banned:
                head = None
        if banned and len(words) <= 26 and not listing and spec.head.search(words.strip(" 。?？")):
            head, style = unit, None
        elif banned and (found := _from_rule(words, banned, bool(spec.spoken.search(words)), spec)):
            yield unit, *found
        elif spec.excuses.search(words) and len(_QUOTED.findall(words)) >= 2:
            yield unit, [p for q in _QUOTED.findall(words) for p in _phrases(q)], True


def _from_rule(words: str, cue: re.Match[str], spoken: bool, spec: ListSpec) -> tuple[list[str], bool] | None:
    """What a single rule lists as forbidden: quoted phrases, an enumeration, or the word that it opens with."""
    rest = words[cue.end() :]
    colon = re.search("[:：]", rest)
    if colon and "、" in rest[colon.end() :]:
        rest = rest[colon.end() :]
    items = [i for i in _enumerated(_QUOTED.sub("", rest)) if not spec.not_items.search(i)]
    quoted = [m for m in _QUOTED.finditer(words, cue.start()) if not re.fullmatch(".?[字类]?", m.group(1))]
    near = bool(quoted) and (spoken or quoted[0].start() - cue.end() <= 6)
    if near and (spoken or not items):
        return [p for m in quoted for p in _phrases(m.group(1))], spoken
    if items:
        return items, False
    named = _NAMED.match(words)
    return ([named.group(1)], False) if named else None


def _without_marker(text: str) -> tuple[str, str, int | None]:
    markers = find_markers(text[:12])
    if markers and markers[0].start == 0:
        return text[markers[0].end :].strip(), markers[0].style, markers[0].number
    return text.strip(), "", None


def _phrases(quote: str) -> Iterator[str]:
    """A phrase, its form without the parenthesis, what stands in it, and its first clause where that says enough."""
    plain = _PARENS.sub("", quote).strip(" 。")
    if plain:
        yield plain
    yield from (inner for inner in _PARENS.findall(quote) if len(inner) <= 8)
    first = re.split(r"[,，]", plain, maxsplit=1)[0]
    if first != plain and len(first) >= 6:
        yield first


def _enumerated(text: str) -> list[str]:
    """The items of 「…:甲、乙(又作丙、丁)、戊等。」; [] where the text lists nothing."""
    items: list[str] = []
    variants: list[str] = []

    def take(match: re.Match[str]) -> str:
        inner = _NOTE.sub("", match.group(1))
        if len(inner) <= 12 and not re.search(r"[,，。:：]|需|已|除外|必须", inner):
            variants.extend(re.split(r"[、/]", inner))
        return ""

    plain = _PARENS.sub(take, _PREFIX.sub(r"\1\2、\2", text))
    for segment in re.split(r"[,，。;；:：\s]+|——|-->", plain):
        parts = [p.strip() for p in _BETWEEN.split(segment) if p.strip()] if "、" in segment else []
        if len(parts) < 2:
            continue
        parts[0] = _LEAD.sub("", parts[0]) or parts[0]
        parts[-1] = _TAIL.sub("", parts[-1])
        if all(len(p) <= MAX_ITEM for p in parts):
            items += parts
    # A bracket explains a list only where there is one.
    items += [v.strip() for v in variants if items and v.strip()]
    return [i for i in items if i and not i.lower().startswith("xx")]


def _label(unit: RuleUnit, items: Sequence[str], spec: ListSpec, phrase: bool) -> str | None:
    known = [label for item in items if (label := spec.known.get(fold_word(item)))]
    if known and len(known) * 2 >= len(items):
        return known[0]
    for label, pattern in spec.matters:
        if pattern.search(unit.text) or pattern.search(unit.context):
            return label
    return "rude_phrase" if phrase else "forbidden_word"
