"""Several files of one folder changed as one: staged aside, committed by one rename, then put in their places.

A run that dies before the rename changed nothing. One that dies after it is finished by the next writer, and readers
read the committed files meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ingest.disk import Disk

STAGED, COMMITTED, DONE = ".staged", ".committed", ".done"


def publish(folder: Path, files: Mapping[str, bytes], disk: Disk) -> None:
    """Writes the files; needs the folder's lock. Whatever instant it is cut off at, all are new or all are old."""
    settle(folder, disk)
    if all((folder / name).is_file() and (folder / name).read_bytes() == data for name, data in files.items()):
        return
    staged = folder / STAGED
    disk.remove_tree(staged)
    disk.make_folder(staged)
    for name, data in files.items():
        disk.write(staged / name, data)
        disk.sync(staged / name)
    disk.sync_folder(staged)
    disk.rename(staged, folder / COMMITTED)
    disk.sync_folder(folder)
    settle(folder, disk)


def settle(folder: Path, disk: Disk) -> None:
    """Finishes what a run had committed when it died; needs the folder's lock."""
    disk.remove_tree(folder / DONE)
    for left in folder.glob(".*.new"):
        disk.remove(left)
    committed = folder / COMMITTED
    if not committed.is_dir():
        return
    names = sorted(p.name for p in committed.iterdir())
    for name in names:
        disk.write(folder / f".{name}.new", (committed / name).read_bytes())
        disk.sync(folder / f".{name}.new")
    for name in names:  # without a pause: who reads the files themselves sees old and new side by side for no time
        disk.rename(folder / f".{name}.new", folder / name)
    disk.sync_folder(folder)
    disk.rename(committed, folder / DONE)
    disk.sync_folder(folder)
    disk.remove_tree(folder / DONE)


def place_of(folder: Path, name: str) -> Path:
    """Where a file's latest contents lie: in the folder, or committed beside it."""
    committed = folder / COMMITTED / name
    return committed if committed.is_file() else folder / name


def stamp_of(folder: Path, names: tuple[str, ...]) -> tuple[object, ...]:
    """Changes whenever one of the files does: tells a reader that was overtaken from one that read damage."""
    found: list[object] = []
    for name in names:
        try:
            state = place_of(folder, name).stat()
        except OSError:
            found.append(None)
        else:
            found.append((state.st_ino, state.st_size, state.st_mtime_ns))
    return tuple(found)
