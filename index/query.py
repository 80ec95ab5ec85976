"""A question as the retriever reads it: language, platforms named, words and concepts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import rjieba

from index.glossary import domain_glossary
from ingest.platforms import platforms_in

Language = Literal["zh", "en"]
_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"\w")
_LATIN = re.compile(r"[A-Za-z]{1,}")
_ENGLISH_FRAME = frozenset(
    "a an the is are am was do does did can could may must should will would have has how what which who when where "
    "why i we you my our it to of in on at for with if not and or say use".split()
)
CONCEPT = "c:"


@dataclass(frozen=True, slots=True)
class Query:
    """`platforms` are those the question is about: named in it, else picked by the agent, else none."""

    text: str
    language: Language
    platforms: tuple[str, ...]
    tokens: tuple[str, ...]
    concepts: tuple[str, ...]


def read_query(text: str, platform: str | None = None) -> Query:
    """Reads a question; `platform` is what the agent picked, and yields to one that the question itself names."""
    tokens = tuple(terms_of(text))
    concepts = tuple(t for t in dict.fromkeys(tokens) if t.startswith(CONCEPT))
    named = platforms_in(text)
    return Query(text, language_of(text), named or ((platform,) if platform else ()), tokens, concepts)


def language_of(text: str) -> Language:
    """The language to answer in: Chinese as soon as Chinese characters carry the question."""
    chinese = len(_CJK.findall(text))
    words = _LATIN.findall(text)
    if not chinese:
        return "en" if words else "zh"
    # A question framed in English may be about a Chinese word: is "第一品牌" allowed in an ad?
    framed = sum(1 for w in words if w.lower() in _ENGLISH_FRAME)
    return "en" if framed >= 2 or (framed and len(words) >= 2 * chinese) else "zh"


def terms_of(text: str) -> list[str]:
    """Words and concepts of a text, for lexical search."""
    return [*words_of(text), *concept_terms(text)]


def words_of(text: str) -> list[str]:
    """Words, Chinese ones cut for search (long words and the short ones in them), lower case."""
    return [w for w in rjieba.cut_for_search(text.lower()) if _WORD.search(w)]


def concept_terms(text: str) -> list[str]:
    """The glossary's concepts, as terms that no word can be."""
    counts: Counter[str] = domain_glossary().concepts(text)
    return [f"{CONCEPT}{name}" for name, count in counts.items() for _ in range(count)]
