"""Rules that disagree are found with both sides and their dates; rules that only look alike are left alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.conflicts.finder import ConflictIndex, CorpusConflict, find_conflicts
from bot.figures import figures_in
from ingest.articles import Article, Passage
from ingest.identity import Shelf
from ingest.passages import split_article
from ingest.pipeline import parse_file
from ingest.saved_pages import parse_saved_page

_CASES = [json.loads(line) for line in (Path(__file__).parent / "conflict_cases.jsonl").read_text("utf-8").splitlines()]
_PAGES = os.environ.get("RULEDESK_PAGES")
_RULEBOOK = Path(__file__).parents[2] / "corpus" / "rulebook"
_FOUR = "一、发票 拒绝给买家开票的，每次扣4分。 二、抬头 照买家写的开。"
_SIX = "1、店铺拒不开票，一经认定每次扣6分。 2、邮费由商家承担。"


def _article(at: int, text: str, published: str | None = "2023-01-01", **other: Any) -> Article:
    fields: dict[str, Any] = {"kind": "rules", "title": f"客服手册{at}", "platforms": ("天猫",), **other}
    return Article(article_id=f"a{at}", published=published, url=None, sources=("test",), text=text, **fields)


def _find(*articles: Article, limit: int | None = None) -> list[CorpusConflict]:
    return find_conflicts(articles, [p for a in articles for p in split_article(a)], limit)


def _case_articles(case: dict[str, Any]) -> list[Article]:
    return [
        _article(i, a["text"], a["published"], title=a["title"], platforms=tuple(a["platforms"]))
        for i, a in enumerate(case["articles"])
    ]


@pytest.mark.parametrize("case", _CASES, ids=lambda c: c["id"])
def test_cases(case: dict[str, Any]) -> None:
    articles = _case_articles(case)
    found = _find(*articles)
    assert bool(found) is case["conflict"]
    for conflict in found:
        texts = {a.article_id: a.text for a in articles}
        assert all(texts[s.article_id][s.start : s.end] == s.text for s in conflict.sides)
        assert len({s.article_id for s in conflict.sides}) == 2
    if case["conflict"]:
        assert found[0].prefer is not None
        assert found[0].sides[found[0].prefer].published == case["prefer"]
        told = {f.key for s in found[0].sides for f in figures_in(s.text)}
        assert all(f.key in told for figure in case["figures"] for f in figures_in(figure))


@pytest.mark.parametrize("case", [c for c in _CASES if c["conflict"]], ids=lambda c: c["id"])
def test_a_copy_or_another_platform_is_no_conflict(case: dict[str, Any]) -> None:
    first, second = _case_articles(case)
    assert _find(first, _article(7, first.text, "2024-01-01", platforms=first.platforms)) == []
    elsewhere = "快手" if "快手" not in first.platforms else "抖音"
    assert _find(first, _article(8, second.text, platforms=(elsewhere,))) == []


def test_the_order_of_articles_does_not_matter() -> None:
    one, other = _article(1, _FOUR, "2022-01-01"), _article(2, _SIX, "2023-01-01")
    assert _find(one, other) == _find(other, one)


@pytest.mark.parametrize(
    ("one", "other", "preferred"),
    [
        ("2022-01-01", "2023-01-01", "2023-01-01"),
        ("2023-05-01", "2022-01-01", "2023-05-01"),
        ("2022-01-01", "2022-01-01", None),
        ("2022-01-01", None, None),
        (None, None, None),
    ],
)
def test_the_newer_is_preferred_where_dates_decide(one: str | None, other: str | None, preferred: str | None) -> None:
    (found,) = _find(_article(1, _FOUR, one), _article(2, _SIX, other))
    assert found.to_json()["prefer"] == preferred


def test_json_has_the_fields_of_the_contract() -> None:
    (found,) = _find(_article(1, _FOUR, "2022-01-01"), _article(2, _SIX, "2023-01-01"))
    row = found.to_json()
    assert list(row) == ["topic", "platforms", "sides", "prefer"]
    assert list(row["sides"][0]) == ["article_id", "title", "platform", "published", "start", "end", "text"]
    assert row["platforms"] == ["天猫"]
    assert "扣分" in row["topic"] and "票" in row["topic"]
    assert json.loads(json.dumps(row)) == row


def test_three_articles_of_one_matter_are_one_conflict() -> None:
    third = _article(3, "客服拒绝开发票的，每次扣6分。", "2021-06-01")
    (found,) = _find(_article(1, _FOUR, "2022-01-01"), _article(2, _SIX, "2023-01-01"), third)
    assert [s.article_id for s in found.sides] == ["a2", "a1", "a3"]
    assert found.prefer == 0


def test_an_article_that_tells_two_cases_apart_does_not_contradict_its_twin() -> None:
    both = "一、买家未发货时申请退款，24小时内处理。 二、已发货的退款申请，48小时内处理。"
    assert _find(_article(1, both), _article(2, both.replace("一、", "1、").replace("二、", "2、"))) == []


def test_exams_state_no_rules() -> None:
    assert _find(_article(1, _FOUR), _article(2, _SIX, kind="exam")) == []


def test_limit_and_emptiness() -> None:
    assert _find(_article(1, _FOUR), _article(2, _SIX), limit=0) == []
    assert find_conflicts([], []) == []
    assert _find(_article(1, "   "), _article(2, "。")) == []


def test_the_index_knows_which_cited_words_take_part() -> None:
    articles = [_article(1, _FOUR, "2022-01-01"), _article(2, _SIX, "2023-01-01")]
    passages: list[Passage] = [p for a in articles for p in split_article(a)]
    index = ConflictIndex(find_conflicts(articles, passages))
    at = _FOUR.index("拒绝给买家开票")
    assert index.touching("a1", at, at + 5) == list(index.conflicts)
    title = _FOUR.index("抬头")
    assert index.touching("a1", title, len(_FOUR)) == []
    assert index.touching("unknown", 0, 9) == []


def test_the_rulebook_contradicts_itself_only_where_its_sources_do() -> None:
    shelf = Shelf((), {})
    for path in sorted(_RULEBOOK.glob("*.md")):
        shelf.put(path.name, parse_file(path.read_bytes(), path.name))
    articles = list(shelf.result())
    index = ConflictIndex(_find(*articles))
    (found,) = index.conflicts
    assert "信用卡" in found.topic and found.prefer == 0
    assert [s.published for s in found.sides] == ["2023-09-28", "2023-06-26"]
    assert ["扣4分" in found.sides[0].text, "扣6分" in found.sides[1].text] == [True, True]
    # An answer that cites either rule shows both.
    assert all(index.touching(s.article_id, s.start, s.end) == [found] for s in found.sides)


@pytest.mark.seeds
@pytest.mark.skipif(not _PAGES, reason="RULEDESK_PAGES names no folder with the saved pages")
def test_the_saved_pages_hold_one_conflict() -> None:
    shelf = Shelf((), {})
    for path in sorted(Path(str(_PAGES)).glob("0*.txt")):
        shelf.put(path.name, parse_saved_page(path.read_text("utf-8"), path.name))
    (found,) = _find(*shelf.result())
    assert "信用卡" in found.topic
    assert [s.published for s in found.sides] == ["2023-09-28", "2023-06-26"]
    assert ["4分" in found.sides[0].text, "6分" in found.sides[1].text] == [True, True]


@pytest.mark.parametrize(
    ("plain", "one", "other"),
    [
        (
            ("寄修的邮费由店铺承担。", "寄修的邮费由买家承担。"),
            "保内寄修的邮费由店铺承担。",
            "过保寄修的邮费由买家承担。",
        ),
        (
            ("物流补偿最高批100元。", "物流补偿最高批500元。"),
            "组长处理的物流补偿最高批100元。",
            "主管处理的物流补偿最高批500元。",
        ),
        (("拒绝开发票的扣4分。", "拒绝开发票的扣6分。"), "拒绝开发票的扣4分，这条早就作废了。", "拒绝开发票的扣6分。"),
    ],
)
def test_other_circumstances_and_what_holds_no_longer_are_no_conflict(
    plain: tuple[str, str], one: str, other: str
) -> None:
    assert len(_find(_article(1, plain[0]), _article(2, plain[1]))) == 1
    assert _find(_article(1, one), _article(2, other)) == []
