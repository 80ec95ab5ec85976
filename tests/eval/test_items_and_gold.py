"""Items of the project and of anybody; evidence found in whatever corpus is given."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.gold import Evidence, GoldFinder, Span, holds, relevant, shares
from eval.items import (
    load_conflicts,
    load_drafts,
    load_exam,
    load_questions,
    select,
    suites_of,
)
from eval.systems import STARTER
from ingest.articles import Article
from ingest.errors import UsageError

LOADERS = {"exam": load_exam, "questions": load_questions, "drafts": load_drafts, "conflicts": load_conflicts}


def write(tmp_path: Path, *rows: Any, name: str = "items.jsonl") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["exam", "exam_reworded", "questions", "followups", "drafts", "conflicts"])
def test_the_projects_own_files_load(name: str) -> None:
    path = STARTER / f"{name}.jsonl"
    kind = {"exam_reworded": "exam", "followups": "questions"}.get(name, name)
    cases = LOADERS[kind](path)
    assert len(cases) == len(path.read_text(encoding="utf-8").splitlines())
    assert {c.source for c in cases} == {name}


def test_support_is_told_apart_from_silence_about_it(tmp_path: Path) -> None:
    base = {"type": "true_false", "stem": "甲", "answer": True}
    path = write(
        tmp_path,
        {"id": "a", **base},
        {"id": "b", **base, "evidence": None},
        {"id": "c", **base, "evidence": [{"article_id": "x", "quote": "乙"}]},
        {"id": "d", **base, "gold": [{"date": "2024-03-01", "snippet": "丙"}]},
    )
    assert [c.supported for c in load_exam(path)] == [None, False, True, True]


def test_a_question_needs_little(tmp_path: Path) -> None:
    (case,) = load_questions(write(tmp_path, {"id": 7, "question": "Can I refuse?", "gold": [{"snippet": "不得"}]}))
    assert (case.id, case.language, case.answerable, case.verdict, case.platform) == ("7", "en", True, None, None)
    assert case.evidence == (Evidence("不得"),)


def test_a_question_with_empty_evidence_is_unanswerable(tmp_path: Path) -> None:
    path = write(tmp_path, {"id": "a", "question": "吃了吗", "evidence": []}, {"id": "b", "question": "吃了吗"})
    assert [c.answerable for c in load_questions(path)] == [False, True]


def test_platforms_are_read_by_any_of_their_names(tmp_path: Path) -> None:
    rows = [{"id": name, "question": "q", "platform": name} for name in ("Tmall", "X")]
    path = write(tmp_path, *rows)
    assert [c.platform for c in load_questions(path)] == ["天猫", "X"]


@pytest.mark.parametrize(
    "kind,row,why",
    [
        ("exam", "{", "line 1: no JSON"),
        ("exam", "[1]", "line 1: list is no object"),
        ("exam", {"id": "a", "type": "true_false", "stem": "s"}, "the field 'answer' is missing"),
        ("exam", {"id": "a", "type": "true_false", "stem": "s", "answer": "对"}, "must be true or false"),
        ("exam", {"id": "a", "type": "essay", "stem": "s", "answer": "x"}, "type 'essay' is not"),
        ("exam", {"id": "a", "type": "single_choice", "stem": "s", "options": {}, "answer": "B"}, "none of its"),
        ("questions", {"id": "a"}, "the field 'question' is missing"),
        ("questions", {"id": "a", "question": " "}, "must be text"),
        ("questions", {"id": "a", "question": "q", "verdict": "maybe"}, "verdict 'maybe' is none of"),
        ("questions", {"id": "a", "question": "q", "split": "test"}, "split 'test' is none of"),
        ("questions", {"id": "a", "question": "q", "figures": "6分"}, "must be a list of strings"),
        ("questions", {"id": "a", "question": "q", "evidence": [{"page": 1}]}, "neither quote nor snippet"),
        ("drafts", {"id": "a", "draft": "d", "ok": True, "labels": ["leak"]}, "ok is true but labels are leak"),
        ("drafts", {"id": "a", "draft": "d", "ok": "yes"}, "must be true or false"),
        ("conflicts", {"id": "a", "articles": [], "conflict": True}, "needs two"),
    ],
)
def test_a_mistake_is_told_in_one_line(tmp_path: Path, kind: str, row: Any, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        LOADERS[kind](write(tmp_path, row))
    assert why in str(caught.value)
    assert "items.jsonl, line 1" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_exam(tmp_path / "no.jsonl")
    with pytest.raises(UsageError, match="no items"):
        load_exam(write(tmp_path, " "))
    (tmp_path / "gb.jsonl").write_bytes("发票".encode("gb18030"))
    with pytest.raises(UsageError, match="not UTF-8"):
        load_exam(tmp_path / "gb.jsonl")
    row = {"id": "a", "question": "q"}
    with pytest.raises(UsageError, match="line 2: id 'a' stands twice"):
        load_questions(write(tmp_path, row, row))


def test_suites_are_told_from_the_items(tmp_path: Path) -> None:
    assert suites_of(write(tmp_path, {"stem": "s"})) == ("exam",)
    assert suites_of(write(tmp_path, {"question": "q"})) == ("retrieval", "answers")
    assert suites_of(write(tmp_path, {"draft": "d"})) == ("check",)
    with pytest.raises(UsageError, match="none of stem, question, draft"):
        suites_of(write(tmp_path, {"id": "a"}))


def test_an_empty_half_is_wrong_usage(tmp_path: Path) -> None:
    cases = load_questions(write(tmp_path, {"id": "a", "question": "q", "split": "development"}))
    assert select(cases, "all") == select(cases, "development") == cases
    with pytest.raises(UsageError, match="no items of split 'held_out' among 1"):
        select(cases, "held_out")


def test_gold_is_looked_for_in_its_article_then_its_date_then_anywhere(kit: SimpleNamespace) -> None:
    finder = GoldFinder(
        [
            kit.article("one", "甲乙丙丁。", published="2024-01-01"),
            kit.article("two", "前甲乙丙丁。", published="2024-02-02"),
            kit.article("exam", "甲乙丙丁。", kind="exam"),
        ]
    )
    assert finder.spans(Evidence("甲乙丙丁", article_id="two")) == (Span("two", 1, 5),)
    assert finder.spans(Evidence("甲乙丙丁", date="2024-02-02")) == (Span("two", 1, 5),)
    everywhere = (Span("one", 0, 4), Span("two", 1, 5))
    assert finder.spans(Evidence("甲乙丙丁")) == everywhere
    assert finder.spans(Evidence("甲乙丙丁", article_id="gone", date="1999-01-01")) == everywhere
    assert finder.spans(Evidence("前甲", article_id="one")) == ()


@pytest.mark.parametrize("snippet", ["每单赔 5 元", "每单赔５元", "每单\n赔5元"])
def test_width_and_white_space_do_not_hide_gold(kit: SimpleNamespace, snippet: str) -> None:
    article = kit.article("a", "逾期的，每单赔5元。")
    (span,) = GoldFinder([article]).spans(Evidence(snippet))
    assert article.text[span.start : span.end] == "每单赔5元"


@pytest.mark.parametrize("snippet", ["每单赔6元", "每单不赔5元", "每单赔5"[::-1]])
def test_a_changed_word_is_another_rule(kit: SimpleNamespace, snippet: str) -> None:
    assert GoldFinder([kit.article("a", "逾期的，每单赔5元。")]).spans(Evidence(snippet)) == ()


@given(st.text("甲乙丙ＡA1 \n，,", min_size=1, max_size=30), st.data())
def test_any_cut_of_an_article_is_found_at_its_place(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article = Article("a", "rules", "a", (), None, None, ("a",), text)
    spans = GoldFinder([article]).spans(Evidence(text[start:end]))
    if text[start:end].strip():
        squeezed = "".join(text[start:end].split())
        assert any("".join(text[s.start : s.end].split()).casefold() for s in spans)
        assert any(s.start <= start + len(text[start:end]) and start <= s.end for s in spans), squeezed
    else:
        assert spans == ()


def test_what_holds_shares_and_is_relevant() -> None:
    gold = Span("a", 10, 20)
    assert holds(Span("a", 10, 20), gold)
    assert not holds(Span("a", 11, 40), gold)
    assert not holds(Span("b", 0, 40), gold)
    # half of the shorter one: 15..20 is 5 of the citation's 10
    assert shares(Span("a", 15, 25), gold)
    assert not shares(Span("a", 16, 26), gold)
    assert shares(Span("a", 12, 14), gold)
    pieces = {"p": Span("a", 0, 14), "q": Span("a", 14, 40), "r": Span("b", 0, 40)}
    assert relevant(pieces, [Span("a", 15, 20)]) == {"q"}
    # cut through: 4 characters in p, 6 in q
    assert relevant(pieces, [gold]) == {"q"}
    assert relevant(pieces, [Span("c", 0, 3)]) == set()
    assert relevant(pieces, [Span("a", 90, 95)]) == set()
