"""Sources -> a corpus folder: reads what changed, keeps the rest, reports what failed and what went."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest.articles import ArticleDraft
from ingest.crawl import CrawlLimits, PageState, crawl
from ingest.decode import MAX_BYTES, decode_bytes
from ingest.disk import Disk
from ingest.errors import CorpusError, SourceError
from ingest.exam import parse_exam
from ingest.fetch import Fetcher
from ingest.frontmatter import parse_markdown
from ingest.html_pages import parse_html
from ingest.identity import Shelf
from ingest.office import OFFICE_SUFFIXES, parse_office
from ingest.passages import split_article
from ingest.saved_pages import parse_saved_page
from ingest.store import DISK, SOURCES, Corpus, SourceState, one_writer, read_corpus, write_corpus

SUFFIXES = (".txt", ".html", ".htm", ".md", *OFFICE_SUFFIXES)
Progress = Callable[[str], None]
_UNKNOWN = "(unknown)"  # the source of an article that names none


@dataclass(frozen=True, slots=True)
class WebOptions:
    """How the web is read; `fetcher` is made from these only when an address is among the sources."""

    allow_private: bool = False
    seconds_per_host: float = 1.0
    limits: CrawlLimits = field(default_factory=CrawlLimits)


@dataclass(frozen=True, slots=True)
class HandedPage:
    """A page that was handed over as bytes, not by its path: an upload. The same name again is the same source."""

    name: str
    data: bytes

    @property
    def source(self) -> str:
        """What the corpus calls it."""
        return f"upload:{self.name}"


@dataclass(slots=True)
class IngestReport:
    """What a run did. `failed` and `gone` name sources; `removed` names titles that no source carries any more."""

    articles: int = 0
    passages: int = 0
    exam_items: int = 0
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The report as printed by --json."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class _Reading:
    """One source as it was found: its drafts are None where it is unchanged."""

    name: str
    root: str
    state: str  # new, changed, unchanged, gone, failed
    drafts: tuple[ArticleDraft, ...] | None = None
    sha256: str = ""
    page: PageState | None = None
    error: str | None = None


def ingest(
    sources: Sequence[str | HandedPage],
    into: Path,
    web: WebOptions | None = None,
    progress: Progress = lambda _: None,
    rebuild: bool = False,
    disk: Disk = DISK,
) -> IngestReport:
    """Reads the sources into the corpus folder and returns what happened; a failing source costs only itself.

    With `rebuild` the folder is made anew from these sources alone, whatever state it is in; its old files are kept in
    `.replaced`. Raises CorpusError where the folder cannot be used or another run holds it; then nothing was changed.
    """
    with one_writer(into, disk):
        if rebuild:
            _set_aside(into, disk)
        old = read_corpus(into) if not rebuild and (into / "articles.jsonl").is_file() else Corpus()
        old = replace(old, sources=old.sources | _unremembered(old))
        shelf = Shelf(
            old.articles,
            {name: state.articles for name, state in old.sources.items()},
            {name: state.label for name, state in old.sources.items() if state.label},
        )
        states = dict(old.sources)
        report = IngestReport()
        before = {a.article_id: a.title for a in old.articles}
        for source in dict.fromkeys(sources):
            for reading in _readings(source, states, web or WebOptions(), report, progress):
                _take(reading, shelf, states, report)
        articles = shelf.result()
        if rebuild and not articles:
            raise CorpusError(f"{into}: no article could be read from the sources; the old files were left as they are")
        kept = {a.article_id for a in articles}
        report.removed = [title for article_id, title in before.items() if article_id not in kept]
        corpus = Corpus(
            articles=articles,
            passages=tuple(p for a in articles if a.kind == "rules" for p in split_article(a)),
            exam=tuple(i for a in articles if a.kind == "exam" for i in parse_exam(a)),
            sources=states,
        )
        report.articles, report.passages, report.exam_items = map(len, (corpus.articles, corpus.passages, corpus.exam))
        write_corpus(into, corpus, disk)
        return report


def _set_aside(into: Path, disk: Disk) -> None:
    kept = [p for p in (*into.glob("*.jsonl"), into / SOURCES) if p.is_file()]
    disk.remove_tree(into / ".replaced")
    disk.make_folder(into / ".replaced")
    for path in kept:
        disk.write(into / ".replaced" / path.name, path.read_bytes())
        disk.sync(into / ".replaced" / path.name)


def _unremembered(old: Corpus) -> dict[str, SourceState]:
    """Sources of articles that sources.json does not know of (it was taken away, or never was): they stay as carried
    by what the articles themselves name, and are read again when that is given."""
    known = {article_id for state in old.sources.values() for article_id in state.articles}
    carried: dict[str, list[str]] = {}
    for article in old.articles:
        if article.article_id not in known:
            for name in article.sources or (_UNKNOWN,):
                carried.setdefault(_UNKNOWN if name in old.sources else name, []).append(article.article_id)
    return {name: SourceState("", tuple(ids), name) for name, ids in carried.items()}


def _take(reading: _Reading, shelf: Shelf, states: dict[str, SourceState], report: IngestReport) -> None:
    name = reading.name
    if reading.state == "failed":
        report.failed[name] = reading.error or "failed"
        return
    if reading.state == "gone":
        report.gone.append(name)
        shelf.drop(name)
        states.pop(name, None)
        return
    if reading.drafts is not None:
        shelf.put(name, reading.drafts)
    getattr(report, reading.state).append(name)
    page = reading.page
    states[name] = SourceState(
        sha256=page.sha256 if page else reading.sha256,
        articles=shelf.carried(name),
        root=reading.root,
        etag=page.etag if page else None,
        last_modified=page.last_modified if page else None,
        links=tuple(page.links) if page else (),
        label=shelf.label(name),
    )


def _readings(
    source: str | HandedPage,
    states: dict[str, SourceState],
    web: WebOptions,
    report: IngestReport,
    progress: Progress,
) -> Iterator[_Reading]:
    if isinstance(source, HandedPage):
        progress(source.name)
        yield _parsed(source.data, source.name, source.source, source.source, states)
        return
    if source.startswith(("http://", "https://")):
        yield from _web(source, states, web, progress)
        return
    path = Path(source)
    if path.is_dir():
        yield from _folder(path, states, report, progress)
    elif path.is_file():
        progress(source)
        yield _file(path, source, source, states)
    elif source in states:
        yield _Reading(source, source, "gone")
    else:
        yield _Reading(
            source, source, "failed", error=f"{source}: no such file or folder; give a path or an http(s) address"
        )


def _folder(path: Path, states: dict[str, SourceState], report: IngestReport, progress: Progress) -> Iterator[_Reading]:
    root = str(path)
    found = [p for p in sorted(path.rglob("*")) if _is_page(p, path)]
    if not found:
        yield _Reading(root, root, "failed", error=f"{root}: no {', '.join(SUFFIXES)} file in the folder")
    for file in found:
        name = str(file)
        progress(name)
        if file.suffix == ".md" and not _opens_with_front_matter(file):
            report.skipped.append(name)  # a README in the folder is no rule page
            continue
        yield _file(file, name, root, states)
    present = {str(p) for p in found}
    for name in [n for n, s in states.items() if s.root == root and n not in present]:
        yield _Reading(name, root, "gone")


def _is_page(path: Path, root: Path) -> bool:
    # An office program that has a file open keeps a "~$" file beside it.
    hidden = path.name.startswith("~$") or any(part.startswith(".") for part in path.relative_to(root).parts)
    return path.is_file() and not path.is_symlink() and path.suffix.lower() in SUFFIXES and not hidden


def _opens_with_front_matter(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \r\n").startswith(b"---")


def _file(path: Path, name: str, root: str, states: dict[str, SourceState]) -> _Reading:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise SourceError(
                f"{name}: the file has {size:,} bytes; the limit is {MAX_BYTES:,}; split it into smaller files"
            )
        return _parsed(path.read_bytes(), path.name, name, root, states)
    except OSError as error:
        return _Reading(name, root, "failed", error=f"{name}: cannot be read ({error.strerror or error})")
    except SourceError as error:
        return _Reading(name, root, "failed", error=str(error))


def _parsed(data: bytes, file_name: str, name: str, root: str, states: dict[str, SourceState]) -> _Reading:
    digest = hashlib.sha256(data).hexdigest()
    known = states.get(name)
    if known and known.sha256 == digest:
        return _Reading(name, root, "unchanged", sha256=digest)
    try:
        drafts = parse_file(data, file_name)
    except SourceError as error:
        text = str(error)
        return _Reading(name, root, "failed", error=text if text.startswith((name, file_name)) else f"{name}: {text}")
    return _Reading(name, root, "changed" if known else "new", tuple(drafts), digest)


def parse_file(data: bytes, name: str) -> list[ArticleDraft]:
    """The article drafts of one file, by its suffix. Raises SourceError that says what is wrong with it."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise SourceError(f"{name}: files of kind {suffix or '(none)'} are not read; give {', '.join(SUFFIXES)}")
    if suffix in OFFICE_SUFFIXES:
        return parse_office(data, name)
    text = decode_bytes(data)
    if suffix == ".md":
        return [parse_markdown(text, name)]
    if suffix in (".html", ".htm"):
        drafts = list(parse_html(text, None).drafts)
        if not drafts:
            raise SourceError(f"{name}: no article text found on the page")
        return drafts
    return parse_saved_page(text, name)


def _web(source: str, states: dict[str, SourceState], web: WebOptions, progress: Progress) -> Iterator[_Reading]:
    known = {
        name: PageState(name, s.etag, s.last_modified, s.sha256, s.links)
        for name, s in states.items()
        if s.root == source
    }
    try:
        with Fetcher(allow_private=web.allow_private, seconds_per_host=web.seconds_per_host) as fetcher:
            for visit in crawl(source, fetcher, known, web.limits, decode_bytes, progress):
                drafts = None if visit.state == "unchanged" else tuple(visit.drafts)
                yield _Reading(visit.url, source, visit.state, drafts, "", visit.page_state, visit.error)
    except SourceError as error:
        yield _Reading(source, source, "failed", error=str(error))


def describe(report: IngestReport) -> Iterable[str]:
    """The report as lines for a person."""
    yield f"{report.articles} articles, {report.passages} passages, {report.exam_items} exam items"
    counts = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
    yield "sources: " + ", ".join(f"{len(names)} {word}" for word, names in counts.items())
    yield from (f"skipped (no front matter): {name}" for name in report.skipped)
    yield from (f"gone: {name}; what only it carried was taken out" for name in report.gone)
    yield from (f"taken out: {title}" for title in report.removed)
