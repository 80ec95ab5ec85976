"""A folded view of a draft, with a map from every folded character back to the draft."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

# What ends a sentence or a clause, whatever its width; everything else that is no letter or digit is dropped, because
# that is what people put between the characters of a word to hide it.
_MARKS = {
    **dict.fromkeys("。\n;", "。"),
    **dict.fromkeys(",…~", ","),
    **dict.fromkeys(":", ":"),
    **dict.fromkeys("、", "、"),
}
_ENDS = {"!": "!", "?": "?"}
_SYMBOL_LETTERS = {"➕": "+", "+": "+", "%": "%", "‰": "%", "℅": "%"}
# Letters of other alphabets that look Latin, and two spellings of one Chinese word.
_LOOKALIKES = dict(zip("аеорсхукнвмтіԛ帐妳", "aeopcxyknbmtiq账你", strict=True))
_PARTICLES = tuple("的哦呢哈呀啦吧了吗嘛亲哒么喔噢滴啊哟呐~!?,。")
_APOSTROPHES = "'’ʼ"


@dataclass(frozen=True, slots=True)
class View:
    """A text for matching: character i stands for original[starts[i]:ends[i]]; `breaks` are soft clause breaks."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    breaks: frozenset[int] = frozenset()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's [start, end) for a non-empty span of the view."""
        return self.starts[start], self.ends[end - 1]

    def replaced(self, edits: list[tuple[int, int, str]]) -> View:
        """The view with each [start, end) replaced by a word; all of the word stands for the span it replaces."""
        text: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        moved: list[int] = []
        at = 0
        for start, end, word in [*sorted(edits), (len(self.text), len(self.text), "")]:
            if start < at:
                continue  # overlaps an earlier edit
            moved += range(len(text), len(text) + start - at)
            text += self.text[at:start]
            starts += self.starts[at:start]
            ends += self.ends[at:start]
            moved += [len(text)] * (end - start)
            if end > start:
                first, last = self.span(start, end)
                text += word
                starts += [first] * len(word)
                ends += [last] * len(word)
            at = end
        breaks = frozenset(moved[b] for b in self.breaks if b < len(moved))
        return View("".join(text), tuple(starts), tuple(ends), breaks)


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def simplify(text: str) -> str:
    """Traditional characters as simplified ones, one for one, so that offsets stand."""
    whole = str(_simplifier().convert(text))
    if len(whole) == len(text):
        return whole
    return "".join(c if len(c) != 1 else one if len(one := str(_simplifier().convert(c))) == 1 else c for c in text)


def is_cjk(char: str) -> bool:
    """Whether the character is a Chinese one."""
    return "\u3400" <= char <= "\u9fff"


def fold(draft: str) -> View:
    """NFKC, lower case, simplified characters; spaces, symbols and invisible characters inside words dropped.

    Kept are letters, digits, the marks `。!?,:、` (one width each), `%`, `+`, a point between digits, and one space
    between two Latin words. A space between two longer runs of Chinese is remembered as a soft break.
    """
    chars, origin = _compatible(draft)
    chars = [_LOOKALIKES.get(c, c) for c in simplify("".join(chars))]
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    breaks: set[int] = set()
    for i, char in enumerate(chars):
        kept = _kept(chars, i, text)
        if char == " " and _separates_runs(chars, i):
            breaks.add(len(text))
        if kept:
            text.append(kept)
            starts.append(origin[i])
            ends.append(origin[i] + 1)
    while text and text[-1] == " ":
        text.pop(), starts.pop(), ends.pop()
    return View("".join(text), tuple(starts), tuple(ends), frozenset(breaks))


def fold_word(word: str) -> str:
    """A listed word as it stands in a folded draft, marks left out."""
    return re.sub("[。!?,:、 ]", "", fold(word).text)


def _compatible(draft: str) -> tuple[list[str], list[int]]:
    chars: list[str] = []
    origin: list[int] = []
    for at, raw in enumerate(draft):
        if raw in _APOSTROPHES:
            continue
        # NFKD parts the tone mark from wēixìn; the marks are dropped with the invisible characters below.
        for char in unicodedata.normalize("NFKD", raw).casefold() if raw != "…" else raw:
            char = _LOOKALIKES.get(char, char)
            # Marks that ride on a letter and invisible ones would part the characters of a word.
            if unicodedata.category(char) in ("Mn", "Me", "Cf"):
                continue
            chars.append("\n" if char in "\r\u2028\u2029" else " " if char.isspace() and char != "\n" else char)
            origin.append(at)
    return chars, origin


def _kept(chars: list[str], i: int, before: list[str]) -> str:
    char = chars[i]
    if char in _ENDS:
        return "," if char == "?" and _is_echo(chars, i) else _ENDS[char]
    if char == "~" and 0 < i < len(chars) - 1 and not _softens(chars, i):
        return ""  # 微 ~ 信
    if char in _MARKS:
        return _MARKS[char]
    if char in _SYMBOL_LETTERS:
        return _SYMBOL_LETTERS[char]
    if char == ".":
        return "." if _digit_at(chars, i - 1) and _digit_at(chars, i + 1) else _full_stop(chars, i)
    if char == " ":
        return " " if _between_words(chars, i) and before and before[-1] != " " else ""
    return char if unicodedata.category(char)[0] in "LN" else ""


def _softens(chars: list[str], i: int) -> bool:
    """Whether a wave ends a clause (「好的哦~」): behind a particle, or between longer runs."""
    left = _run(chars, i - 1, -1)
    return left[-1:] in _PARTICLES or ((chars[i - 1] == " ") != (chars[i + 1] == " ") and len(left) > 1)


def _is_echo(chars: list[str], i: int) -> bool:
    """Whether a question mark ends a few words said after the buyer, with the answer behind them (「发票?没有的」)."""
    left = i
    while left > 0 and chars[left - 1] not in _MARKS and chars[left - 1] not in _ENDS:
        left -= 1
    words = "".join(chars[left:i]).strip()
    return 1 <= len(words) <= 6 and not words.endswith(("吗", "么", "不", "行")) and i + 1 < len(chars)


def _full_stop(chars: list[str], i: int) -> str:
    """A half-width full stop ends a sentence behind a Latin word before a space, else it only parts characters."""
    word = i >= 3 and all(c.isascii() and c.isalpha() for c in chars[i - 3 : i])
    return "。" if word and (i + 1 == len(chars) or chars[i + 1] in " \n") else ""


def _digit_at(chars: list[str], i: int) -> bool:
    return 0 <= i < len(chars) and chars[i].isdigit()


def _between_words(chars: list[str], i: int) -> bool:
    """Whether the space parts two Latin words; a row of single letters or any digits is one word spelt apart."""
    left, right = _run(chars, i - 1, -1), _run(chars, i + 1, 1)
    if not left or not right or not (left.isascii() and right.isascii()):
        return False
    if left[-1].isdigit() and right[0].isdigit():
        return False
    return left[-1].isalnum() and right[0].isalnum() and not (len(left) == 1 and len(right) == 1)


def _separates_runs(chars: list[str], i: int) -> bool:
    left, right = _run(chars, i - 1, -1), _run(chars, i + 1, 1)
    return min(len(left), len(right)) >= 4 and is_cjk(left[-1]) and is_cjk(right[0])


def _run(chars: list[str], i: int, step: int) -> str:
    """The letters and digits next to a space, on one side of it, in the order of the text."""
    while 0 <= i < len(chars) and chars[i] == " ":
        i += step
    found: list[str] = []
    while 0 <= i < len(chars) and unicodedata.category(chars[i])[0] in "LN":
        found.append(chars[i])
        i += step
    return "".join(found[::step])
