"""The learned verdict: it decides between the rules' readings, stays silent where it doubts, and knows asking, not topics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.question import read_question
from bot.verdict import Decision, SentenceContext, decide
from bot.verdict_cues import cues_of
from bot.verdict_learned import Learned, learned, weighed
from bot.vocabulary import Vocabulary

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "test_verdict_cases.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary({}, [])


def test_most_plain_cases_are_decided_rightly_and_few_the_wrong_way_round(vocabulary: Vocabulary) -> None:
    right = wrong = 0
    for case in CASES:
        question = read_question(case["question"])
        contexts = [SentenceContext(case["sentence"], case["lead"])]
        verdict = weighed(decide(question, contexts, vocabulary), question, contexts).verdict
        right += verdict is not None and verdict == case["verdict"]
        wrong += verdict is not None and verdict != case["verdict"]
    assert right >= 0.6 * len(CASES)
    assert wrong <= 0.08 * len(CASES)


@pytest.mark.parametrize(("weight", "verdict"), [(2.0, "no"), (-2.0, "yes"), (0.2, None)])
def test_a_strong_opinion_decides_and_a_weak_one_is_silent(
    weight: float, verdict: str | None, vocabulary: Vocabulary
) -> None:
    question = read_question("可以向买家收手续费吗?")
    contexts = [SentenceContext("商家不得向买家收取手续费。")]
    decision = decide(question, contexts, vocabulary)
    assert decision.readings
    assert weighed(decision, question, contexts, Learned({"rules": weight}, 0.5)).verdict == verdict


def test_without_a_reading_nothing_decides(vocabulary: Vocabulary) -> None:
    question = read_question("可以退吗")
    assert weighed(Decision(None), question, [SentenceContext("欢迎光临。")], Learned({"bias": 9.0}, 0.5)).verdict is None


def test_what_leaves_the_matter_open_is_left_alone() -> None:
    decision = Decision("depends", 0.7, 0, "open")
    assert weighed(decision, read_question("可以退吗"), [SentenceContext("由商家自行决定。")]) is decision


def test_cues_are_of_asking_and_not_of_the_matter() -> None:
    assert cues_of(read_question("发票可以不开吗?")) == cues_of(read_question("包裹可以不寄吗?"))
    assert cues_of(read_question("Can I refuse the invoice?")) == cues_of(read_question("Can I refuse the parcel?"))
    assert not [name for name in learned().weights if "发票" in name or "invoice" in name]
