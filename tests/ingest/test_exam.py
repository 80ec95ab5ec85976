"""Exam pages in three bracket styles: items, keys, and no answer left where the examinee reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.articles import Article
from ingest.errors import CorpusError
from ingest.exam import ExamItem, looks_like_exam, parse_exam
from ingest.pipeline import ingest
from ingest.store import read_corpus, read_exam


def exam(text: str, title: str = "店铺新人考试题") -> list[ExamItem]:
    return parse_exam(Article("e1", "exam", title, (), None, None, ("page",), text))


PAGE = (
    "一、选择题 1、赠品漏发了先做什么?(B) A 让买家等 B 登记并补发 C 不回复 D 关店 "
    "2、夜班几点交接?（ C ） A、六点 B、七点 C、八点 "
    "3. 哪种包装不防水【A】 A.纸袋;B.塑封袋;C.铁盒 "
    "二、填空题 1、仓库在(杭州),每天(16)点截单。2、补发最迟(2天)内寄出（至少3种）。 "
    "三、判断题 1、样品可以当正品卖。(×) 2、客诉要留记录（√） 3、晚班不用交接【错】 4、称呼买家用您[对]"
)


def test_items_in_three_bracket_styles() -> None:
    items = exam(PAGE)
    assert [(i.type, i.answer) for i in items] == [
        ("single_choice", "B"),
        ("single_choice", "C"),
        ("single_choice", "A"),
        ("fill_in", (("杭州",), ("16",))),
        ("fill_in", (("2天", "2"),)),
        ("true_false", False),
        ("true_false", True),
        ("true_false", False),
        ("true_false", True),
    ]
    assert items[0].stem == "赠品漏发了先做什么?"
    assert items[0].options == {"A": "让买家等", "B": "登记并补发", "C": "不回复", "D": "关店"}
    assert items[1].options == {"A": "六点", "B": "七点", "C": "八点"}
    assert items[2].options == {"A": "纸袋", "B": "塑封袋", "C": "铁盒"}
    assert items[3].stem == "仓库在(  ),每天(  )点截单。".replace("(  )", "( )")
    assert "至少3种" in items[4].stem
    assert [i.stem for i in items[5:]] == ["样品可以当正品卖。", "客诉要留记录", "晚班不用交接", "称呼买家用您"]


def test_ids_say_part_and_number() -> None:
    assert [i.id for i in exam(PAGE)][:4] == [
        "e1:single_choice:1",
        "e1:single_choice:2",
        "e1:single_choice:3",
        "e1:fill_in:1",
    ]


def test_no_mark_is_left() -> None:
    for item in exam(PAGE):
        for text in (item.stem, *item.options.values()):
            assert not re.search(r"[(（【\[]\s*[A-H√×对错]\s*[)）】\]]", text)
            if item.type == "fill_in":
                assert not [a for blank in item.answer for a in blank if a in text]  # type: ignore[union-attr]


def test_a_number_inside_an_item_starts_no_new_one() -> None:
    items = exam("选择题 1、满3、减1的券怎么用?(A) A 直接用 B 不能用 2、第二题?(B) A 是 B 否 判断题 1、好。(√)")
    assert [i.stem for i in items if i.type == "single_choice"] == ["满3、减1的券怎么用?", "第二题?"]


def test_what_is_no_item_is_left_out() -> None:
    assert exam("选择题 1、没有答案的题 A 一 B 二 2、只有一个选项(A) A 一 判断题 1、没有记号") == []


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("新人考试题", PAGE, True),
        ("随便什么", PAGE, True),
        ("新人考试题", "一、选择题 1、甲?(A) A 一 B 二 2、乙?(B) A 一 B 二 3、丙?(A) A 一 B 二", True),
        ("客服守则", "1、打字要快。2、不要骂人(扣6分)。", False),
        ("考试办法", "每月考一次,满分100分。", False),
    ],
)
def test_an_exam_is_told_from_rules(title: str, text: str, expected: bool) -> None:
    assert looks_like_exam(title, text) is expected


words = st.text(alphabet="甲乙丙丁戊己庚辛", min_size=2, max_size=8)
brackets = st.sampled_from(["({})", "（{}）", "【{}】", "( {} )"])


@given(st.lists(st.tuples(words, st.sampled_from("ABCD"), brackets), min_size=1, max_size=8))
def test_every_letter_comes_back_and_none_stays(asked: list[tuple[str, str, str]]) -> None:
    text = "一、选择题 " + " ".join(
        f"{n}、{stem}是哪个?{style.format(letter)} A 子 B 丑 C 寅 D 卯"
        for n, (stem, letter, style) in enumerate(asked, 1)
    )
    items = exam(text)
    assert [i.answer for i in items] == [letter for _, letter, _ in asked]
    assert [i.stem for i in items] == [f"{stem}是哪个?" for stem, _, _ in asked]


@given(st.text(max_size=300))
def test_any_text_yields_sound_items_or_none(text: str) -> None:
    for item in exam(f"选择题 1、{text} 判断题 1、{text}"):
        assert ExamItem.from_json(item.to_json()) == item


def test_an_exam_is_stored_and_never_becomes_passages(tmp_path: Path) -> None:
    page = tmp_path / "exam.txt"
    page.write_text(
        f"店铺新人考试题\n\n{PAGE}\n\n2024-05-06\n\n店铺守则\n\n1、打字要快。2、不要骂人。\n\n2024-05-07\n",
        encoding="utf-8",
    )
    ingest([str(page)], tmp_path / "c")
    corpus = read_corpus(tmp_path / "c")
    assert {a.title: a.kind for a in corpus.articles} == {"店铺新人考试题": "exam", "店铺守则": "rules"}
    rules = next(a.article_id for a in corpus.articles if a.kind == "rules")
    assert {p.article_id for p in corpus.passages} == {rules}
    assert read_exam(tmp_path / "c" / "exam.jsonl") == corpus.exam
    assert len(corpus.exam) == 9


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('{"id":"1","type":"essay","stem":"x","answer":"y"}', "essay"),
        ('{"id":"1","type":"true_false","stem":"x","answer":"yes"}', "true or false"),
        ('{"id":"1","type":"single_choice","stem":"x","options":{"A":"1"},"answer":"B"}', "none of its options"),
        ('{"id":"1","type":"fill_in","answer":[["x"]]}', "'stem' is missing"),
        ("{", "damaged"),
    ],
)
def test_a_damaged_item_is_named_by_line(tmp_path: Path, row: str, words: str) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"id":"0","type":"true_false","stem":"x","answer":true}\n' + row + "\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="line 2") as raised:
        read_exam(path)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
