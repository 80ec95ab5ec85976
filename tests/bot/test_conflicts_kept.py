"""Conflicts kept beside the index: the same as found anew, and found anew whenever that is in doubt."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.conflicts import kept
from bot.conflicts.finder import CorpusConflict, Side
from bot.conflicts.kept import FILE, kept_conflicts
from ingest.articles import Article

_TEXTS = {"a": "拒绝开票扣4分。", "b": "拒绝开票扣6分。"}
_ARTICLES = {
    name: Article(name, "rules", name, ("天猫",), "2023-01-01", None, ("test",), text) for name, text in _TEXTS.items()
}
_SIDES = tuple(Side(name, name, "天猫", "2023-01-01", 0, len(text), text) for name, text in _TEXTS.items())
_FOUND = [CorpusConflict("拒绝开票：扣分", _SIDES, None, ("天猫",), 0.7, "points")]


class _Finder:
    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> list[CorpusConflict]:
        self.asked += 1
        return _FOUND


def test_they_are_found_once(tmp_path: Path) -> None:
    find = _Finder()
    assert [kept_conflicts(tmp_path, _ARTICLES, True, find) for _ in range(3)] == [_FOUND] * 3
    assert find.asked == 1
    assert kept_conflicts(tmp_path, _ARTICLES, False, find) == _FOUND  # by words alone: another finder
    assert find.asked == 2


def _cut(text: str) -> str:
    return text[: len(text) // 2]


def _forged(text: str) -> str:
    return text.replace("扣4分", "扣9分")


def _emptied(text: str) -> str:
    return json.dumps({**json.loads(text), "conflicts": []})


def _no_object(text: str) -> str:
    return "[]"


@pytest.mark.parametrize("damage", [_cut, _forged, _emptied, _no_object])
def test_a_damaged_file_is_not_believed(tmp_path: Path, damage: Callable[[str], str]) -> None:
    find = _Finder()
    kept_conflicts(tmp_path, _ARTICLES, True, find)
    path = tmp_path / FILE
    path.write_text(damage(path.read_text("utf-8")), "utf-8")
    assert kept_conflicts(tmp_path, _ARTICLES, True, find) == _FOUND
    assert find.asked == 2


def test_another_finder_or_other_articles_find_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = _Finder()
    kept_conflicts(tmp_path, _ARTICLES, True, find)
    other: dict[str, Any] = {**_ARTICLES, "a": _ARTICLES["b"]}
    kept_conflicts(tmp_path, other, True, find)
    monkeypatch.setattr(kept, "finder_digest", lambda: "another")
    kept_conflicts(tmp_path, _ARTICLES, True, find)
    assert find.asked == 3


def test_a_folder_that_cannot_be_written_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    assert kept_conflicts(tmp_path, _ARTICLES, True, _Finder()) == _FOUND
    assert (tmp_path / FILE).is_dir()
