"""The judge of conflicts: which lines it weighs, what it drops of the finder's, what it adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bot.conflicts import judge as judging
from bot.conflicts.finder import CorpusConflict, find_conflicts
from bot.conflicts.judge import Judge, candidates, nearest_of, side_of, spoken_of
from bot.conflicts.told import other_figures
from eval.contradiction_training import read_lines
from index.pairs import PairTokens
from ingest.articles import Article
from ingest.passages import split_article

_OFFICIAL = "买家申请仅退款的，商家应在四十八小时内处理。处理结果以站内信告知买家。"
_SPOKEN = "客人点了只退钱，咱们有三天时间慢慢看。别急着同意。"


def _article(at: int, text: str, **other: Any) -> Article:
    fields: dict[str, Any] = {"platforms": ("天猫",), "published": f"202{at}-01-01", "title": f"手册{at}", **other}
    return Article(article_id=f"a{at}", kind="rules", url=None, sources=("test",), text=text, **fields)


class _Network:
    """Believes that two sentences contradict each other where they hold the given words."""

    def __init__(self, one: str, other: str) -> None:
        self.words = (one, other)
        self.read_pairs = 0

    def read(self, pairs: Sequence[tuple[PairTokens, PairTokens]]) -> Any:
        self.read_pairs += len(pairs)
        return np.array([[6.0, 6.0] if self._meet(*pair) else [-6.0, -6.0] for pair in pairs], np.float32)

    def _meet(self, one: PairTokens, other: PairTokens) -> bool:
        return [_spelt(one), _spelt(other)] in ([*map(_hash, self.words)], [*map(_hash, self.words[::-1])])


def _hash(text: str) -> float:
    return float(sum(map(ord, text)) % 997)


def _spelt(tokens: PairTokens) -> float:
    return float(tokens.vectors[tokens.own][0, 0])


def _tokens_of(texts: Sequence[str]) -> list[PairTokens]:
    return [PairTokens(np.full((3, 2), _hash(text), np.float32), np.ones(3, np.bool_)) for text in texts]


@pytest.fixture(autouse=True)
def _only_the_network_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"glance": {"one": 0.0, "alike": 1.0}, "read": {"one": 0.0, "contradict": 1.0}}
    monkeypatch.setattr(judging, "weights", lambda: {**table, "sure": {"probability": 0.9}})
    monkeypatch.setattr("bot.conflicts.judged.weights", lambda: {**table, "sure": {"probability": 0.9}})


def _find(judge: Judge, *articles: Article) -> list[CorpusConflict]:
    return find_conflicts(articles, [p for a in articles for p in split_article(a)], judge=judge)


def test_what_is_told_in_other_words_is_found_with_both_sides_and_the_newer_first() -> None:
    official, spoken = _OFFICIAL.split("。")[0] + "。", _SPOKEN.split("。")[0] + "。"
    found = _find(Judge(_Network(official, spoken), _tokens_of), _article(1, _OFFICIAL), _article(2, _SPOKEN))
    assert len(found) == 1
    assert [side.text for side in found[0].sides] == [spoken.rstrip("。") + "。", official]
    assert found[0].prefer == 0
    assert found[0].kind == "duration"


def test_what_words_find_stays_and_is_told_once() -> None:
    one, other = "拒绝开发票的，每次扣4分。", "拒绝开发票的，每次扣6分。"
    articles = [_article(1, one), _article(2, other)]
    passages = [p for a in articles for p in split_article(a)]
    (alone,) = find_conflicts(articles, passages)
    for network in (_Network("", ""), _Network(one, other)):
        assert find_conflicts(articles, passages, judge=Judge(network, _tokens_of)) == [alone]


def test_a_line_contradicts_another_article_in_one_place() -> None:
    twice = "客人点了只退钱，咱们有三天时间慢慢看。" * 2
    network = _Network(_OFFICIAL.split("。")[0] + "。", "客人点了只退钱，咱们有三天时间慢慢看。")
    (found,) = _find(Judge(network, _tokens_of), _article(1, _OFFICIAL), _article(2, twice))
    assert len(found.sides) == 2


def test_lines_of_other_platforms_never_meet() -> None:
    network = _Network(_OFFICIAL, _SPOKEN)
    judge = Judge(network, _tokens_of)
    assert _find(judge, _article(1, _OFFICIAL), _article(2, _SPOKEN, platforms=("京东",))) == []
    assert network.read_pairs == 0


def test_of_many_lines_only_those_that_share_words_are_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    articles = [_article(1, _OFFICIAL), _article(2, _SPOKEN)]
    told = read_lines(articles, [p for a in articles for p in split_article(a)])
    every = candidates(told)
    assert len(every) == len([t for t in told if t.line.article.article_id == "a1"]) * len(
        [t for t in told if t.line.article.article_id == "a2"]
    )
    monkeypatch.setattr(judging, "ALL", 0)
    assert set(candidates(told)) < set(every)


def test_only_kinds_that_both_tell_are_compared() -> None:
    articles = [_article(1, "超时未回复，罚款二十元，扣2分。"), _article(2, "超时未回复，罚款50块，扣两分。")]
    one, other = read_lines(articles, [p for a in articles for p in split_article(a)])
    assert other_figures(one, other) == (("money", ""),)


def test_the_nearest_are_nearest_both_ways() -> None:
    articles = [_article(1, "第一条不得收费。第二条应当退款。"), _article(2, "退款必须办理。")]
    told = read_lines(articles, [p for a in articles for p in split_article(a)])
    assert nearest_of({(0, 2): (0.0, 1.0), (1, 2): (0.0, 3.0)}, told) == {(1, 2)}


def test_a_side_is_title_line_before_and_line_each_cut() -> None:
    spoken = spoken_of("题", "", "句" * 500)
    assert len(spoken[2]) == 200
    tokens = {"题": PairTokens(np.zeros((90, 2), np.float32), np.ones(90, np.bool_))}
    tokens[spoken[2]] = replace(tokens["题"], vectors=np.ones((200, 2), np.float32), own=np.ones(200, np.bool_))
    side = side_of(spoken, tokens)
    assert len(side.vectors) == 30 + 110
    assert side.own.sum() == 110
    assert not side.own[:30].any()
