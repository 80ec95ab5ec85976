"""The corpus folder: articles.jsonl, passages.jsonl, exam.jsonl and what is known of their sources, written whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from ingest.articles import Article, Passage
from ingest.errors import CorpusError
from ingest.exam import ExamItem

FORMAT = 1
ARTICLES, PASSAGES, EXAM, SOURCES = "articles.jsonl", "passages.jsonl", "exam.jsonl", "sources.json"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of one page or file: its digest and validators, and the articles it carries."""

    sha256: str
    articles: tuple[str, ...]
    root: str
    etag: str | None = None
    last_modified: str | None = None
    links: tuple[str, ...] = ()
    label: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The entry of sources.json."""
        return {
            "sha256": self.sha256,
            "articles": list(self.articles),
            "root": self.root,
            "etag": self.etag,
            "last_modified": self.last_modified,
            "links": list(self.links),
            "label": self.label,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> SourceState:
        """Reads an entry of sources.json."""
        return cls(
            sha256=row["sha256"],
            articles=tuple(row["articles"]),
            root=row["root"],
            etag=row["etag"],
            last_modified=row["last_modified"],
            links=tuple(row["links"]),
            label=row["label"],
        )


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything a corpus folder holds."""

    articles: tuple[Article, ...] = ()
    passages: tuple[Passage, ...] = ()
    exam: tuple[ExamItem, ...] = ()
    sources: dict[str, SourceState] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """What the corpus says, as 16 hex digits: it changes when an article or the cutting into passages does."""
        return corpus_digest(self.articles, self.passages)


def corpus_digest(articles: Iterable[Article], passages: Iterable[Passage]) -> str:
    """A digest of the articles and passages, whatever order they stand in."""
    rows = [*(a.to_json() for a in articles), *(p.to_json() for p in passages)]
    lines = [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]


def read_corpus(folder: Path) -> Corpus:
    """Reads a corpus folder and checks that every passage is cut from its article.

    Raises CorpusError where the folder is none, a line is damaged, or passages and articles do not belong together.
    """
    if not (folder / ARTICLES).is_file():
        raise CorpusError(f"{folder}: no {ARTICLES} in it; make it with: ruledesk ingest SOURCE --into {folder}")
    articles = _read_lines(folder / ARTICLES, Article.from_json)
    passages = _read_lines(folder / PASSAGES, Passage.from_json)
    texts = {a.article_id: a.text for a in articles}
    for passage in passages:
        if texts.get(passage.article_id, "")[passage.start : passage.end] != passage.text:
            raise CorpusError(
                f"{folder / PASSAGES}: passage {passage.passage_id} does not stand in its article; "
                f"the last ingest was cut off, run it again"
            )
    exam = _read_lines(folder / EXAM, ExamItem.from_json) if (folder / EXAM).is_file() else ()
    return Corpus(articles, passages, exam, _read_sources(folder / SOURCES))


def read_exam(path: Path) -> tuple[ExamItem, ...]:
    """Reads a file of exam items. Raises CorpusError with the line that is wrong."""
    return _read_lines(path, ExamItem.from_json)


def _read_lines(path: Path, make: Callable[[dict[str, Any]], _T]) -> tuple[_T, ...]:
    if not path.is_file():
        raise CorpusError(f"{path}: the file is missing; run ruledesk ingest again")
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(make(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CorpusError(
                f"{path}, line {number}: {_why(error)}; mend the line or run ruledesk ingest again"
            ) from error
    return tuple(rows)


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the field {error.args[0]!r} is missing"
    return f"the line is damaged ({str(error).splitlines()[0][:120]})"


def _read_sources(path: Path) -> dict[str, SourceState]:
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise CorpusError(f"{path}: format {data['format']} is not {FORMAT}; ingest into a new folder")
        return {name: SourceState.from_json(row) for name, row in data["sources"].items()}
    except (ValueError, KeyError, TypeError):
        return {}  # only a memory of what was read: without it every source is simply read again


def write_corpus(folder: Path, corpus: Corpus) -> None:
    """Writes the folder's files, each whole or not at all; the memory of sources last: a cut-off run is redone."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        PASSAGES: _lines(p.to_json() for p in corpus.passages),
        EXAM: _lines(i.to_json() for i in corpus.exam),
        ARTICLES: _lines(a.to_json() for a in corpus.articles),
        SOURCES: json.dumps(
            {"format": FORMAT, "sources": {k: s.to_json() for k, s in sorted(corpus.sources.items())}},
            ensure_ascii=False,
            indent=1,
        ),
    }
    for name, text in files.items():
        write_whole(folder / name, text.encode("utf-8"))


def _lines(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_whole(path: Path, data: bytes) -> None:
    """Puts `data` at `path` so that a reader, and a machine that loses power, sees the old file or the new one."""
    if path.is_file() and path.read_bytes() == data:
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Makes renames in the folder survive a loss of power, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def one_writer(folder: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Holds the folder's lock, which goes with the process. Raises CorpusError where another holds it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=wait_s)
        with lock:
            yield
    except Timeout:
        raise CorpusError(f"{folder}: another ingest or index run is writing to it; wait for it to end") from None
    except OSError as error:
        raise CorpusError(f"{folder}: cannot be written ({error.strerror or error}); nothing was changed") from error
