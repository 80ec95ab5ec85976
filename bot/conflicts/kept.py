"""The conflicts of an index kept beside it: reading all its lines against each other takes seconds."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from bot.conflicts.finder import CorpusConflict, Side
from ingest.articles import Article
from ingest.store import write_whole

FILE = "conflicts.json"
Find = Callable[[], Sequence[CorpusConflict]]


def kept_conflicts(generation: Path, articles: Mapping[str, Article], judged: bool, find: Find) -> list[CorpusConflict]:
    """What `find` found when this generation was first opened, `judged` or by words alone. It is found anew where it
    was never kept, where the finder is another one since, and where the file is damaged; a folder that cannot be
    written to is left alone."""
    path, finder = generation / FILE, finder_digest() if judged else f"{finder_digest()} unjudged"
    kept = _read(path, finder, articles)
    if kept is not None:
        return kept
    found = list(find())
    body = {"finder": finder, "conflicts": [asdict(conflict) for conflict in found]}
    with contextlib.suppress(OSError):
        write_whole(path, json.dumps({"sha256": _seal(body), **body}, ensure_ascii=False).encode())
    return found


@cache
def finder_digest() -> str:
    """What identifies the finder: its code, its words and its weights."""
    digest = hashlib.sha256()
    files = [
        f for f in resources.files("bot.conflicts").iterdir() if f.name.endswith((".py", ".toml", ".json", ".npz"))
    ]
    files += [resources.files("bot").joinpath(name) for name in ("figures.py", "figures_english.py", "numerals.py")]
    for file in sorted(files, key=lambda f: f.name):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _read(path: Path, finder: str, articles: Mapping[str, Article]) -> list[CorpusConflict] | None:
    try:
        row = json.loads(path.read_bytes())
        seal = row.pop("sha256")
        if seal != _seal(row) or row["finder"] != finder:
            return None
        found = [_conflict(kept) for kept in row["conflicts"]]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    whole = all(_stands(side, articles) for conflict in found for side in conflict.sides)
    return found if whole else None


def _conflict(row: dict[str, Any]) -> CorpusConflict:
    sides = tuple(Side(**side) for side in row.pop("sides"))
    return CorpusConflict(sides=sides, platforms=tuple(row.pop("platforms")), **row)


def _stands(side: Side, articles: Mapping[str, Article]) -> bool:
    article = articles.get(side.article_id)
    return article is not None and article.text[side.start : side.end] == side.text


def _seal(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(row, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
