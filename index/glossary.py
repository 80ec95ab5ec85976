"""The domain glossary: Chinese and English words of one matter -> one concept, for lexical search across languages."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

_GAP = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Term:
    """A concept found in a text: [start, end) are the words that name it."""

    concept: str
    start: int
    end: int


class Glossary:
    """Finds concepts (and cues that tell what is asked for) in Chinese and English text."""

    def __init__(self, concepts: Iterable[dict[str, Any]]) -> None:
        """Each concept: {"id", "zh": [...], "en": [...], "not_in"?: [...]}. Raises KeyError where id is missing."""
        forms: dict[str, str] = {}
        self.first_forms: dict[str, str] = {}  # concept -> its first Chinese form, for people to read
        guards: dict[str, tuple[str, ...]] = {}
        for concept in concepts:
            for form in (*concept.get("zh", ()), *concept.get("en", ())):
                forms[_fold_form(form)] = concept["id"]
            self.first_forms[concept["id"]] = next(iter(concept.get("zh", ())), concept["id"])
            guards[concept["id"]] = tuple(_fold_form(w).strip() for w in concept.get("not_in", ()))
        self._patterns = list(forms)
        self._ids = list(forms.values())
        self._guards = guards
        self._matcher = AhoCorasick(self._patterns, matchkind=MatchKind.Standard)

    def terms(self, text: str) -> list[Term]:
        """Every concept in the text; of overlapping words for the same concept the longest only. In order of start."""
        folded, offsets = _fold_text(text)
        best: dict[tuple[str, int], Term] = {}
        spans: dict[str, list[tuple[int, int]]] = {}
        found = self._matcher.find_matches_as_indexes(folded, overlapping=True)
        for which, start, end in sorted(found, key=lambda m: (m[1] - m[2], m[1])):
            concept = self._ids[which]
            if any(s < end and start < e for s, e in spans.get(concept, ())):
                continue
            if self._guarded(concept, folded, start, end):
                continue
            spans.setdefault(concept, []).append((start, end))
            shape = self._patterns[which]
            left, right = start + (shape[0] == " "), end - (shape[-1] == " ")
            best[concept, start] = Term(concept, offsets[left], offsets[right - 1] + 1)
        return sorted(best.values(), key=lambda t: (t.start, t.end))

    def concepts(self, text: str) -> Counter[str]:
        """How often each concept stands in the text."""
        return Counter(term.concept for term in self.terms(text))

    def _guarded(self, concept: str, folded: str, start: int, end: int) -> bool:
        """Whether the match lies inside a longer word of another meaning (票 in 车票)."""
        for word in self._guards[concept]:
            at = folded.find(word, max(0, end - len(word)), start + len(word))
            if at != -1 and at <= start and end <= at + len(word):
                return True
        return False


def _fold_form(form: str) -> str:
    folded = unicodedata.normalize("NFKC", form).lower()
    # Latin words match on word boundaries only: a blank on both sides stands for them.
    return f" {_GAP.sub(' ', folded).strip()} " if folded.isascii() else folded


def _fold_text(text: str) -> tuple[str, list[int]]:
    """The text in lower case with one blank around Latin words, and for each character where it stood."""
    chars = [" "]
    offsets = [0]
    latin = False
    for at, char in enumerate(text):
        for folded in unicodedata.normalize("NFKC", char).lower():
            is_latin = folded.isascii()
            if is_latin and not (folded.isalnum()):
                folded = " "
            if is_latin != latin and chars[-1] != " ":
                chars.append(" ")
                offsets.append(at)
            if folded == " " and chars[-1] == " ":
                continue
            chars.append(folded)
            offsets.append(at)
            latin = is_latin
    chars.append(" ")
    offsets.append(len(text))
    # A blank between a Chinese character and a Latin one must not break Chinese forms that hold Latin ones (APP商家).
    return "".join(chars), offsets


@cache
def _source() -> str:
    return resources.files("index").joinpath("glossary.toml").read_text(encoding="utf-8")


@cache
def glossary_digest() -> str:
    """What identifies the glossary: an index of concepts is as old as the glossary that it was built with."""
    return hashlib.sha256(_source().encode()).hexdigest()[:12]


@cache
def domain_glossary() -> Glossary:
    """The glossary that ships with the desk."""
    return Glossary(tomllib.loads(_source())["concept"])
