"""The saved real pages, where they are at hand: what must come out of them, to the article, the date and the key."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from ingest.articles import Article
from ingest.decode import clean_text
from ingest.pipeline import IngestReport, ingest
from ingest.store import Corpus, read_corpus

pytestmark = pytest.mark.seeds

DATED = """
2024-09-19 抖音商家客服外包的平台靠谱吗?原因是什么?
2024-09-19 抖音商家客服能选择外包的平台吗?有哪些作用?
2024-09-19 应该如何选择抖音客服外包平台?选择的关键点是什么?
2024-09-19 抖音客服外包平台好不好?怎么选择?
2023-09-26 天猫京东电商平台的设计尺寸大小有哪些要求?
2023-09-11 淘宝和拼多多电商平台的货源去哪里找?怎么选?
2023-04-28 2023年618活动淘宝、京东电商平台基本规则
2023-01-16 关于阿里、天猫电商平台发票新规则
2023-02-11 天猫和京东电商平台客服规则
2023-06-12 店主该怎么管理淘宝网店?
2023-02-22 开海外代购淘宝网店的管理规定流程
2023-02-22 淘宝网店会员关系管理分析
2022-07-22 淘宝客服怎样培训管理的?有什么方法?
2023-12-11 抖音平台网店运营管理模式详解
2023-11-06 快手平台之进口电商招商管理规则
2023-07-13 快手平台售后服务管理规则
2023-07-12 快手平台生活售后服务的管理规则
2023-06-16 电商平台常用的客服管理工具有哪些?
2023-08-30 天猫平台的客户服务平台功能在哪里找?如何管理?
2023-09-28 天猫客服要注意的平台规则内容有哪些?
2023-05-30 天猫规则中与在线客服相关的规则
2023-05-10 天猫商家客服规则相关考试试题及答案
2023-06-26 天猫店铺客服规则的培训资料
2023-09-13 拼多多平台客服要掌握哪些基本规则?
2023-08-08 抖音运营基本规则是什么?有哪些?
2023-06-07 最新淘宝电商平台基本运营规则内容介绍
2023-03-24 天猫、京东电商平台基本规则的不同点
2023-01-07 最新淘宝客服基本交易规则详解
2022-11-25 淘宝天猫客服规则、注意事项及基本服务流程
2024-01-03 运营京东网店有什么规则?有哪些注意事项?
2023-08-18 京东不发货3倍赔偿怎么申请?有哪些赔付规则?
2023-05-09 最新京东自营店客服规则有哪些?
2022-07-22 天猫和京东规则的区别有哪些?
2025-03-14 淘宝网店客服工作规则有哪些?
2023-07-22 拼多多售后客服是人工的吗?有哪些售后规则?
2023-07-22 怎么提高拼多多客服回复率?规则有哪些?
2023-04-20 京东客服聊天规则中有哪些忌讳和不能说的话?
2023-05-22 天猫客服相关规则中跟广告法有关的有哪些?高压线规则有哪些?
2022-07-22 淘宝客服规避规则有哪些?应避免哪八大条款?
"""
GOLD = {(line[:10], line[11:]) for line in DATED.strip().splitlines()}
FIFTH = "004_173b1ca7efce90aa.txt"
# Whatever belongs to the site: its slogan, menu, telephone numbers, contact and copyright lines, list heads.
SITE_WORDS = (
    "Copyright", "• 菜单", "方案咨询", "400-118", "热门知识", "微信联系", "ICP备", "全国咨询热线", "最新知识",
    "13717595797", "即时服务", "相关问题", "咨询在线客服", "【温馨提示】本文", "相关专题", "内容更新时间", "本文标题",
    "进阶知识",
)  # fmt: skip


@pytest.fixture(scope="module")
def read(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[IngestReport, Corpus]:
    into = tmp_path_factory.mktemp("seeds")
    report = ingest([str(pages)], into)
    return report, read_corpus(into)


@pytest.fixture(scope="module")
def corpus(read: tuple[IngestReport, Corpus]) -> Corpus:
    return read[1]


@pytest.fixture(scope="module")
def dated(corpus: Corpus) -> list[Article]:
    return [a for a in corpus.articles if not any(s.endswith(FIFTH) for s in a.sources)]


def test_39_dated_articles_and_two_on_the_fifth_page(read: tuple[IngestReport, Corpus], dated: list[Article]) -> None:
    report, corpus = read
    assert not report.failed
    assert {(a.published, a.title) for a in dated} == GOLD
    assert len(dated) == 39
    assert len(corpus.articles) == 41


def test_the_two_pieces_of_the_fifth_page(corpus: Corpus) -> None:
    pieces = [a for a in corpus.articles if any(s.endswith(FIFTH) for s in a.sources)]
    by_date = {a.published: a for a in pieces}
    assert set(by_date) == {"2024-02-18", "2019-10-21"}
    assert "日常工作" in by_date["2024-02-18"].title
    assert "预售" in by_date["2019-10-21"].title
    assert by_date["2024-02-18"].url is not None
    assert "定金" not in by_date["2024-02-18"].text
    assert "话术" not in by_date["2019-10-21"].text


def test_a_body_is_the_pages_own_line_whole(pages: Path, dated: list[Article]) -> None:
    """Between a title and its date stands the body: read here with nothing but line breaks."""
    bodies = {}
    for page in pages.glob("*.txt"):
        lines = [line.strip() for line in page.read_text(encoding="utf-8").splitlines() if line.strip()]
        for at, line in enumerate(lines):
            if re.fullmatch(r"20\d\d-\d\d-\d\d", line):
                bodies[(line, lines[at - 2])] = clean_text(lines[at - 1])
    assert {(a.published, a.title): a.text for a in dated} == bodies


@pytest.mark.parametrize("words", SITE_WORDS)
def test_nothing_of_the_site_stands_in_an_article(corpus: Corpus, words: str) -> None:
    assert [a.title for a in corpus.articles if words in a.text or words in a.title] == []


def test_platforms_of_articles_and_of_their_sections(corpus: Corpus) -> None:
    by_title = {a.title: a for a in corpus.articles}
    both = by_title["天猫、京东电商平台基本规则的不同点"]
    assert by_title["关于阿里、天猫电商平台发票新规则"].platforms == ("天猫", "1688")
    assert both.platforms == ("天猫", "京东")
    assert all(a.platforms for a in corpus.articles)
    sections = Counter(p.platforms for p in corpus.passages if p.article_id == both.article_id)
    assert sections[("天猫",)] >= 1
    assert sections[("京东",)] >= 1


def test_passages_lie_exactly_in_their_articles(corpus: Corpus) -> None:
    texts = {a.article_id: a.text for a in corpus.articles}
    covered: dict[str, int] = Counter()
    for passage in corpus.passages:
        assert texts[passage.article_id][passage.start : passage.end] == passage.text
        assert len(passage.text) <= 400
        covered[passage.article_id] += sum(not c.isspace() for c in passage.text)
    for article in corpus.articles:
        words = sum(not c.isspace() for c in article.text)
        assert covered[article.article_id] == (0 if article.kind == "exam" else words)


def test_the_exam_is_told_apart_and_has_its_items(corpus: Corpus) -> None:
    exams = [a for a in corpus.articles if a.kind == "exam"]
    assert [a.published for a in exams] == ["2023-05-10"]
    assert Counter(i.type for i in corpus.exam) == {"single_choice": 15, "fill_in": 12, "true_false": 17}
    assert all(i.options for i in corpus.exam if i.type == "single_choice")


def test_the_key_is_the_one_that_people_read_from_the_page(corpus: Corpus) -> None:
    """corpus/exam.jsonl restates the same items in the same order; its key was made by reading."""
    restated = Path(__file__).parents[2] / "corpus" / "exam.jsonl"
    gold = [json.loads(line) for line in restated.read_text(encoding="utf-8").splitlines()]
    for kind in ("single_choice", "true_false"):
        key = [row["answer"] for row in gold if row["type"] == kind]
        assert [i.answer for i in corpus.exam if i.type == kind] == key
    for item, row in zip(
        [i for i in corpus.exam if i.type == "fill_in"], [r for r in gold if r["type"] == "fill_in"], strict=True
    ):
        assert isinstance(item.answer, tuple)
        assert len(item.answer) in (len(row["answer"]), 1)  # one item asks for five names in one blank
        assert all(set(ours) & set(theirs) for ours, theirs in zip(item.answer, row["answer"], strict=False)) or (
            len(item.answer) == 1 and any(word in item.answer[0][0] for word in row["answer"][0])
        )


def test_no_answer_is_left_in_a_stem_or_an_option(corpus: Corpus) -> None:
    for item in corpus.exam:
        for text in (item.stem, *item.options.values()):
            assert not re.search(r"[(（【\[]\s*(?:[A-H√×✓xX对错]|正确|错误)\s*[)）】\]]|答案", text), item.id
        if item.type == "fill_in":
            assert isinstance(item.answer, tuple)
            assert item.stem.count("( )") + item.stem.count("(  )") == len(item.answer)
            assert not [form for blank in item.answer for form in blank if len(form) > 3 and form in item.stem]


def test_a_second_run_changes_nothing(pages: Path, tmp_path: Path) -> None:
    ingest([str(pages)], tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.suffix == ".jsonl"}
    report = ingest([str(pages)], tmp_path)
    assert len(report.unchanged) == 5
    assert not report.new
    assert not report.changed
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.suffix == ".jsonl"} == before


def test_an_article_on_two_pages_is_stored_once_with_both(pages: Path, tmp_path: Path) -> None:
    page = next(pages.glob("003_*.txt"))
    lines = page.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if "最新京东自营店" in line)
    end = next(i for i, line in enumerate(lines) if i > at and line.strip() == "2023-05-09")
    other = tmp_path / "pages" / "other.txt"
    other.parent.mkdir()
    other.write_text("另一个专题\n\n热门知识\n\n" + "\n".join(lines[at : end + 1]) + "\n", encoding="utf-8")
    report = ingest([str(page), str(other)], tmp_path / "corpus")
    assert report.articles == 10
    twice = [a for a in read_corpus(tmp_path / "corpus").articles if len(a.sources) == 2]
    assert [(a.title, set(a.sources)) for a in twice] == [("最新京东自营店客服规则有哪些?", {str(page), str(other)})]
