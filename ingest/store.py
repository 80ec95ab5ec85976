"""The corpus folder: articles.jsonl, passages.jsonl, exam.jsonl and what is known of their sources, written whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from ingest.articles import Article, Passage
from ingest.disk import Disk
from ingest.errors import CorpusError
from ingest.exam import ExamItem
from ingest.journal import place_of, publish, settle, stamp_of

FORMAT = 2
DISK = Disk()
ARTICLES, PASSAGES, EXAM, SOURCES = "articles.jsonl", "passages.jsonl", "exam.jsonl", "sources.json"
_FILES = (ARTICLES, PASSAGES, EXAM, SOURCES)
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
    """Reads a corpus folder and checks its files against what ingest noted of them, and every passage against its
    article. A folder without sources.json is taken as it is: somebody made it by hand.

    Raises CorpusError where the folder is none, a file is damaged, or passages and articles do not belong together.
    """
    while True:
        stamp = stamp_of(folder, _FILES)
        try:
            return _read_corpus(folder)
        except CorpusError:
            if stamp_of(folder, _FILES) == stamp:  # else a writer came between two of the files
                raise


def _read_corpus(folder: Path) -> Corpus:
    if not place_of(folder, ARTICLES).is_file():
        raise CorpusError(f"{folder}: no {ARTICLES} in it; make it with: ruledesk ingest SOURCE --into {folder}")
    sources, noted = _read_sources(folder)
    mend = rebuild_command(folder, sources)
    articles = _read_lines(place_of(folder, ARTICLES), Article.from_json, mend)
    passages = _read_lines(place_of(folder, PASSAGES), Passage.from_json, mend)
    texts = {a.article_id: a.text for a in articles}
    if len(texts) != len(articles):
        raise CorpusError(f"{folder / ARTICLES}: an article_id stands in it twice; rebuild with: {mend}")
    for passage in passages:
        if texts.get(passage.article_id, "")[passage.start : passage.end] != passage.text:
            raise CorpusError(
                f"{folder / PASSAGES}: passage {passage.passage_id} does not stand in its article; rebuild with: {mend}"
            )
    exam_file = place_of(folder, EXAM)
    exam = _read_lines(exam_file, ExamItem.from_json, mend) if exam_file.is_file() else ()
    for name, digest in noted.items():
        path = place_of(folder, name)
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise CorpusError(
                f"{path}: damaged or edited (its sha256 is not what ingest noted); change the pages instead, "
                f"and rebuild with: {mend}"
            )
    return Corpus(articles, passages, exam, sources)


def rebuild_command(folder: Path, sources: Mapping[str, SourceState]) -> str:
    """The command that makes the corpus anew from its sources."""
    roots = list(dict.fromkeys(s.root for s in sources.values()))
    named = [shlex.quote(root) for root in roots[:3]] + ["..."] * (len(roots) > 3)
    return f"ruledesk ingest {' '.join(named) or 'SOURCE...'} --into {shlex.quote(str(folder))} --rebuild"


def read_exam(path: Path) -> tuple[ExamItem, ...]:
    """Reads a file of exam items. Raises CorpusError with the line that is wrong."""
    return _read_lines(path, ExamItem.from_json)


def _read_lines(
    path: Path, make: Callable[[dict[str, Any]], _T], mend: str = "ruledesk ingest SOURCE... --into DIR --rebuild"
) -> tuple[_T, ...]:
    rows = []
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CorpusError(f"{path}: the file is missing; rebuild with: {mend}") from None
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: damaged (no UTF-8 at byte {error.start}); rebuild with: {mend}") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(make(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise CorpusError(
                f"{path}, line {number}: {_why(error)}; mend the line, or rebuild with: {mend}"
            ) from error
    return tuple(rows)


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the field {error.args[0]!r} is missing"
    return f"the line is damaged ({str(error).splitlines()[0][:120]})"


def _read_sources(folder: Path) -> tuple[dict[str, SourceState], dict[str, str]]:
    """What is remembered of each source, and the digest of each file; both empty where there is no such file."""
    path = place_of(folder, SOURCES)
    if not path.is_file():
        return {}, {}
    mend = rebuild_command(folder, {})
    try:
        found = path.read_bytes()
        data = json.loads(found)
        whole = found == _bytes(data)
        known = data["format"]
        if known not in (1, FORMAT):
            raise CorpusError(f"{path}: format {known} is not {FORMAT}; rebuild with: {mend}")
        if known == FORMAT and not (data.pop("seal") == _seal(data) and whole):
            raise CorpusError(f"{path}: damaged (its contents do not match its seal); rebuild with: {mend}")
        sources = {name: SourceState.from_json(row) for name, row in data["sources"].items()}
        return sources, dict(data["files"]) if known == FORMAT else {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CorpusError(f"{path}: damaged ({_why(error)}); rebuild with: {mend}") from error


def _bytes(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, indent=1).encode()


def _seal(row: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(row, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def write_corpus(folder: Path, corpus: Corpus, disk: Disk = DISK) -> None:
    """Writes the folder's files, all of them or none; needs the folder's lock."""
    files = {
        ARTICLES: _lines(a.to_json() for a in corpus.articles),
        PASSAGES: _lines(p.to_json() for p in corpus.passages),
        EXAM: _lines(i.to_json() for i in corpus.exam),
    }
    row: dict[str, Any] = {
        "format": FORMAT,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "sources": {name: state.to_json() for name, state in sorted(corpus.sources.items())},
    }
    row["seal"] = _seal(row)
    publish(folder, files | {SOURCES: _bytes(row)}, disk)


def _lines(rows: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def write_whole(path: Path, data: bytes) -> None:
    """Puts `data` at `path`, old or new at every instant; see Disk.write_whole."""
    DISK.write_whole(path, data)


@contextlib.contextmanager
def one_writer(folder: Path, disk: Disk = DISK, wait_s: float = 0.0) -> Iterator[None]:
    """Holds the folder's lock, which goes with the process, and finishes what a run that died had committed.

    Raises CorpusError where another holds it or the disk fails; then the last good state still answers.
    """
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            disk.sync_folder(folder.parent)
        with FileLock(folder / ".lock", timeout=wait_s):
            settle(folder, disk)
            yield
    except Timeout:
        raise CorpusError(f"{folder}: another ingest or index run is writing to it; wait for it to end") from None
    except OSError as error:
        raise CorpusError(
            f"{folder}: cannot be written ({error.strerror or error}); what was there before still answers, "
            f"run it again when that is mended"
        ) from error
