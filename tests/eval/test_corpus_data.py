"""The benchmark data under corpus/: every quote stands in its article, every line is well-formed, the counts hold."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from eval.coverage import figures
from ingest.frontmatter import parse_markdown
from ingest.platforms import PLATFORMS

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
EXAMS = ("exam", "exam_reworded")
FILES = (*EXAMS, "questions", "followups", "drafts", "conflicts")
QUOTED = tuple(name for name in FILES if name != "conflicts")
SPLIT = {"development", "held_out"}
REASONS = {"other_platform", "other_topic", "small_talk", "injection", "near_miss"}
LABELS = {
    *("card_fee", "invoice_refused", "invoice_charge", "invoice_false_item", "invoice_false_amount", "invoice_title"),
    *("offline_payment", "offsite_contact", "close_order", "leak", "free_shipping", "absolute_terms", "cod_refused"),
    *("out_of_stock", "competitor", "abuse"),
}
ANSWER_MARK = re.compile(r"[(\uff08【\[]\s*(?:[A-E]|[√×✓✗XxVv]|对|错|正确|错误)\s*[)\uff09】\]]|答案\s*[:\uff1a]")
BLANK = "（\u3000）"


@cache
def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@cache
def article(article_id: str) -> tuple[dict[str, str], str]:
    """Front matter, and the body without the marks of headings and list items."""
    _, front, body = (CORPUS / "rulebook" / f"{article_id}.md").read_text(encoding="utf-8").split("---\n", 2)
    meta = dict(line.split(": ", 1) for line in front.strip().splitlines())
    return meta, re.sub(r"(?m)^\s*(?:#+|\d+\.|[-*])\s+", "", body)


def evidence(name: str) -> list[tuple[str, dict[str, str]]]:
    return [(row["id"], e) for row in lines(name) for e in row["evidence"] or []]


@pytest.mark.parametrize("name", QUOTED)
def test_every_quote_stands_in_its_article(name: str) -> None:
    for row_id, e in evidence(name):
        assert set(e) == {"article_id", "quote"}, row_id
        meta, body = article(e["article_id"])
        assert meta["id"] == e["article_id"]
        assert len(e["quote"]) >= 8, row_id
        assert "\n" not in e["quote"], row_id
        assert e["quote"] in body, f"{row_id}: not in {e['article_id']}: {e['quote']}"


@pytest.mark.parametrize("name", QUOTED)
def test_every_quote_survives_ingestion(name: str) -> None:
    for row_id, e in evidence(name):
        path = CORPUS / "rulebook" / f"{e['article_id']}.md"
        assert e["quote"] in parsed(path), f"{row_id}: {e['quote']}"


@cache
def parsed(path: Path) -> str:
    return parse_markdown(path.read_text(encoding="utf-8"), path.name).text


@pytest.mark.parametrize("name", QUOTED)
def test_no_evidence_is_listed_twice(name: str) -> None:
    for row in lines(name):
        keys = [(e["article_id"], e["quote"]) for e in row["evidence"] or []]
        assert len(keys) == len(set(keys)), row["id"]


def test_ids_are_unique_in_all_files() -> None:
    ids = [row["id"] for name in FILES for row in lines(name)]
    assert len(ids) == len(set(ids))


def test_the_exam_has_its_44_items() -> None:
    assert [r["id"] for r in lines("exam")] == [
        *(f"exam-s{n:02d}" for n in range(1, 16)),
        *(f"exam-f{n:02d}" for n in range(1, 13)),
        *(f"exam-t{n:02d}" for n in range(1, 18)),
    ]


@pytest.mark.parametrize("name", EXAMS)
def test_exam_items_are_well_formed(name: str) -> None:
    for row in lines(name):
        extra = {"note"} if name == "exam" else {"split"}
        assert {"id", "type", "stem", "options", "answer", "evidence"} <= set(row), row["id"]
        assert set(row) <= {"id", "type", "stem", "options", "answer", "evidence", *extra}, row["id"]
        answer = row["answer"]
        if row["type"] == "single_choice":
            assert list(row["options"]) == list("ABCDE")[: len(row["options"])], row["id"]
            assert len(row["options"]) >= 3, row["id"]
            assert answer in row["options"], row["id"]
            assert len(set(row["options"].values())) == len(row["options"]), row["id"]
        elif row["type"] == "fill_in":
            assert row["options"] == {}, row["id"]
            assert row["stem"].count(BLANK) == len(answer) > 0, row["id"]
            assert all(accepted and all(accepted) for accepted in answer), row["id"]
        else:
            assert row["type"] == "true_false", row["id"]
            assert row["options"] == {}, row["id"]
            assert isinstance(answer, bool), row["id"]


@pytest.mark.parametrize("name", EXAMS)
def test_no_answer_stands_in_a_stem_or_option(name: str) -> None:
    for row in lines(name):
        for text in (row["stem"], *row["options"].values()):
            assert not ANSWER_MARK.search(text), f"{row['id']}: {text}"
        if row["type"] == "fill_in":
            said = [a for accepted in row["answer"] for a in accepted if len(a) > 1 and a in row["stem"]]
            assert said == [], row["id"]


def test_exam_evidence_is_null_or_real_and_rewording_is_supported() -> None:
    assert all(row["evidence"] is None or row["evidence"] for row in lines("exam"))
    assert sum(row["evidence"] is not None for row in lines("exam")) >= 14
    assert all(row["evidence"] for row in lines("exam_reworded"))


@pytest.mark.parametrize("name", ["exam_reworded", "questions", "followups", "drafts", "conflicts"])
def test_the_author_decides_the_half(name: str) -> None:
    for row in lines(name):
        assert row["split"] in SPLIT, row["id"]
        author = re.match(r"(?:a|exd|drd|cfd)-", row["id"])
        assert row["split"] == ("development" if author else "held_out"), row["id"]


def test_no_text_stands_in_both_halves() -> None:
    for name, key in (("questions", "question"), ("drafts", "draft"), ("exam_reworded", "stem")):
        halves = [{re.sub(r"\W", "", r[key]) for r in lines(name) if r["split"] == half} for half in sorted(SPLIT)]
        assert not halves[0] & halves[1], name


def test_questions_are_enough_and_of_each_kind() -> None:
    rows = lines("questions")
    assert len(rows) >= 120
    assert sum(not r["answerable"] for r in rows) >= 30
    assert {r["language"] for r in rows} == {"zh", "en"}
    assert {r["kind"] for r in rows} == {"verdict", "figure", "list", "how", "what"}
    assert {r["reason"] for r in rows if not r["answerable"]} == REASONS
    for half in SPLIT:
        assert sum(r["split"] == half for r in rows) >= 60
        assert sum(r["split"] == half and not r["answerable"] for r in rows) >= 15


@pytest.mark.parametrize("name", ["questions", "followups"])
def test_questions_are_well_formed(name: str) -> None:
    for row in lines(name):
        assert row["question"].strip(), row["id"]
        assert row["platform"] is None or row["platform"] in PLATFORMS, row["id"]
        assert row["verdict"] in {"yes", "no", "depends", None}, row["id"]
        assert row["answerable"] == bool(row["evidence"]) == ("reason" not in row), row["id"]
        if not row["answerable"]:
            assert row["verdict"] is None, row["id"]
            assert row["figures"] == [], row["id"]
            assert row["reason"] in REASONS, row["id"]
        if name == "followups":
            assert all(set(turn) == {"question", "answer"} for turn in row["history"]), row["id"]
            assert row["history"], row["id"]


@pytest.mark.parametrize("name", ["questions", "followups"])
def test_every_figure_asked_stands_in_the_evidence(name: str) -> None:
    for row in lines(name):
        quotes = " ".join(e["quote"] for e in row["evidence"])
        known = set(figures(quotes))
        for figure in row["figures"]:
            parts = figures(figure)
            assert figure in quotes or (parts and set(parts) <= known), f"{row['id']}: {figure}"


@pytest.mark.parametrize("name", ["questions", "followups", "drafts"])
def test_evidence_is_of_the_platform_that_was_picked(name: str) -> None:
    for row in lines(name):
        for e in row["evidence"]:
            if row["platform"]:
                assert row["platform"] in article(e["article_id"])[0]["platforms"], f"{row['id']}: {e['article_id']}"


def test_drafts_are_enough_and_half_of_them_clean() -> None:
    rows = lines("drafts")
    clean = sum(r["ok"] for r in rows)
    assert len(rows) >= 60
    assert clean >= 30
    assert abs(clean / len(rows) - 0.5) <= 0.05
    assert {label for r in rows for label in r["labels"]} == LABELS


def test_drafts_are_well_formed() -> None:
    for row in lines("drafts"):
        assert row["platform"] is None or row["platform"] in PLATFORMS, row["id"]
        assert row["ok"] == (not row["labels"]) == (not row["spans"]) == (not row["evidence"]), row["id"]
        assert all(span in row["draft"] for span in row["spans"]), row["id"]


def test_conflicts_are_well_formed() -> None:
    rows = lines("conflicts")
    assert sum(r["conflict"] for r in rows) * 2 == len(rows)
    for row in rows:
        texts = " ".join(a["text"] for a in row["articles"])
        assert len(row["articles"]) == 2, row["id"]
        newer = max(a["published"] for a in row["articles"])
        assert row["prefer"] == (newer if row["conflict"] else None), row["id"]
        for figure in row["figures"]:
            assert figure in texts or set(figures(figure)) <= set(figures(texts)), f"{row['id']}: {figure}"
