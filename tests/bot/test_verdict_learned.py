"""The second opinion on verdicts: it can only take a verdict away, and it knows asking, not topics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.question import read_question
from bot.verdict import Decision, SentenceContext, decide
from bot.verdict_cues import cues_of
from bot.verdict_learned import Learned, confirmed, learned
from bot.vocabulary import Vocabulary

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "test_verdict_cases.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary({}, [])


def test_a_confirmed_verdict_is_the_rules_own_or_none(vocabulary: Vocabulary) -> None:
    kept = 0
    for case in CASES:
        question = read_question(case["question"])
        contexts = [SentenceContext(case["sentence"], case["lead"])]
        decision = decide(question, contexts, vocabulary)
        after = confirmed(decision, question, contexts)
        assert after.verdict in (decision.verdict, None)
        kept += after.verdict is not None
    assert kept >= 0.6 * sum(case["verdict"] is not None for case in CASES)


@pytest.mark.parametrize(("verdict", "opinion", "trusted"), [
    ("yes", 0.6, True), ("yes", 0.4, False), ("yes", -2.0, False), ("no", -0.6, True), ("no", 0.6, False),
])  # fmt: skip
def test_an_opinion_must_be_as_strong_as_the_threshold(verdict: str, opinion: float, trusted: bool) -> None:
    assert Learned({}, 0.5).trusts(verdict, opinion) is trusted


def test_what_leaves_the_matter_open_is_left_alone() -> None:
    decision = Decision("depends", 0.7, 0, "open")
    assert confirmed(decision, read_question("可以退吗"), [SentenceContext("由商家自行决定。")]) is decision


def test_cues_are_of_asking_and_not_of_the_matter() -> None:
    assert cues_of(read_question("发票可以不开吗?")) == cues_of(read_question("包裹可以不寄吗?"))
    assert cues_of(read_question("Can I refuse the invoice?")) == cues_of(read_question("Can I refuse the parcel?"))
    assert not [name for name in learned().weights if "发票" in name or "invoice" in name]
