"""What is looked at in sentences: in one fixed order, since weights are multiplied by place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evidence import FEATURES, EvidenceFinder, evidence_weights
from bot.question import read_question
from bot.vocabulary import key_terms
from tests.bot.desks import make_desk


@pytest.mark.parametrize("question", ["天猫顾客刷信用卡可以另外收手续费吗?", "天猫延迟发货超过72小时要赔多少"])
def test_a_score_is_the_weighted_sum_of_what_is_looked_at(tmp_path: Path, question: str) -> None:
    desk = make_desk(tmp_path)
    read = read_question(question)
    hits = desk.retriever.search(read.query, 5)
    weights = evidence_weights()
    finder = EvidenceFinder(desk.retriever.articles, desk._opened.reader._vocabulary)
    found = finder.find(read, hits)
    assert len(found) == sum(len(h.units) for h in hits) > 5
    assert [e.score for e in found] == sorted((e.score for e in found), reverse=True)
    for evidence in found:
        assert tuple(evidence.features) == FEATURES
        by_name = weights["bias"] + sum(weights[name] * value for name, value in evidence.features.items())
        assert evidence.score == pytest.approx(by_name)
        assert evidence.own == pytest.approx(finder.share(read.terms, key_terms(evidence.text)))
