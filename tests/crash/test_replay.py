"""A power cut after every single file operation of ingest and index: what was good before or is good now answers."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.manifest import IndexError_
from ingest.errors import CorpusError
from tests.crash.disks import Recording, Step, after_cut, cuts, put
from tests.crash.scene import LONG, NEW, OLD, corpus_state, index_state, run, whole_lines, write_pages


def states(start: Path, disk: Recording, root: Path) -> Iterator[tuple[str, dict[str, bytes | None]]]:
    """Every different state that a cut after any step can leave, with a name for it."""
    seen = set()
    for done in reversed(range(len(disk.steps) + 1)):  # what is forgotten shows where much was done
        for cut in cuts(done):
            files = after_cut(start, disk.steps[:done], root, cut)
            key = hashlib.sha256(repr(sorted(files.items())).encode()).digest()
            if key not in seen:
                seen.add(key)
                last = disk.steps[done - 1] if done else None
                yield f"{cut.name} after step {done} ({last.kind} {last.path.name})" if last else "at once", files


def lost(tmp: Path, start: Path, disk: Recording, root: Path, finish: int = 0) -> Iterator[str]:
    """The cuts after which something is lost: neither old nor new answers, or (each `finish`-th) the next run fails."""
    for number, (name, files) in enumerate(states(start, disk, root)):
        place = tmp / "after"
        shutil.rmtree(place, ignore_errors=True)
        put(files, place)
        try:
            corpus_state(place / "corpus", OLD, NEW)
            index_state(place / "corpus", OLD, NEW)
            whole_lines(place / "corpus")
            if finish and number % finish == 0:
                run(root / "pages", place / "corpus")
                assert corpus_state(place / "corpus", NEW) == index_state(place / "corpus", NEW) == 0
        except Exception as error:
            yield f"{name}: {type(error).__name__} {str(error)[:200]}"


def scene(tmp_path: Path) -> tuple[Path, Path]:
    """An old corpus, indexed, with the new pages beside it, and a copy of it all."""
    root = tmp_path / "root"
    root.mkdir()
    run(write_pages(root / "pages", OLD), root / "corpus")
    write_pages(root / "pages", NEW)
    start = Path(shutil.copytree(root, tmp_path / "start"))
    return root, start


@pytest.mark.slow
def test_nothing_is_lost_at_any_step(tmp_path: Path) -> None:
    root, start = scene(tmp_path)
    disk = Recording()
    run(root / "pages", root / "corpus", disk)
    assert len(disk.steps) > 60
    assert list(lost(tmp_path, start, disk, root, finish=1 if LONG else 10)) == []


def test_a_first_run_is_whole_or_not_there(tmp_path: Path) -> None:
    root, start = tmp_path / "root", tmp_path / "start"
    for folder in (root, start):
        folder.mkdir()
        write_pages(folder / "pages", NEW)
        (folder / "corpus").mkdir()
    disk = Recording()
    run(root / "pages", root / "corpus", disk)
    for number, (name, files) in enumerate(states(start, disk, root)):
        place = tmp_path / "after"
        shutil.rmtree(place, ignore_errors=True)
        put(files, place)
        try:
            corpus_state(place / "corpus", NEW)
        except CorpusError as error:
            assert "make it with: ruledesk ingest" in str(error), name
        try:
            index_state(place / "corpus", NEW)
        except IndexError_ as error:
            assert "no index yet" in str(error), f"{name}: {error}"
        if number % 5 == 0:
            run(root / "pages", place / "corpus")
            assert corpus_state(place / "corpus", NEW) == index_state(place / "corpus", NEW) == 0, name


class InPlace(Recording):
    """Writes files where they stand, as a programmer would who has not heard of renaming."""

    def write_whole(self, path: Path, data: bytes) -> None:
        self.write(path, data)
        self.sync(path)


def forgets(kind: str, ending: str) -> Callable[[Step, int], bool]:
    return lambda step, number: step.kind == kind and step.path.name.endswith(ending)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Recording(forgets("sync", "articles.jsonl")),
        lambda: Recording(forgets("sync", ".faiss")),
        lambda: Recording(forgets("sync", "manifest.json")),
        lambda: Recording(forgets("sync_folder", "words")),
        lambda: Recording(forgets("sync_folder", ".tmp")),
        lambda: Recording(forgets("sync_folder", "index")),
        lambda: Recording(lambda step, number: True),
        InPlace,
    ],
    ids=[
        "a staged file",
        "vectors",
        "manifest",
        "lexical folder",
        "generation",
        "index folder",
        "all",
        "renames",
    ],
)
def test_the_null_control(tmp_path: Path, make: Callable[[], Recording]) -> None:
    """With one kind of fsync, or the renaming, left out the same test finds what is lost."""
    root, start = scene(tmp_path)
    disk = make()
    run(root / "pages", root / "corpus", disk)
    assert next(lost(tmp_path, start, disk, root), None) is not None, "the test above would not have seen it"
