"""Figures in English words: "within 48 hours", "six points", "5 percent", "two and a half days"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.answers import FactKind
from bot.numerals import ENGLISH_NUMBER, english_number

# The unit in which the rules would tell it, so that a figure reads the same in either language.
_UNITS: tuple[tuple[str, FactKind, str], ...] = (
    (r"(?:business|working)[\s-]+days?", "duration", "工作日"),
    (r"(?:(?:calendar|natural)[\s-]+)?days?", "duration", "天"),
    (r"seconds?", "duration", "秒"),
    (r"min(?:ute)?s?", "duration", "分钟"),
    (r"(?:full[\s-]+)?(?:hours?|hrs?)", "duration", "小时"),
    (r"weeks?", "duration", "星期"),
    (r"months?", "duration", "个月"),
    (r"years?(?![\s-]+old)", "duration", "年"),
    (r"percent(?:age points?)?|per\s+cent|%", "percent", "%"),
    (r"(?:penalty\s+|violation\s+)?points?", "points", "分"),
    (r"yuan|rmb|cny|kuai", "money", "元"),
    (r"times", "count", "次"),
    (r"years?[\s-]+old", "count", "岁"),
)
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|{ENGLISH_NUMBER}|an?(?=[\s-]+(?:week|month|year|full|business|working)))"
_UNIT = "|".join(f"(?P<u{at}>{pattern})" for at, (pattern, _, _) in enumerate(_UNITS))
_FIGURE = re.compile(
    rf"(?<![\w.])(?:"
    rf"(?P<half>half\s+an?\s+)(?P<hu>hour|day|month|year)(?![a-z])"
    rf"|(?P<n>{_NUMBER})(?P<more>\s+and\s+a\s+half)?[\s-]{{0,2}}(?:{_UNIT})(?![a-z])"
    rf"|(?:rmb|cny)\s?(?P<m>\d[\d,]*(?:\.\d+)?)"
    rf"|(?P<twice>twice)(?![a-z])(?!\s+(?:as|the|what)\b))",
    re.IGNORECASE,
)
# 「a week」 is a term after these words; 「twice a week」 tells how often.
_TERM = re.compile(r"(?:within|in|after|for|least|most|than|over)\s+$", re.IGNORECASE)
_HALF = Decimal("0.5")
_HALVED = {"hour": "小时", "day": "天", "month": "个月", "year": "年"}


def english_figures(text: str, start: int, stop: int) -> Iterator[tuple[FactKind, Decimal, str, int, int]]:
    """(kind, number, Chinese unit, start, end) of the English figures of text[start:stop], in order."""
    for match in _FIGURE.finditer(text, start, stop):
        if match["half"]:
            yield "duration", _HALF, _HALVED[match["hu"].lower()], match.start(), match.end()
        elif match["twice"]:
            yield "count", Decimal(2), "次", match.start(), match.end()
        elif match["m"]:
            value = english_number(match["m"])
            if value is not None:
                yield "money", value, "元", match.start(), match.end()
        else:
            said = match["n"].lower()
            bare = said in ("a", "an")
            value = Decimal(1) if bare else english_number(said)
            if value is None or (bare and not _TERM.search(text, max(start, match.start() - 12), match.start())):
                continue
            kind, unit = next((k, u) for at, (_, k, u) in enumerate(_UNITS) if match[f"u{at}"])
            yield kind, value + (_HALF if match["more"] else 0), unit, match.start(), match.end()
