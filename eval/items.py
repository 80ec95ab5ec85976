"""Benchmark items from JSON lines, the project's own files or anybody's, each mistake told in one line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from eval.gold import Evidence
from index.query import Language, language_of
from ingest.articles import Article, make_article_id
from ingest.errors import UsageError
from ingest.exam import ExamItem
from ingest.platforms import normalise_platform

Suite = Literal["exam", "retrieval", "answers", "check"]
Split = Literal["development", "held_out"]
SUITES: tuple[Suite, ...] = ("exam", "retrieval", "answers", "check")
SPLITS: tuple[Split, ...] = ("development", "held_out")
FILES: dict[Suite, tuple[str, ...]] = {
    "exam": ("exam.jsonl", "exam_reworded.jsonl"),
    "retrieval": ("questions.jsonl",),
    "answers": ("questions.jsonl", "followups.jsonl"),
    "check": ("drafts.jsonl",),
}
VERDICTS = ("yes", "no", "depends")
_T = TypeVar("_T", "ExamCase", "QuestionCase", "DraftCase", "ConflictCase")


@dataclass(frozen=True, slots=True)
class ExamCase:
    """An exam item and its evidence: None where the file says nothing of it, empty where no rule bears the key out."""

    id: str
    item: ExamItem
    evidence: tuple[Evidence, ...] | None
    split: Split | None
    source: str

    @property
    def supported(self) -> bool | None:
        """Whether the rules bear out the key; None where the file does not say."""
        return None if self.evidence is None else bool(self.evidence)


@dataclass(frozen=True, slots=True)
class QuestionCase:
    """An agent's question. `verdict` None: not judged. `history` holds (question, answer) pairs, oldest first."""

    id: str
    question: str
    platform: str | None
    language: Language
    answerable: bool
    verdict: str | None
    figures: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    history: tuple[tuple[str, str], ...]
    reason: str | None
    split: Split | None
    source: str


@dataclass(frozen=True, slots=True)
class DraftCase:
    """A draft reply with its breaches; none where it is clean. `evidence`: rules, each of which forbids it."""

    id: str
    draft: str
    platform: str | None
    labels: tuple[str, ...]
    spans: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    ok: bool
    split: Split | None
    source: str


@dataclass(frozen=True, slots=True)
class ConflictCase:
    """Two short invented articles that contradict each other, or only look so. `prefer`: the newer one's date."""

    id: str
    articles: tuple[Article, ...]
    conflict: bool
    topic: str
    figures: tuple[str, ...]
    prefer: str | None
    split: Split | None
    source: str


def load_exam(path: Path) -> list[ExamCase]:
    """Lines of the exam contract; `evidence` may be missing. Raises UsageError that names file, line and field."""
    return _load(path, _exam)


def load_questions(path: Path) -> list[QuestionCase]:
    """Lines with id and question; platform, answerable, verdict, figures, history and evidence or gold where known."""
    return _load(path, _question)


def load_drafts(path: Path) -> list[DraftCase]:
    """Lines with id, draft and labels (or ok); platform, spans and evidence where known."""
    return _load(path, _draft)


def load_conflicts(path: Path) -> list[ConflictCase]:
    """Lines with id, two articles (title, platforms, published, text) and conflict."""
    return _load(path, _conflict)


def load_rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """(line number, object) of a JSON lines file; empty lines are skipped. Raises UsageError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 (byte {error.start}); save the items as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); give a JSON lines file of items") from None
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path}, line {number}: no JSON ({error}); one object a line is expected") from None
        if not isinstance(row, dict):
            raise UsageError(f"{path}, line {number}: {type(row).__name__} is no object; one object a line is expected")
        rows.append((number, row))
    if not rows:
        raise UsageError(f"{path}: no items in it; give at least one line")
    return rows


def suites_of(path: Path) -> tuple[Suite, ...]:
    """The suites that a file's items fit, told by its first line. Raises UsageError where it fits none."""
    _, first = load_rows(path)[0]
    if "stem" in first:
        return ("exam",)
    if "draft" in first:
        return ("check",)
    if "question" in first:
        return ("retrieval", "answers")
    if "articles" in first:
        raise UsageError(f"{path}: its items are pairs of articles; say: ruledesk eval conflicts --items {path}")
    raise UsageError(f"{path}: line 1 has none of stem, question, draft; see corpus/README.md for the forms of items")


def select(cases: Sequence[_T], split: str) -> list[_T]:
    """The cases of a half, or all of them. Raises UsageError where the half is empty."""
    chosen = [c for c in cases if split == "all" or c.split == split]
    if not chosen:
        raise UsageError(f"no items of split {split!r} among {len(cases)}; splits are {', '.join(SPLITS)} and all")
    return chosen


def digest_of(path: Path) -> str:
    """16 hex digits of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _load(path: Path, make: Callable[[dict[str, Any], str], _T]) -> list[_T]:
    cases: list[_T] = []
    seen: set[str] = set()
    for number, row in load_rows(path):
        try:
            case = make(row, path.stem)
        except KeyError as error:
            raise UsageError(f"{path}, line {number}: the field {error.args[0]!r} is missing") from None
        except (ValueError, TypeError, AttributeError) as error:
            raise UsageError(f"{path}, line {number}: {error}") from None
        if case.id in seen:
            raise UsageError(f"{path}, line {number}: id {case.id!r} stands twice; ids must differ")
        seen.add(case.id)
        cases.append(case)
    return cases


def _exam(row: dict[str, Any], source: str) -> ExamCase:
    item = ExamItem.from_json({"options": {}, **row, "evidence": None})
    known = "evidence" in row or "gold" in row
    return ExamCase(item.id, item, _evidence(row) if known else None, _split(row), source)


def _question(row: dict[str, Any], source: str) -> QuestionCase:
    question = _text(row, "question")
    evidence = _evidence(row)
    answerable = row.get("answerable", bool(evidence) or not ("evidence" in row or "gold" in row))
    verdict = row.get("verdict")
    if verdict is not None and verdict not in VERDICTS:
        raise ValueError(f"verdict {verdict!r} is none of {', '.join(VERDICTS)} or null")
    language = row.get("language") or language_of(question)
    if language not in ("zh", "en"):
        raise ValueError(f"language {language!r} is none of zh, en")
    return QuestionCase(
        id=str(row["id"]),
        question=question,
        platform=_platform(row),
        language=language,
        answerable=_flag(answerable, "answerable"),
        verdict=verdict,
        figures=_strings(row, "figures"),
        evidence=evidence,
        history=tuple((str(t["question"]), str(t["answer"])) for t in row.get("history") or ()),
        reason=row.get("reason"),
        split=_split(row),
        source=source,
    )


def _draft(row: dict[str, Any], source: str) -> DraftCase:
    labels = _strings(row, "labels") or ((str(row["label"]),) if row.get("label") else ())
    ok = _flag(row.get("ok", not labels), "ok")
    if ok and labels:
        raise ValueError(f"ok is true but labels are {', '.join(labels)}")
    return DraftCase(
        id=str(row["id"]),
        draft=_text(row, "draft"),
        platform=_platform(row),
        labels=labels,
        spans=_strings(row, "spans"),
        evidence=_evidence(row),
        ok=ok,
        split=_split(row),
        source=source,
    )


def _conflict(row: dict[str, Any], source: str) -> ConflictCase:
    articles = tuple(
        Article(
            article_id=make_article_id(a["title"], a.get("published")),
            kind="rules",
            title=a["title"],
            platforms=tuple(a["platforms"]),
            published=a.get("published"),
            url=None,
            sources=(f"{row['id']}",),
            text=a["text"],
        )
        for a in row["articles"]
    )
    if len(articles) < 2:
        raise ValueError(f"{len(articles)} articles; a conflict needs two")
    conflict = _flag(row["conflict"], "conflict")
    return ConflictCase(
        str(row["id"]), articles, conflict, str(row.get("topic", "")), _strings(row, "figures"), row.get("prefer"),
        _split(row), source,
    )  # fmt: skip


def _evidence(row: dict[str, Any]) -> tuple[Evidence, ...]:
    """`evidence` and `gold` mean the same: a list of {quote or snippet, article_id?, date?}, or null."""
    entries: Iterable[Any] = [*(row.get("evidence") or ()), *(row.get("gold") or ())]
    found = []
    for entry in entries:
        entry = {"quote": entry} if isinstance(entry, str) else entry
        quote = entry.get("quote") or entry.get("snippet")
        if not isinstance(quote, str) or not quote.strip():
            raise ValueError(f"evidence {json.dumps(entry, ensure_ascii=False)[:80]} has neither quote nor snippet")
        found.append(Evidence(quote.strip(), entry.get("article_id"), entry.get("date")))
    return tuple(dict.fromkeys(found))


def _text(row: dict[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is {value!r}; it must be text")
    return value


def _strings(row: dict[str, Any], name: str) -> tuple[str, ...]:
    value = row.get(name) or ()
    if isinstance(value, str) or not all(isinstance(v, str) for v in value):
        raise ValueError(f"{name} is {value!r}; it must be a list of strings")
    return tuple(value)


def _flag(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} is {value!r}; it must be true or false")
    return value


def _platform(row: dict[str, Any]) -> str | None:
    value = row.get("platform")
    if value in (None, ""):
        return None
    return normalise_platform(str(value)) or str(value)  # an unknown one fails its item alone, not the file


def _split(row: dict[str, Any]) -> Split | None:
    value = row.get("split")
    if value is not None and value not in SPLITS:
        raise ValueError(f"split {value!r} is none of {', '.join(SPLITS)}")
    found: Split | None = value
    return found
