"""Loading rule pages into a running desk: read into a copy, show what would change, take it over, re-index.

Nothing of the corpus is written before `confirm`; from then on the desk answers from its last index until the new one
stands whole.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from bot.changes import Changes, compare
from ingest.crawl import CrawlLimits
from ingest.errors import CorpusError, RuledeskError, UsageError
from ingest.pipeline import HandedPage, WebOptions, ingest
from ingest.store import ARTICLES, EXAM, PASSAGES, SOURCES, one_writer, read_corpus, write_corpus

FILES = (ARTICLES, PASSAGES, EXAM, SOURCES)
MAX_FILES = 50
MAX_PAGES = 50  # of one address
WAIT_S = 5.0  # for another writer of the corpus
State = Literal["idle", "reading", "preview", "indexing", "done", "failed"]
Progress = Callable[[str, int, int], None]
Reindex = Callable[[Path, Progress], None]


class _Stopped(Exception):
    """The lead called it off."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where the loading stands. `done` of `total` count pages while reading and texts while indexing; total 0 means
    that nobody knows. `error` is the line of what failed; `retry` whether only the index is left to build."""

    state: State = "idle"
    by: str = ""
    step: str = ""
    done: int = 0
    total: int = 0
    id: str = ""
    changes: Changes | None = None
    error: str | None = None
    retry: bool = False

    def to_json(self) -> dict[str, Any]:
        """What the page asks for while it waits."""
        row = {name: getattr(self, name) for name in self.__slots__}
        return row | {"changes": self.changes.to_json() if self.changes else None}


class Loader:
    """One loading at a time, in a thread of its own."""

    def __init__(self, corpus: Path, reindex: Reindex, taken: Callable[[], object]) -> None:
        """`reindex` builds the index of a corpus folder; `taken` is called when a new one stands."""
        self.corpus = corpus
        self._reindex = reindex
        self._taken = taken
        self._lock = threading.Lock()
        self._status = Status()
        self._stop = threading.Event()
        self._staged: tuple[Path, str] | None = None
        self._worker: threading.Thread | None = None

    @property
    def status(self) -> Status:
        """Where it stands now."""
        return self._status

    def preview(self, files: Sequence[HandedPage], url: str, pages: int, by: str) -> Status:
        """Begins to read pages into a copy. Raises UsageError for nothing to read, or while another loading runs."""
        sources: list[str | HandedPage] = list(files)
        address = url.strip()
        if address and not address.startswith(("http://", "https://")):
            raise UsageError(f"{address[:80]!r} is no web address; begin it with https://")
        if address:
            sources.append(address)
        if not sources:
            raise UsageError("nothing to load: choose files or give a web address")
        if len(files) > MAX_FILES:
            raise UsageError(f"{len(files)} files at once; the limit is {MAX_FILES}; load them in parts")
        if not 1 <= pages <= MAX_PAGES:
            raise UsageError(f"pages is {pages}; it must be 1 to {MAX_PAGES}")
        web = WebOptions(limits=CrawlLimits(pages=pages))
        total = len(files) + (pages if address else 0)
        with self._lock:
            self._refuse_while_busy()
            self._clear()
            self._begin(Status("reading", by, total=total), lambda: self._read(sources, web))
        return self._status

    def confirm(self, which: str, by: str) -> Status:
        """Takes over what the preview `which` showed and re-indexes. Raises UsageError where it is not that preview."""
        with self._lock:
            self._refuse_while_busy()
            if self._status.state != "preview" or self._status.id != which or self._staged is None:
                raise UsageError("this preview is gone; make a new one")
            now = replace(self._status, state="indexing", by=by, step="", done=0, total=0)
            self._begin(now, self._take_over)
        return self._status

    def retry(self, by: str) -> Status:
        """Builds the index again where that failed. Raises UsageError where it did not."""
        with self._lock:
            self._refuse_while_busy()
            if not self._status.retry:
                raise UsageError("no index is waiting to be built")
            self._begin(Status("indexing", by, changes=self._status.changes), self._index)
        return self._status

    def discard(self) -> Status:
        """Calls a reading off, or forgets a preview. An indexing that runs is not stopped."""
        with self._lock:
            if self._status.state == "reading":
                self._stop.set()
            elif self._status.state != "indexing":
                self._clear()
                self._status = Status()
        return self._status

    def wait(self, timeout: float) -> None:
        """Waits for what runs now."""
        if self._worker is not None:
            self._worker.join(timeout)

    def _refuse_while_busy(self) -> None:
        if self._status.state in ("reading", "indexing"):
            raise UsageError(f"{self._status.by or 'somebody'} is loading pages just now; wait for that to end")

    def _begin(self, status: Status, work: Callable[[], None]) -> None:
        self._stop.clear()
        self._status = status
        self._worker = threading.Thread(target=self._run, args=(work,), name="load pages", daemon=True)
        self._worker.start()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except _Stopped:
            self._clear()
            self._status = Status()
        except Exception as error:
            message = str(error) if isinstance(error, RuledeskError | OSError) else f"failed: {type(error).__name__}"
            self._status = replace(self._status, state="failed", error=message)
            if not self._status.retry:
                self._clear()
            if not isinstance(error, RuledeskError | OSError):
                raise

    def _read(self, sources: Sequence[str | HandedPage], web: WebOptions) -> None:
        work = Path(tempfile.mkdtemp(prefix="ruledesk-preview-"))
        self._staged = (work, "")
        with one_writer(self.corpus, wait_s=WAIT_S):
            for name in FILES:
                if (self.corpus / name).is_file():
                    shutil.copy2(self.corpus / name, work / name)
            base = _fingerprint(self.corpus)

        def told(step: str) -> None:
            if self._stop.is_set():
                raise _Stopped
            now = self._status
            self._status = replace(now, step=step, done=min(now.done + 1, max(now.total, 1)))

        before = read_corpus(work).articles if (work / ARTICLES).is_file() else ()
        report = ingest(sources, work, web, told)
        if self._stop.is_set():
            raise _Stopped
        self._staged = (work, base)
        changes = compare(before, read_corpus(work).articles, report)
        self._status = replace(self._status, state="preview", id=secrets.token_hex(8), changes=changes, step="")

    def _take_over(self) -> None:
        assert self._staged is not None
        work, base = self._staged
        with one_writer(self.corpus, wait_s=WAIT_S):
            if _fingerprint(self.corpus) != base:
                raise CorpusError("the rulebook was changed since this preview was made; make a new one")
            write_corpus(self.corpus, read_corpus(work))
        self._clear()
        self._index()

    def _index(self) -> None:
        self._status = replace(self._status, retry=True)
        self._reindex(self.corpus, self._indexed)
        self._taken()
        self._status = replace(self._status, state="done", retry=False, error=None)

    def _indexed(self, step: str, done: int, total: int) -> None:
        self._status = replace(self._status, step=step, done=done, total=total)

    def _clear(self) -> None:
        if self._staged is not None:
            shutil.rmtree(self._staged[0], ignore_errors=True)
            self._staged = None


def _fingerprint(corpus: Path) -> str:
    digest = hashlib.sha256()
    for name in FILES:
        path = corpus / name
        digest.update(path.read_bytes() if path.is_file() else b"-")
        digest.update(b"\0")
    return digest.hexdigest()
