"""Sees through disguised names: 薇信, V信, tao宝, 扣扣, zfb -> 微信, 淘宝, QQ, 支付宝."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import rjieba
from pypinyin import Style, lazy_pinyin

from bot.check.matcher import WordMatcher, stands_alone
from bot.check.normalise import View, is_cjk

# Marks that may stand inside a disguised name; a full clause never ends in the middle of one.
_INNER = ",:、。 "


@dataclass(frozen=True, slots=True)
class Name:
    """A name people disguise: its plain form, other spellings, whether a sound-alike needs a word like 加 near it."""

    name: str
    spellings: tuple[str, ...] = ()
    shady: tuple[str, ...] = ()
    sounds: bool = True
    near: bool = False


def read_names(rows: Mapping[str, Mapping[str, object]]) -> tuple[Name, ...]:
    """The [names] table of words.toml."""
    return tuple(
        Name(
            name=name,
            spellings=_strings(row.get("spellings")),
            shady=_strings(row.get("shady")),
            sounds=bool(row.get("sounds", True)),
            near=bool(row.get("near", False)),
        )
        for name, row in rows.items()
    )


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list) else ()


class Unmasker:
    """Rewrites disguised names in a folded view to their plain form; offsets still lead to the draft."""

    def __init__(self, names: Sequence[Name], near: str) -> None:
        """`near` is a pattern of words one of which must stand in the clause for a doubtful disguise to count."""
        self._near = re.compile(near)
        exact = [(s, (n, False)) for n in names for s in n.spellings]
        self._spellings = WordMatcher(exact + [(s, (n, True)) for n in names for s in n.shady])
        self._sounds = WordMatcher((_sound(n.name), n) for n in names if n.sounds)
        self._plain = {n.name for n in names}

    def unmask(self, view: View) -> View:
        """The view with every disguised name in plain form."""
        edits = [*self._by_spelling(view), *self._by_sound(view)]
        longest = sorted(edits, key=lambda e: (e[0], e[0] - e[1]))
        return view.replaced(longest) if longest else view

    def _by_spelling(self, view: View) -> list[tuple[int, int, str]]:
        text, where = _squeezed(view.text)
        edits = []
        plain = [m.span() for name in self._plain for m in re.finditer(re.escape(name), text)]
        for start, end, (name, shady) in self._spellings.find_all(text):
            if any(s < end and start < e for s, e in plain):
                continue  # 拼多 inside 拼多多
            first, last = where[start], where[end - 1] + 1
            if _edges_free(view.text, first, last) and (not shady or self._has_near(view.text, first, last)):
                edits.append((first, last, name.name))
        return edits

    def _by_sound(self, view: View) -> list[tuple[int, int, str]]:
        letters: list[str] = []
        where: list[int] = []
        for i, char in enumerate(view.text):
            if char in _INNER:
                continue
            sound = _syllable(char)
            letters += sound
            where += [i] * len(sound)
        text = "".join(letters)
        edits = []
        for start, end, name in self._sounds.find_all(text):
            first, last = where[start], where[end - 1] + 1
            cut = (start and where[start - 1] == first) or (end < len(where) and where[end] == last - 1)
            found = "".join(c for c in view.text[first:last] if c not in _INNER)
            whole = found in self._plain and len(found) == last - first
            if cut or whole or not _edges_free(view.text, first, last):
                continue
            if self._is_disguise(view.text, first, last, found, name):
                edits.append((first, last, name.name))
        return edits

    def _is_disguise(self, text: str, start: int, end: int, found: str, name: Name) -> bool:
        if found.isascii():
            return True
        mixed = any(c.isascii() for c in found)
        if mixed:
            return True
        if _inside_words(text, start, end):
            return False
        if any(c in _INNER for c in text[start:end]):
            return name.near and found == name.name and self._has_near(text, start, end)
        word = bool(rjieba.has_word(found))
        return self._has_near(text, start, end) if name.near else not word

    def _has_near(self, text: str, start: int, end: int) -> bool:
        before = re.split(r"[。!?,]", text[:start])[-1]
        after = re.split(r"[。!?,]", text[end:], maxsplit=1)[0]
        return bool(self._near.search(before[-6:] + "_" + after[:6]))


def _squeezed(text: str) -> tuple[str, list[int]]:
    where = [i for i, c in enumerate(text) if c not in "、 "]
    return "".join(text[i] for i in where), where


def _edges_free(text: str, start: int, end: int) -> bool:
    return stands_alone(text, start, end)


def _inside_words(text: str, start: int, end: int) -> bool:
    """Whether an edge of the span cuts an ordinary word (作为|新客户 is no 微信)."""
    left, right = max(0, start - 6), min(len(text), end + 6)
    for word, a, b in rjieba.tokenize(text[left:right], hmm=False):
        first, last = a + left, b + left
        if len(word) > 1 and (first < start < last or first < end < last):
            return True
    return False


@lru_cache(maxsize=8192)
def _syllable(char: str) -> str:
    return str(lazy_pinyin(char, style=Style.NORMAL)[0]) if is_cjk(char) else char


@lru_cache(maxsize=256)
def _sound(word: str) -> str:
    return "".join(_syllable(c) for c in word)
