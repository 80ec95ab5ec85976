"""Numbers in digits, Chinese characters and English words."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = "零〇一二两三四五六七八九"
# 俩 and 仨 are two and three with their measure word: 「俩小时」.
_AS_DIGIT = {"〇": "零", "两": "二", "俩": "二", "仨": "三"}
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORTH = {word: value for value, word in enumerate(_ONES.split())}
_WORTH |= {word: 10 * tens for tens, word in enumerate(_TENS.split(), start=2)}
_WORD = "|".join((*_WORTH, "hundred", "thousand"))
ENGLISH_NUMBER = rf"(?:(?:a\s+(?=hundred|thousand))?(?:{_WORD})(?:[\s-]+(?:and\s+)?(?:{_WORD}))*)"


def number(text: str) -> Decimal | None:
    """The value of 300, 1,000, 二十, 一万五千, 三〇; None where the characters are no number."""
    text = text.strip().replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return Decimal(text)
    if not text or any(c not in DIGITS + "俩仨十百千万亿" for c in text):
        return None
    text = "".join(_AS_DIGIT.get(c, c) for c in text)
    if all(c in DIGITS for c in text):
        return Decimal("".join(str(_digit(c)) for c in text))
    return _chinese(text)


def _digit(char: str) -> int:
    return "零一二三四五六七八九".index(char)


def _chinese(text: str) -> Decimal:
    total, section, digit = 0, 0, 0
    for char in text:
        if char in DIGITS:
            digit = _digit(char)
        elif char in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        else:
            total = (total + section + digit) * {"万": 10_000, "亿": 100_000_000}[char]
            section = digit = 0
    return Decimal(total + section + digit)


def english_number(text: str) -> Decimal | None:
    """The value of 1,000, six, twenty-four, a hundred and twenty; None where the words are no number."""
    text = text.strip().lower().replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return Decimal(text)
    total = section = 0
    words = re.findall(r"[a-z]+", text)
    if not words:
        return None
    for word in words:
        if word in _WORTH:
            section += _WORTH[word]
        elif word == "hundred":
            section = (section or 1) * 100
        elif word == "thousand":
            total, section = total + (section or 1) * 1000, 0
        elif word not in ("a", "and"):
            return None
    return Decimal(total + section)
