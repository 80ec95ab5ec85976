"""The markers that head rules and sections in Chinese pages: 第一章 一、 (一) 1、 1. (1) 1) ① a. 关键点一: 2.3.1"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

_CN = "一二三四五六七八九十"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
# Behind a space, a line start or closing punctuation; never inside a word or a figure (第①类, 满3、减1).
_BEFORE = r"(?:(?<=^)|(?<=[\s。;；!！?？:：,，、)）」』”\"’】…—]))"
_STYLES: tuple[tuple[str, str], ...] = (
    ("chapter", rf"第\s?(?P<chapter>[{_CN}]{{1,3}}|\d{{1,2}})\s?[章节部条]分?(?=[\s:：、\u4e00-\u9fff])"),
    ("cn", rf"(?P<cn>[{_CN}]{{1,3}})\s?[、丶.．](?!\d)"),
    ("cnp", rf"[(（]\s?(?P<cnp>[{_CN}]{{1,3}})\s?[)）]、?"),
    (
        "dec",
        r"(?P<dec>\d{1,2}(?:\.\d{1,2}){1,3})(?=[\u4e00-\u9fff]|\s+[\u4e00-\u9fff]|[、.．]\s*[\u4e00-\u9fff])"
        r"[、.．]?(?!\s?[元万亿倍折分秒天个%小时米米寸级])",
    ),
    ("num", r"(?P<num>\d{1,2})\s?[、丶](?!\d{1,3}[、丶])"),
    ("dot", r"(?P<dot>\d{1,2})[.．](?![\d])"),
    ("par", r"[(（]\s?(?P<par>\d{1,2})\s?[)）]、?"),
    ("rpar", r"(?P<rpar>\d{1,2})\s?[)）](?![\d])"),
    ("circ", rf"(?P<circ>[{_CIRCLED}])"),
    ("alpha", r"(?P<alpha>[a-h])[.．、)）](?![a-zA-Z0-9])"),
    ("bullet", r"(?P<bullet>[•·●■◆▪]|-(?=\s))"),
)  # fmt: skip
_MARKER = re.compile(_BEFORE + "(?:" + "|".join(p for _, p in _STYLES) + ")", re.MULTILINE)
# "淘宝客服工作规则1:" and "关键点一:": the same words with a counter, then a colon.
_LABEL = re.compile(
    rf"(?:(?<=^)|(?<=\s)|(?<=[。!！?？;；:：]))(?P<words>[\u4e00-\u9fff]{{2,12}})\s?(?P<count>\d{{1,2}}|[{_CN}]{{1,2}})\s?[:：]",
    re.MULTILINE,
)
_NUM_FAMILY = ("num", "dot", "rpar")


@dataclass(frozen=True, slots=True)
class Marker:
    """A head: text[start:end] is the marker itself ("1、"), `number` its count (None where it has none)."""

    start: int
    end: int
    style: str
    number: int | None


def _cn_number(text: str) -> int:
    if text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_CN.index(tens) + 1 if tens else 1) * 10 + (_CN.index(ones) + 1 if ones else 0)
    return _CN.index(text[0]) + 1


def _number(style: str, found: str) -> int | None:
    if style == "bullet":
        return None
    if style in ("chapter", "cn", "cnp"):
        return _cn_number(found)
    if style == "circ":
        return _CIRCLED.index(found) + 1
    if style == "alpha":
        return ord(found) - ord("a") + 1
    if style == "dec":
        return int(found.rsplit(".", 1)[-1])
    return int(found)


def find_markers(text: str) -> list[Marker]:
    """Every marker that belongs to a series (it is the first or follows another) or starts a line, in order."""
    candidates = _labels(text)
    taken = [(m.start, m.end) for m in candidates]
    for match in _MARKER.finditer(text):
        style = match.lastgroup
        assert style is not None
        if any(s < match.end() and match.start() < e for s, e in taken):
            continue
        candidates.append(Marker(match.start(), match.end(), style, _number(style, match.group(style))))
    return _in_series(text, sorted(candidates, key=lambda m: m.start))


def _labels(text: str) -> list[Marker]:
    """Repeated label heads whose counter runs 1, 2, ... with the same words before it."""
    by_words: dict[str, list[Marker]] = defaultdict(list)
    for match in _LABEL.finditer(text):
        number = _cn_number(match.group("count"))
        words = match.group("words")
        if number == len(by_words[words]) + 1:
            by_words[words].append(Marker(match.start(), match.end(), f"label:{words}", number))
    return [m for series in by_words.values() if len(series) >= 2 for m in series]


def _in_series(text: str, candidates: list[Marker]) -> list[Marker]:
    last: dict[str, int] = {}
    kept = []
    for marker in candidates:
        at_line_start = marker.start == 0 or text[marker.start - 1] == "\n"
        number = marker.number
        if number is None or marker.style == "dec":
            if at_line_start or marker.style == "dec":
                kept.append(marker)
            continue
        family = _NUM_FAMILY if marker.style in _NUM_FAMILY else (marker.style,)
        follows = any(last.get(style) in (number - 1, number - 2) for style in family)
        if number == 1 or follows or at_line_start:
            last[marker.style] = number
            kept.append(marker)
    # A lone first marker without a second is still a head where it opens a line; else it is more likely a stray figure.
    return kept
