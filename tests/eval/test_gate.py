"""The gate: floors hold, only rise, and can be lowered by name alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval import gate
from eval.gate import (
    BASELINE,
    Baseline,
    Measured,
    item_files,
    measured,
    problems,
    read_baseline,
    updated,
    write_baseline,
)
from eval.results import EvalResult
from eval.runs import Plan, run_plan
from ingest.errors import UsageError

ITEMS = {"exam.jsonl": ("ab12", 44)}
FLOORS = {"retrieval/R@5": 0.9, "exam/accuracy": 0.8}
PINNED = Baseline("c1", "m", ITEMS, {"exam": 44}, FLOORS, {"exam/wrong_rate": 0.05})
RUN = Measured("c1", "m", ITEMS, {"exam": 44}, {"retrieval/R@5": 0.9, "exam/accuracy": 0.8, "exam/wrong_rate": 0.05})


def with_values(**changes: float | None) -> Measured:
    names = {name.replace("_at_", "@").replace("__", "/"): value for name, value in changes.items()}
    merged = {**RUN.values, **names}
    return replace(RUN, values={name: value for name, value in merged.items() if value is not None})


def test_what_equals_the_floors_passes() -> None:
    assert problems(PINNED, RUN) == []
    assert problems(PINNED, with_values(retrieval__R_at_5=0.95, exam__wrong_rate=0.0)) == []


@pytest.mark.parametrize(
    "run,why",
    [
        (with_values(retrieval__R_at_5=0.8999), "retrieval/R@5: 0.8999 is below its floor 0.9"),
        (with_values(exam__wrong_rate=0.06), "exam/wrong_rate: 0.06 is above its ceiling 0.05"),
        (with_values(exam__accuracy=None), "exam/accuracy: the run gives none, the floor is 0.8"),
        (replace(RUN, corpus_digest="c2"), "corpus digest: pinned c1, now c2"),
        (replace(RUN, model="n"), "model: pinned m, now n"),
        (replace(RUN, items={"exam.jsonl": ("ab12", 43)}), "exam.jsonl: pinned 44 items, digest ab12, now 43 items"),
        (replace(RUN, items={"exam.jsonl": ("ff", 44)}), "digest ff"),
        (replace(RUN, items={}), "exam.jsonl: pinned 44 items, digest ab12, now none"),
        (replace(RUN, judged={"exam": 40}), "exam: pinned 44 judged items, now 40"),
        (replace(RUN, missing={"exam": ["s1", "s2"]}), "exam: 2 judged items are not in the run and count as failed"),
    ],
)
def test_each_way_to_fail_is_told(run: Measured, why: str) -> None:
    assert any(why in line for line in problems(PINNED, run)), problems(PINNED, run)


def test_floors_rise_and_ceilings_sink() -> None:
    new = updated(PINNED, with_values(retrieval__R_at_5=0.95, exam__wrong_rate=0.01, check__flagged=0.7))
    assert new.floors == {"retrieval/R@5": 0.95, "exam/accuracy": 0.8, "check/flagged": 0.7}
    assert new.ceilings == {"exam/wrong_rate": 0.01}


def test_an_update_moves_the_digests_and_keeps_the_floors() -> None:
    new = updated(PINNED, replace(RUN, corpus_digest="c2", items={"exam.jsonl": ("ff", 45)}, judged={"exam": 45}))
    assert (new.corpus_digest, new.items, new.judged) == ("c2", {"exam.jsonl": ("ff", 45)}, {"exam": 45})
    assert new.floors == PINNED.floors


def test_a_floor_is_not_lowered_unless_a_person_names_it() -> None:
    worse = with_values(retrieval__R_at_5=0.85, exam__accuracy=0.7)
    with pytest.raises(UsageError, match=r"--lower retrieval/R@5 --lower exam/accuracy"):
        updated(PINNED, worse)
    with pytest.raises(UsageError, match=r"exam/accuracy: 0\.7 is below"):
        updated(PINNED, worse, ["retrieval/R@5"])
    new = updated(PINNED, worse, ["retrieval/R@5", "exam/accuracy"])
    assert new.floors == {"retrieval/R@5": 0.85, "exam/accuracy": 0.7}
    risen = with_values(exam__wrong_rate=0.2)
    assert updated(PINNED, risen, ["exam/wrong_rate"]).ceilings == {"exam/wrong_rate": 0.2}


def test_lowering_needs_a_reason_in_the_run() -> None:
    with pytest.raises(UsageError, match="--lower exam/accuracy: it is not worse than pinned"):
        updated(PINNED, RUN, ["exam/accuracy"])


def test_a_measure_that_is_gone_can_only_be_dropped_by_name() -> None:
    gone = with_values(exam__accuracy=None)
    with pytest.raises(UsageError, match="the run gives none"):
        updated(PINNED, gone)
    assert "exam/accuracy" not in updated(PINNED, gone, ["exam/accuracy"]).floors


def test_nothing_is_pinned_from_a_run_that_lacks_items() -> None:
    with pytest.raises(UsageError, match="1 judged items are not in the run"):
        updated(PINNED, replace(RUN, missing={"exam": ["s1"]}))


@pytest.fixture
def plan(kit: SimpleNamespace) -> Plan:
    exam = tuple(kit.exam(f"t{i}", "true_false", "店铺不肯开票的,每次记3点。", True) for i in range(4))
    asked = (kit.question("a", "店铺不肯开票的记几点", "每次记3点"), kit.question("b", "包裹多久交出", "36小时"))
    return Plan(("exam", "retrieval", "answers"), exam, asked, asked)


def test_a_run_is_measured_on_the_plan_and_not_on_what_it_says(world: Any, plan: Plan) -> None:
    results = run_plan(plan, world)
    whole = measured(plan, results, world)
    assert whole.values["exam/accuracy"] == whole.values["retrieval/R@1"] == 1.0
    assert not any(whole.missing.values())
    # The run drops its second question and three exam items, and still claims the old measures.
    cut: list[EvalResult] = [replace(r, per_item=r.per_item[:1]) for r in results]
    part = measured(plan, cut, world)
    assert part.values["exam/accuracy"] == 0.25
    assert part.values["retrieval/R@1"] == part.values["answers/evidence_cited"] == 0.5
    assert part.missing["exam"] == ["t1", "t2", "t3"]
    assert part.judged == whole.judged
    nothing = measured(plan, [], world)
    assert nothing.missing["retrieval"] == ["a", "b"]
    assert nothing.values["retrieval/MRR"] == 0.0


def test_the_baseline_survives_a_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    write_baseline(path, PINNED)
    assert read_baseline(path) == PINNED
    path.write_text("{}")
    assert read_baseline(path) == Baseline()


@pytest.mark.parametrize("text", ["", "[", '{"format": 9}', '{"format": 1, "flours": {}}', "null"])
def test_a_damaged_baseline_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"b\.json"):
        read_baseline(path)


def test_the_pinned_baseline_is_of_the_items_at_hand() -> None:
    baseline = read_baseline(BASELINE)
    if baseline.items:
        assert baseline.items == item_files()
    names = {f"{s}/{m}" for table in (gate.HIGH, gate.LOW) for s in table for m in table[s]}
    assert set(baseline.floors) | set(baseline.ceilings) <= names


def test_the_command(tmp_path: Path, world: Any, plan: Plan, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(gate, "open_systems", lambda corpus, told: world)
    monkeypatch.setattr(gate, "make_plan", lambda *_: plan)
    few = tmp_path / "pairs.jsonl"
    few.write_text("".join(gate.CONFLICT_ITEMS.read_text("utf-8").splitlines(keepends=True)[:3]), encoding="utf-8")
    monkeypatch.setattr(gate, "CONFLICT_ITEMS", few)
    path = tmp_path / "baseline.json"
    path.write_text("{}")
    with_path = ["--baseline", str(path)]
    assert gate.main(with_path) == 1  # nothing is pinned yet, not even the corpus
    assert "corpus digest: pinned None" in capsys.readouterr().out
    assert gate.main([*with_path, "--update"]) == 0
    assert gate.main(with_path) == 0
    assert "measures hold" in capsys.readouterr().out
    row = json.loads(path.read_text())
    row["floors"]["exam/citation_exact"] = 1.1
    path.write_text(json.dumps(row))
    assert gate.main(with_path) == 1
    assert gate.main([*with_path, "--update"]) == 2
    assert "--lower exam/citation_exact" in capsys.readouterr().err
    assert json.loads(path.read_text()) == row
    assert gate.main([*with_path, "--update", "--lower", "exam/citation_exact"]) == 0
    assert gate.main(with_path) == 0
    with pytest.raises(SystemExit) as wrong:
        gate.main([*with_path, "--lower", "x"])
    assert wrong.value.code == 2


def test_slack_forgives_a_tie_between_machines_and_no_more() -> None:
    assert problems(PINNED, with_values(retrieval__R_at_5=0.89), slack=0.015) == []
    assert problems(PINNED, with_values(retrieval__R_at_5=0.88), slack=0.015) != []
    assert updated(PINNED, RUN).floors["retrieval/R@5"] == 0.9
