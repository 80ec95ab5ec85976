"""Disks for tests: one that notes what is done, one that fails at a step, and the states that a power cut may leave."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.disk import Disk


@dataclass(frozen=True)
class Step:
    """One operation: make, write, sync, sync_folder, rename, remove."""

    kind: str
    path: Path
    data: bytes = b""
    to: Path | None = None


class Recording(Disk):
    """Does everything and notes it; `skip` tells which syncs are left out, as a forgetful programmer would."""

    def __init__(self, skip: Callable[[Step, int], bool] = lambda step, number: False) -> None:
        self.steps: list[Step] = []
        self.syncs = 0
        self._skip = skip

    def make_folder(self, path: Path) -> None:
        super().make_folder(path)
        self.steps.append(Step("make", path))

    def write(self, path: Path, data: bytes) -> None:
        super().write(path, data)
        self.steps.append(Step("write", path, data))

    def adopt(self, folder: Path) -> None:
        self.steps.append(Step("make", folder))
        self.steps.extend(Step("write", p, p.read_bytes()) for p in sorted(folder.iterdir()))

    def sync(self, path: Path) -> None:
        self._note_sync(Step("sync", path))

    def sync_folder(self, path: Path) -> None:
        self._note_sync(Step("sync_folder", path))

    def _note_sync(self, step: Step) -> None:
        self.syncs += 1
        if not self._skip(step, self.syncs):
            self.steps.append(step)

    def rename(self, old: Path, new: Path) -> None:
        super().rename(old, new)
        self.steps.append(Step("rename", old, to=new))

    def remove(self, path: Path) -> None:
        super().remove(path)
        self.steps.append(Step("remove", path))

    def remove_tree(self, path: Path) -> None:
        inside = sorted(path.rglob("*"), key=lambda p: (p.is_dir(), -len(p.parts), p)) if path.is_dir() else []
        self.steps.extend(Step("remove", p) for p in inside)
        if path.is_dir():
            self.steps.append(Step("remove", path))
        super().remove_tree(path)


class Failing(Disk):
    """Fails with an error number at one step, once; a write that fails has written half."""

    def __init__(self, at: int, number: int, always: bool = False) -> None:
        self.at, self.number, self.always = at, number, always
        self.done = 0

    def _step(self) -> None:
        self.done += 1
        if self.done == self.at or (self.always and self.done > self.at):
            raise OSError(self.number, os.strerror(self.number))

    def make_folder(self, path: Path) -> None:
        self._step()
        super().make_folder(path)

    def write(self, path: Path, data: bytes) -> None:
        try:
            self._step()
        except OSError:
            path.write_bytes(data[: len(data) // 2])
            raise
        super().write(path, data)

    def adopt(self, folder: Path) -> None:
        self._step()

    def sync(self, path: Path) -> None:
        self._step()

    def rename(self, old: Path, new: Path) -> None:
        self._step()
        super().rename(old, new)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)

    def remove_tree(self, path: Path) -> None:
        if path.is_dir():
            self._step()
        super().remove_tree(path)


@dataclass(eq=False)
class _Node:
    """A file, or a folder (data None) with the names that the program sees and those that are safe on the disk."""

    data: bytes | None = None
    safe: bool = False
    seen: dict[str, _Node] = field(default_factory=dict)
    kept: dict[str, _Node] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """What a power cut does to what was not synced: which names are kept, and what becomes of a file's contents."""

    name: str
    keeps: Callable[[int, int], bool]  # number of an unsynced change of names, and how many there are
    torn: Callable[[bytes], bytes]


def cuts(seed: int) -> tuple[Cut, ...]:
    """A kill (all is kept), and power cuts from the kindest to the cruellest, two of them by chance."""
    rng = random.Random(seed)
    kept: tuple[Cut, ...] = (
        Cut("killed", lambda i, n: True, lambda data: data),
        Cut("contents empty", lambda i, n: True, lambda data: b""),
        Cut("contents torn", lambda i, n: True, lambda data: data[: len(data) // 2]),
        Cut("contents zeros", lambda i, n: True, lambda data: bytes(len(data))),
        Cut("names lost", lambda i, n: False, lambda data: b""),
        Cut("oldest name lost", lambda i, n: i > 0, lambda data: b""),
        Cut("newest name alone kept", lambda i, n: i == n - 1, lambda data: b""),
    )
    chance = Cut("by chance", lambda i, n: rng.random() < 0.5, lambda data: data[: rng.randrange(len(data) + 1)])
    return (*kept, chance, chance)


def after_cut(start: Path, steps: list[Step], root: Path, cut: Cut) -> dict[str, bytes | None]:
    """The files (contents) and folders (None) that are there after `steps` were done under `root`, begun as `start` is,
    and then the cut. A name is safe once its folder was synced after it, contents once their file was."""
    top = _read(start)
    waiting: list[tuple[_Node, Callable[[], None]]] = []  # changes of names that no sync has covered yet
    for step in steps:
        parts = step.path.relative_to(root).parts
        if step.kind == "sync":
            _find(top, parts).safe = True
        elif step.kind == "sync_folder":
            folder = _find(top, parts)
            for where, change in waiting:
                if where is folder:
                    change()
            waiting = [(where, change) for where, change in waiting if where is not folder]
        else:
            parent = _find(top, parts[:-1])
            waiting.append((parent, _change(step, parent)))
    for number, (_, change) in enumerate(waiting):
        if cut.keeps(number, len(waiting)):
            change()
    return dict(_listing(top, cut, ""))


def _change(step: Step, parent: _Node) -> Callable[[], None]:
    """Does a step in the program's view, and returns what does it on the disk."""
    name, kept = step.path.name, parent.kept
    if step.kind in ("make", "write"):
        made = _Node(step.data if step.kind == "write" else None)
        if name in parent.seen and name in kept:  # written over in place: the old contents are gone at once
            kept[name] = made
        parent.seen[name] = made
        return lambda: kept.update({name: made})
    node = parent.seen.pop(name, None)
    target = step.to.name if step.to else None
    if node is not None and target is not None:
        parent.seen[target] = node

    def change() -> None:
        for known in [n for n, other in kept.items() if other is node]:
            del kept[known]
        if node is not None and target is not None:
            kept[target] = node

    return change


def _read(folder: Path) -> _Node:
    names = {p.name: _read(p) if p.is_dir() else _Node(p.read_bytes(), safe=True) for p in folder.iterdir()}
    return _Node(None, True, dict(names), dict(names))


def _find(node: _Node, parts: tuple[str, ...]) -> _Node:
    for part in parts:
        node = node.seen[part]
    return node


def _listing(folder: _Node, cut: Cut, prefix: str) -> Iterator[tuple[str, bytes | None]]:
    for name, node in folder.kept.items():
        if node.data is None:
            yield prefix + name, None
            yield from _listing(node, cut, f"{prefix}{name}/")
        else:
            yield prefix + name, node.data if node.safe else cut.torn(node.data)


def put(files: dict[str, bytes | None], folder: Path) -> None:
    """Writes a state into an empty folder."""
    folder.mkdir()
    for name, data in files.items():
        if data is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(data)
