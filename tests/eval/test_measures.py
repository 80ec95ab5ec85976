"""Measures against hand arithmetic, and against ir_measures on random runs."""

from __future__ import annotations

import math

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import RR, Qrel, R, ScoredDoc, Success, nDCG

from eval.measures import (
    Estimate,
    exam_measures,
    is_opposite,
    mean_of,
    ndcg_at,
    per_query,
    proportion,
    ranking,
    recall_at,
    reciprocal_rank,
    refusal_measures,
    share_of,
    success_at,
    timings,
    verdict_measures,
)

NAMES = [f"p{i}" for i in range(14)]
RUNS = st.dictionaries(
    st.sampled_from(["q1", "q2", "q3", "q4"]), st.lists(st.sampled_from(NAMES), max_size=12, unique=True)
)
QRELS = st.dictionaries(
    st.sampled_from(["q1", "q2", "q3", "q4"]), st.sets(st.sampled_from(NAMES), min_size=1, max_size=6), min_size=1
)


def test_wilson_by_hand() -> None:
    # 8 of 10, z = 1.96: z^2 = 3.8415, centre (0.8 + 0.19207) / 1.38415 = 0.71674,
    # half 1.96 * sqrt(0.016 + 0.0096036) / 1.38415 = 1.96 * 0.16001 / 1.38415 = 0.22658
    got = proportion(8, 10)
    assert got is not None
    assert got.value == 0.8
    assert got.low == pytest.approx(0.4902, abs=2e-4)
    assert got.high == pytest.approx(0.9433, abs=2e-4)


def test_wilson_at_the_ends() -> None:
    # 0 of 20: high = z^2 / (n + z^2) = 3.8415 / 23.8415 = 0.1611; 20 of 20 mirrors it
    none, all_ = proportion(0, 20), proportion(20, 20)
    assert none is not None and all_ is not None
    assert (none.low, none.high) == (0.0, pytest.approx(0.1611, abs=1e-4))
    assert (all_.low, all_.high) == (pytest.approx(0.8389, abs=1e-4), 1.0)
    assert proportion(0, 0) is None


@pytest.mark.parametrize("successes,n", [(3, 2), (-1, 2), (1, 0)])
def test_a_proportion_lies_between_none_and_all(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{successes} successes of {n}"):
        proportion(successes, n)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_value(pair: tuple[int, int]) -> None:
    got = proportion(*pair)
    assert got is not None
    assert 0 <= got.low <= got.value <= got.high <= 1


def test_bootstrap_is_the_same_each_time_and_covers_the_mean() -> None:
    values = [0.0, 0.5, 1.0, 1.0, 0.25, 1.0, 0.2, 0.0]
    one, other = mean_of(values), mean_of(values)
    assert one == other
    assert one is not None
    assert one.value == pytest.approx(3.95 / 8)
    assert one.low < one.value < one.high
    # The normal interval with the same spread: sd 0.4197 (of the sample), 1.96 * 0.4197 / sqrt(8) = 0.291
    assert one.high - one.low == pytest.approx(2 * 0.291, abs=0.05)
    assert mean_of([]) is None
    assert mean_of([0.7]) == Estimate(0.7, 0.7, 0.7, 1)


def test_ranking_measures_by_hand() -> None:
    # gold b, d; retrieved a b c d: first gold at 2
    retrieved, gold = ["a", "b", "c", "d"], {"b", "d"}
    assert [success_at(retrieved, gold, k) for k in (1, 2, 3)] == [0.0, 1.0, 1.0]
    assert [recall_at(retrieved, gold, k) for k in (1, 2, 4)] == [0.0, 0.5, 1.0]
    assert reciprocal_rank(retrieved, gold) == 0.5
    # gain 1/log2(3) + 1/log2(5) = 0.6309 + 0.4307 = 1.0616; ideal 1 + 0.6309 = 1.6309
    assert ndcg_at(retrieved, gold, 10) == pytest.approx(0.6509, abs=1e-4)
    # of the first 3 only b: 0.6309 / 1.6309
    assert ndcg_at(retrieved, gold, 3) == pytest.approx(0.3869, abs=1e-4)
    assert ndcg_at(retrieved, set(), 10) == recall_at(retrieved, set(), 10) == 0.0


def test_a_judged_query_that_the_run_lacks_counts_as_zero() -> None:
    qrels = {"q1": {"a"}, "q2": {"b"}}
    run = {"q1": ["a"], "q9": ["b"]}  # q2 is missing, q9 is not judged
    assert per_query(run, qrels, reciprocal_rank) == {"q1": 1.0, "q2": 0.0}
    got = ranking(run, qrels)
    assert got["R@1"].value == got["MRR"].value == got["nDCG@10"].value == 0.5
    assert got["MRR"].n == 2


@settings(max_examples=60, deadline=None)
@given(RUNS, QRELS)
def test_ranking_equals_ir_measures(run: dict[str, list[str]], qrels: dict[str, set[str]]) -> None:
    theirs_qrels = [Qrel(q, name, 1) for q, names in qrels.items() for name in names]
    theirs_run = [ScoredDoc(q, name, -float(rank)) for q, names in run.items() for rank, name in enumerate(names)]
    measures = [Success @ 1, Success @ 3, Success @ 5, Success @ 10, RR, nDCG @ 10, R @ 5]
    theirs = ir_measures.calc(measures, theirs_qrels, theirs_run)
    ours = ranking(run, qrels)
    for k in (1, 3, 5, 10):
        assert ours[f"R@{k}"].value == pytest.approx(theirs.aggregated[Success @ k])
    assert ours["MRR"].value == pytest.approx(theirs.aggregated[RR])
    assert ours["nDCG@10"].value == pytest.approx(theirs.aggregated[nDCG @ 10])
    recall = per_query(run, qrels, lambda r, q: recall_at(r, q, 5))
    assert math.fsum(recall.values()) / len(recall) == pytest.approx(theirs.aggregated[R @ 5])


def test_exam_measures_by_hand() -> None:
    # right, wrong, open, right; a row that says correct without an answer is no right answer
    got = exam_measures([True, True, False, True, False], [True, False, False, True, True])
    assert {name: e.value for name, e in got.items()} == {
        "accuracy": 0.4,
        "accuracy_answered": pytest.approx(2 / 3),
        "wrong_rate": 0.2,
        "coverage": 0.6,
    }
    assert got["accuracy_answered"].n == 3
    with pytest.raises(ValueError):
        exam_measures([True], [])


def test_refusals_by_hand() -> None:
    # refused: 1 answerable, 2 unanswerable; answered: 3 answerable, 1 unanswerable
    refused = [True, True, True, False, False, False, False]
    answerable = [True, False, False, True, True, True, False]
    got = refusal_measures(refused, answerable)
    assert {name: e.value for name, e in got.items()} == {
        "refusal_precision": pytest.approx(2 / 3),
        "refusal_recall": pytest.approx(2 / 3),
        "answerable_lost": 0.25,
    }
    assert "refusal_precision" not in refusal_measures([False], [True])


def test_verdicts_by_hand() -> None:
    got = verdict_measures(["yes", "no", None, "depends", "yes"], ["yes", "yes", "no", "no", None])
    assert got["verdict_accuracy"].value == 0.25
    assert got["opposite_rate"].value == 0.25
    assert is_opposite("no", "yes")
    assert not is_opposite(None, "yes")
    assert not is_opposite("depends", "yes")


def test_shares_and_timings() -> None:
    assert share_of([]) is None
    assert timings([]) == {}
    # 1..20: the median lies between 10 and 11, the 95th percentile at 0.95 * 19 = 18.05 above the first
    assert timings(range(1, 21)) == {"ms_median": 10.5, "ms_p95": pytest.approx(19.05)}
