"""What a second reading of the best sentences changes: their order, whether it is answered, the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.answerable import read_as_answering
from bot.evidence import PairReading
from bot.question import read_question
from bot.second_reading import READ, SecondReading, pair_weights
from bot.verdict import Decision, SentenceContext
from bot.verdict_learned import second_reading, weighed
from tests.bot.desks import make_desk


class Likes:
    """A reader that likes some rows; `read_rows` are those that it was given."""

    def __init__(self, liked: dict[int, float]) -> None:
        self._liked = liked
        self.read_rows: list[int] = []

    def text_of(self, unit: int) -> int:
        return unit

    def read(self, question: str, units: Sequence[int]) -> np.ndarray:
        self.read_rows += units
        return np.array([(self._liked.get(u, -1.0), 0.5, -3.0) for u in units], np.float32).reshape(-1, 3)


def as_read(yes: float, depends: float = -3.0) -> PairReading:
    return PairReading(0.0, yes, depends)


@pytest.fixture
def found(tmp_path: Path):
    desk = make_desk(tmp_path)
    question = read_question("天猫延迟发货超过72小时要赔多少")
    evidence = desk._opened.reader._finder.find(question, desk.retriever.search(question.query, 6))
    assert len(evidence) > READ
    return question, evidence


def test_what_is_read_as_answering_moves_up(found) -> None:
    question, evidence = found
    third = evidence[2]
    read = SecondReading(Likes({third.row: 60.0})).weigh(question, evidence, {})  # type: ignore[arg-type]
    assert read[0].row == third.row
    assert read[0].alone == third.score
    # The others are read as -1, so it gains 60 - -1 times the weight.
    assert read[0].score == pytest.approx(third.score + 61 * pair_weights()["evidence"])
    assert [e.score for e in read] == sorted((e.score for e in read), reverse=True)


def test_only_the_best_are_read_and_each_once(found) -> None:
    question, evidence = found
    reader, memory = Likes({}), {}
    once = SecondReading(reader).weigh(question, evidence, memory)  # type: ignore[arg-type]
    again = SecondReading(reader).weigh(question, evidence[: READ + 1], memory)  # type: ignore[arg-type]
    assert len(reader.read_rows) == len(set(reader.read_rows)) == READ
    assert sum(e.pair is not None for e in once) == READ
    assert [e.row for e in again[:3]] == [e.row for e in once[:3]]


def test_what_was_not_read_is_believed_as_little_as_the_least(found) -> None:
    question, evidence = found
    reader = Likes({evidence[0].row: 2.0, evidence[1].row: -3.0})
    read = SecondReading(reader).weigh(question, evidence, {})  # type: ignore[arg-type]
    unread = [e for e in read if e.pair is None]
    assert unread
    assert all(e.score == e.alone for e in unread)
    by_row = {e.row: e for e in read}
    weight = pair_weights()["evidence"]
    assert by_row[evidence[0].row].score == pytest.approx(evidence[0].score + 5 * weight)  # 2 above -3
    assert by_row[evidence[1].row].score == pytest.approx(evidence[1].score)


def test_without_a_reader_nothing_changes(found) -> None:
    question, evidence = found
    assert SecondReading(None).weigh(question, evidence, {}) == evidence
    assert read_as_answering(evidence) is None


@pytest.mark.parametrize(
    ("contexts", "opinion"),
    [
        ([("甲", 2.0, 3.0)], 3.0),
        ([("甲", 2.0, 3.0), ("乙", 2.0, -1.0)], 1.0),  # equally believed: the mean
        ([("甲", 9.0, 3.0), ("乙", -9.0, -99.0)], 3.0),  # e^-18 of -99
        ([("甲", 2.0, None)], None),
        ([], None),
    ],
)
def test_a_sentence_speaks_as_far_as_it_is_believed(contexts, opinion) -> None:
    read = [SentenceContext(text, score=score, pair=yes and as_read(yes)) for text, score, yes in contexts]
    found = second_reading(read)
    assert (found and found.yes) == (None if opinion is None else pytest.approx(opinion, abs=1e-4))


@pytest.mark.parametrize(("yes", "verdict"), [(40.0, "yes"), (-40.0, "no"), (0.0, None)])
def test_where_no_clause_is_read_the_second_reading_decides_if_it_is_sure(yes: float, verdict: str | None) -> None:
    question = read_question("这样可以吗?")
    contexts = [SentenceContext("随到随办。", score=1.0, pair=as_read(yes))]
    assert weighed(Decision(None), question, contexts).verdict == verdict


def test_what_is_read_as_left_open_is_left_open() -> None:
    question = read_question("这样可以吗?")
    contexts = [SentenceContext("随到随办。", score=1.0, pair=as_read(40.0, depends=9.0))]
    assert weighed(Decision(None), question, contexts).verdict == "depends"


def test_what_the_rule_leaves_open_stays_open() -> None:
    question = read_question("可以不投保吗?")
    contexts = [SentenceContext("商家可以选择是否投保。", score=1.0, pair=as_read(-40.0))]
    assert weighed(Decision("depends"), question, contexts).verdict == "depends"


def test_the_judge_hears_the_best_of_the_first_three() -> None:
    class One:
        def __init__(self, answers: float) -> None:
            self.pair = PairReading(answers, 0.0, -3.0)

    assert read_as_answering([One(-1.0), One(0.5), One(-2.0), One(9.0)]) == 0.5  # type: ignore[list-item]
