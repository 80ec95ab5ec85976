"""The program that fits what the exam reader's readings count."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from eval.exam_fitting import _fit, _Row, main


def test_held_out_items_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    item = {"id": "x-1", "type": "true_false", "stem": "甲要在两天内办完。", "answer": True, "split": "held_out"}
    (tmp_path / "items.jsonl").write_text(json.dumps(item, ensure_ascii=False), encoding="utf-8")
    assert main([str(tmp_path), str(tmp_path / "items.jsonl")]) == 2
    assert "held-out" in capsys.readouterr().err


def test_a_wrong_call_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_what_tells_right_from_wrong_gets_the_weight() -> None:
    rows = [_Row("w", ({"tells": 1.0, "idle": n % 2}, {"tells": -1.0, "idle": n % 2}), 0) for n in range(20)]
    weights = _fit(rows, ["tells", "idle"])
    assert weights[0] > 1.0
    assert np.isclose(weights[1], 0.0, atol=1e-3)
