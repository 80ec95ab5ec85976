"""Answers that are kept: the same ones, only sooner; never those of another index, day, platform or conversation."""

from __future__ import annotations

import gc
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from bot.answer_cache import AnswerCache, weight_of
from bot.answers import Answer
from bot.desk import Desk
from bot.desk_api import Turn
from index.building import build_index
from ingest.errors import UsageError
from ingest.pipeline import ingest
from tests.bot.desks import ARTICLES, CARD, Row, write_pages
from tests.index.hashing import HashingEncoder

QUESTION = "天猫顾客刷信用卡可以另外收手续费吗?"
ENCODERS = [HashingEncoder(dimension=64)]
EMPTY = Answer("", None, "zh", None, True, "", "", (), (), (), None, (), {})


class Clock:
    """A day that can be turned."""

    def __init__(self) -> None:
        self.day = date(2024, 6, 1)

    def __call__(self) -> date:
        return self.day


def indexed(home: Path, rows: tuple[Row, ...] = ARTICLES) -> Path:
    ingest([str(write_pages(home / "pages", rows))], home / "corpus")
    build_index(home / "corpus", encoders=ENCODERS)
    return home / "corpus"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return indexed(tmp_path_factory.mktemp("cached"))


@pytest.fixture
def desk(corpus: Path) -> Desk:
    return Desk.open(corpus, encoders=ENCODERS, cache=AnswerCache())


def seen(desk: Desk) -> tuple[int, int]:
    counts = desk.cache_counts()
    assert counts is not None
    return counts.hits, counts.misses


def without_times(answer: Answer) -> Answer:
    return replace(answer, timings_ms={}, id=None)


def test_a_kept_answer_is_the_computed_one_with_its_own_times_and_id(desk: Desk, corpus: Path) -> None:
    first = desk.ask(QUESTION, item_id="a")
    again = desk.ask(f" {QUESTION} ", item_id="b")
    assert seen(desk) == (1, 1)
    assert (first.id, again.id, desk.ask(QUESTION).id) == ("a", "b", None)
    computed = Desk.open(corpus, encoders=ENCODERS).ask(QUESTION)
    assert without_times(first) == without_times(again) == without_times(computed)
    assert set(again.timings_ms) == set(first.timings_ms)
    assert 0 < again.timings_ms["total"] < first.timings_ms["total"]
    assert again.timings_ms["read"] == 0.0 and again.timings_ms["retrieve"] == again.timings_ms["total"]


@pytest.mark.parametrize(
    ("platform", "top", "question"), [("天猫", 5, QUESTION), (None, 4, QUESTION), (None, 5, QUESTION + "!")]
)
def test_platform_number_of_hits_and_words_are_questions_of_their_own(
    desk: Desk, platform: str | None, top: int, question: str
) -> None:
    desk.ask(QUESTION)
    assert len(desk.ask(question, platform, (), top).hits) <= top
    assert seen(desk) == (0, 2)


def test_history_counts_by_what_it_makes_of_the_question(desk: Desk) -> None:
    told = [Turn("天猫不开发票会怎样", "扣6分[1]")]
    of_the_invoice = desk.ask("会扣几分呢", None, told)
    of_the_card = desk.ask("会扣几分呢", None, [Turn("天猫刷信用卡收手续费会怎样", "扣6分[1]")])
    assert seen(desk) == (0, 2)
    assert of_the_invoice.citations[0].article_id == "invoice"
    assert of_the_card.citations[0].article_id == "card"
    desk.ask("会扣几分呢", None, [Turn("天猫不开发票会怎样", "说法不同,问题一样")])
    desk.ask(QUESTION, None, told)
    desk.ask(QUESTION)  # stands alone, whatever was asked before it
    assert seen(desk) == (2, 3)


def test_a_new_index_answers_anew(tmp_path: Path) -> None:
    corpus = indexed(tmp_path)
    desk = Desk.open(corpus, encoders=ENCODERS, cache=AnswerCache())
    assert "6分" in desk.ask(QUESTION).text
    stricter = (*CARD[:4], CARD[4].replace("扣6分", "扣12分"))
    indexed(tmp_path, (stricter, *ARTICLES[1:]))
    assert desk.refresh()
    counts = desk.cache_counts()
    assert counts is not None and counts.answers == counts.bytes == 0, "what the old index said is given back"
    assert "12分" in desk.ask(QUESTION).text
    assert seen(desk) == (0, 2)


def test_a_new_day_answers_anew(corpus: Path) -> None:
    clock = Clock()
    desk = Desk(corpus, ENCODERS, AnswerCache(), clock)
    assert "较早" not in desk.ask(QUESTION).text
    clock.day = date(2029, 6, 1)
    assert "较早" in desk.ask(QUESTION).text, "five years on, the age of the rule has to be told"
    assert seen(desk) == (0, 2)


def test_an_error_is_not_kept(desk: Desk) -> None:
    cache = AnswerCache()
    with pytest.raises(ZeroDivisionError):
        cache.get("k", lambda: replace(EMPTY, text=str(1 // 0)))
    answer, computed = cache.get("k", lambda: replace(EMPTY, text="well"))
    assert (answer.text, computed) == ("well", True)
    for _ in range(2):
        with pytest.raises(UsageError, match="platform 'X'"):
            desk.ask(QUESTION, "X")
    assert seen(desk) == (0, 0)


@pytest.mark.parametrize("breaks", [False, True])
def test_the_same_question_at_once_is_answered_once(breaks: bool) -> None:
    cache, calls, gate = AnswerCache(), [], threading.Event()

    def compute() -> Answer:
        calls.append(1)
        assert gate.wait(10)
        if breaks:
            raise ValueError("broke")
        return replace(EMPTY, text="once")

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(cache.get, "k", compute) for _ in range(8)]
        until = time.monotonic() + 10
        while cache.counts().hits < 7:
            assert time.monotonic() < until
            time.sleep(0.005)
        gate.set()
        if breaks:
            assert [str(one.exception(10)) for one in asked] == ["broke"] * 8
        else:
            found = [one.result(10) for one in asked]
            assert {answer.text for answer, _ in found} == {"once"}
            assert sum(computed for _, computed in found) == 1
    assert len(calls) == 1
    assert cache.counts().answers == (0 if breaks else 1)


def test_the_number_of_answers_is_bounded_and_the_one_used_longest_ago_goes() -> None:
    cache = AnswerCache(most=3)
    for key in "abc":
        cache.get(key, lambda: EMPTY)
    cache.get("a", lambda: EMPTY)
    cache.get("d", lambda: EMPTY)
    assert [cache.get(key, lambda: EMPTY)[1] for key in "acd"] == [False, False, False]
    assert cache.get("b", lambda: EMPTY)[1], "b was used longest ago"
    assert cache.counts().answers == 3


def test_the_weight_of_answers_is_bounded() -> None:
    long = [replace(EMPTY, text=chr(0x4E00 + n) * 10_000) for n in range(20)]
    one = weight_of(long[0])
    assert 20_000 <= one < 23_000  # two bytes a character
    cache = AnswerCache(most_bytes=5 * 23_000)
    for number, answer in enumerate(long):
        cache.get(number, lambda answer=answer: answer)
        assert cache.counts().bytes <= 5 * 23_000
    assert cache.counts().answers == 5
    huge = replace(EMPTY, text="长" * 100_000)
    assert cache.get("huge", lambda: huge) == (huge, True)
    assert cache.counts().answers == 5, "one that fits in no way costs the others nothing"


@pytest.mark.parametrize(
    "question", [QUESTION, "天猫延迟发货要赔多少", "小红书店铺开发票要几天", "can I charge card fees on Tmall?"]
)
def test_an_answer_weighs_no_less_than_what_it_holds(desk: Desk, question: str) -> None:
    answer = desk.ask(question)
    assert all_of(answer) <= weight_of(answer) < 4 * all_of(answer)


def all_of(value: object) -> int:
    """The bytes of an object and of all that it holds."""
    seen: set[int] = set()
    heap, total = [value], 0
    while heap:
        one = heap.pop()
        if id(one) not in seen and not isinstance(one, type | ModuleType):
            seen.add(id(one))
            total += sys.getsizeof(one)
            heap.extend(gc.get_referents(one))
    return total


def test_whoever_opens_a_desk_to_measure_gets_computed_answers(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from eval import systems

    opened = systems.open_systems
    monkeypatch.setattr("index.retriever.load_encoders", lambda names: ENCODERS)
    measured = opened(corpus).desk
    assert isinstance(measured, Desk) and measured.cache_counts() is None
    first, again = measured.ask(QUESTION), measured.ask(QUESTION)
    assert again.timings_ms["read"] > 0 and without_times(first) == without_times(again)
