"""The exam as a drill: its items with a topic each, and whether an answer is right. Pure, but for reading the files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from bot.answers import Citation, Language
from bot.exam.marking import Prediction, blanks_right, is_correct
from ingest.articles import Article
from ingest.errors import CorpusError, UsageError
from ingest.exam import ExamItem

OTHER = "other"
MAX_TYPED = 60  # characters of one blank
NoteKind = Literal["disagree", "partly"]


@dataclass(frozen=True, slots=True)
class Note:
    """What the rulebook says of an item's key where it does not simply bear it out."""

    kind: NoteKind
    words: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class PracticeItem:
    """An exam item as it is drilled."""

    item: ExamItem
    topic: str
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A given answer with its mark; `blanks` says it for each blank of a fill-in item and is empty for the others."""

    given: Prediction
    correct: bool
    blanks: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Deck:
    """All items of a drill by their id, in the order of their files."""

    items: Mapping[str, PracticeItem] = field(default_factory=dict)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that have an item, in the order of the table."""
        there = {item.topic for item in self.items.values()}
        return tuple(name for name in (*_topics(), OTHER) if name in there)


def read_deck(files: Sequence[Path], notes: Path | None = None) -> Deck:
    """The items of some exam files. Items that are kept for measuring (split held_out) are left out, so that the
    figures measured on them stay untouched. Raises CorpusError that names the damaged line."""
    told = {row["id"]: _note(row) for row in _rows(notes)} if notes else {}
    items: dict[str, PracticeItem] = {}
    for path in files:
        for number, row in enumerate(_rows(path), 1):
            if row.get("split") == "held_out":
                continue
            try:
                item = ExamItem.from_json(row)
            except (KeyError, TypeError, ValueError) as error:
                raise CorpusError(f"{path}, item {number}: {error}; mend the line or ingest again") from error
            items[item.id] = PracticeItem(item, topic_of(item), told.get(item.id))
    return Deck(items)


def topic_of(item: ExamItem) -> str:
    """The topic whose words the stem holds most of, the options deciding where the stem says nothing."""
    for text in (item.stem, "".join(item.options.values())):
        hits = {name: sum(text.count(word) * len(word) for word in words) for name, words in _topics().items()}
        best = max(hits, key=lambda name: hits[name])
        if hits[best]:
            return best
    return OTHER


def read_answer(item: ExamItem, given: object) -> Prediction:
    """What a person gave, as the marking takes it; None is "I do not know". Raises UsageError where it is no answer to
    such an item."""
    if given is None or (item.type == "true_false" and isinstance(given, bool)):
        return given
    if item.type == "single_choice" and isinstance(given, str) and given in item.options:
        return given
    if item.type == "fill_in" and isinstance(given, list) and all(isinstance(g, str) for g in given):
        blanks = len(item.answer) if isinstance(item.answer, tuple) else 0
        if len(given) <= blanks and all(len(g) <= MAX_TYPED for g in given):
            return tuple(g.strip() for g in given)
    raise UsageError(f"{given!r:.80} is no answer to item {item.id}; pick an option, or fill each blank in a few words")


def marked(item: ExamItem, given: Prediction) -> Marked:
    """The answer with its mark."""
    blanks = tuple(blanks_right(item, given)) if item.type == "fill_in" else ()
    return Marked(given, is_correct(item, given), blanks)


def evidence_of(item: ExamItem, articles: Mapping[str, Article | None]) -> tuple[Citation, ...]:
    """The item's evidence as citations; a quote that its article does not hold word for word is left out."""
    found: list[Citation] = []
    for article_id, quote in item.evidence or ():
        article = articles.get(article_id)
        start = article.text.find(quote) if article else -1
        if article is None or start < 0:
            continue
        found.append(
            Citation(
                len(found) + 1,
                article_id,
                article.title,
                article.platforms,
                article.published,
                article.url,
                "",
                start,
                start + len(quote),
                quote,
            )
        )
    return tuple(found)


def _note(row: dict[str, Any]) -> Note:
    return Note(row["kind"], {"zh": row["zh"], "en": row["en"]})


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path}: the exam cannot be read ({error}); mend the file or ingest again") from error


@cache
def _topics() -> dict[str, list[str]]:
    text = resources.files("bot").joinpath("practice_topics.json").read_text(encoding="utf-8")
    table: dict[str, list[str]] = json.loads(text)
    return table
