"""Generations of an index in their folder: how a new one takes the place of the last, and what is swept away."""

from __future__ import annotations

from pathlib import Path

from index.manifest import CURRENT, IndexError_, Manifest, read_current, read_manifest, verify_files
from ingest.disk import Disk

KEEP = 2  # generations: the current one, and the one that a reader may still be opening


def last_good(home: Path, mend: str) -> tuple[Path, Manifest] | None:
    """The generation that answers now, where it holds."""
    try:
        folder = read_current(home, mend)
        manifest = read_manifest(folder, mend)
        verify_files(folder, manifest, mend)
    except (OSError, IndexError_):
        return None
    return folder, manifest


def sweep(home: Path, keep: set[str], disk: Disk) -> None:
    """Takes away what a run that died left behind, and generations that nobody can be reading any more."""
    old = sorted((p for p in home.glob("gen-*") if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)
    whole = [p for p in old if not p.name.endswith(".tmp") and p.name not in keep]
    for path in [p for p in old if p.name.endswith(".tmp")] + whole[KEEP - 1 :]:
        disk.remove_tree(path)
    for path in home.glob(f".{CURRENT}.*.tmp"):  # of a run that died just before the last rename
        disk.remove(path)


def publish(home: Path, work: Path, generation: str, disk: Disk) -> None:
    """Files first, then the folder's name, then CURRENT: at every instant a reader finds one whole generation."""
    for path in sorted(work.rglob("*"), key=lambda p: (p.is_dir(), p)):
        if path.is_file():
            disk.sync(path)
        else:
            disk.sync_folder(path)
    disk.sync_folder(work)
    final = home / generation
    disk.remove_tree(final)  # only a damaged one, or one that is not current, can lie there
    disk.rename(work, final)
    disk.sync_folder(home)
    disk.write_whole(home / CURRENT, f"{generation}\n".encode())
    sweep(home, {generation}, disk)
