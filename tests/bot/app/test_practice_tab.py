"""The practice tab in a real Chromium: one item at a time, marked at once, progress that stays."""

from __future__ import annotations

import json

import pytest
from driving import open_tab
from exam_items import DECK, KEYS

pytestmark = pytest.mark.browser
TAB = 3


def begin(page) -> None:
    open_tab(page, TAB)
    page.wait_for_selector("#rd-drill .rd-drill")


def shown(page) -> str:
    return page.get_attribute(".rd-item", "data-item")


def give(page, answer) -> None:
    """Fills in an answer and waits for the mark."""
    if isinstance(answer, list):
        for n, words in enumerate(answer):
            page.locator(".rd-blank").nth(n).fill(words)
    else:
        page.check(f"input[name=rd-option][value={json.dumps(str(answer).lower() if isinstance(answer, bool) else answer)}]")
    page.click(".rd-item [type=submit]")
    page.wait_for_selector("[data-drill-next]")


def go_on(page) -> None:
    seq = page.get_attribute(".rd-drill", "data-seq")
    page.click("[data-drill-next]")
    page.wait_for_function("s => document.querySelector('.rd-drill').dataset.seq !== s", arg=seq)


def to_item(page, name: str) -> None:
    """Goes on, answering rightly, until an item stands."""
    for _ in range(len(KEYS)):
        if shown(page) == name:
            return
        give(page, KEYS[shown(page)])
        go_on(page)
    raise AssertionError(f"{name} never came")


def test_a_drill_marks_explains_and_scores(open_page, shot):
    page = open_page()
    begin(page)
    shot(page, "practice")
    seen = set()
    for _ in DECK.items:
        name = shown(page)
        seen.add(name)
        give(page, KEYS[name])
        assert page.inner_text(".rd-item .rd-word") == "答对了"
        if name == "x-judge":
            assert "没有能支持这道题的原文" in page.inner_text(".rd-item")
        else:
            assert page.locator(".rd-item .rd-quote mark").count() == 1  # the invented quote is not shown
        if name == "x-odd":
            assert page.inner_text(".rd-note[data-kind=disagree]") == "规则写的是72小时。"
        go_on(page)
    assert seen == set(KEYS)
    assert page.inner_text(".rd-drill .rd-word") == "都练完了"
    assert "答对 4，答过 4，共 4 题" in page.inner_text(".rd-scores")
    shot(page, "practice-done")


def test_a_wrong_answer_shows_the_key_and_the_article_opens_at_the_rule(open_page, shot):
    page = open_page()
    begin(page)
    to_item(page, "x-choice")
    give(page, "A")
    assert page.inner_text(".rd-item .rd-word") == "答错了"
    assert "标准答案" in page.inner_text("label[data-mark=right]") and "12分" in page.inner_text("label[data-mark=right]")
    assert "你的答案" in page.inner_text("label[data-mark=wrong]")
    shot(page, "practice-wrong")
    page.click(".rd-item [data-article]")
    page.wait_for_selector("dialog[open] mark")
    assert page.inner_text("dialog mark") == "拒绝一次扣12分"
    page.keyboard.press("Escape")
    page.click("[data-drill-topic=invoice]")  # the only item of its topic: missed, and not due before a minute
    page.wait_for_selector("[data-drill-again]")
    page.click("[data-drill-again]")
    page.wait_for_selector(".rd-item[data-item=x-choice]")


def test_each_blank_is_marked_by_itself(open_page):
    page = open_page()
    begin(page)
    to_item(page, "x-blanks")
    give(page, ["四十八小时", "20%"])
    assert [page.locator(".rd-blank").nth(n).get_attribute("data-mark") for n in (0, 1)] == ["right", "wrong"]
    assert "48小时 / 48；10%" in page.inner_text(".rd-key")


def test_progress_belongs_to_the_browser_and_survives_a_reload(open_page, chat):
    page = open_page()
    begin(page)
    name = shown(page)
    page.click("[data-drill-skip]")
    page.wait_for_selector("[data-drill-next]")
    assert page.inner_text(".rd-item .rd-word") == "答错了"
    page.reload()
    page.wait_for_selector("#rd-answer .rd-home")
    begin(page)
    assert "答对 0，答过 1" in page.inner_text(".rd-scores") and shown(page) != name
    page.click("[data-drill-forget]")
    page.click("[data-drill-forget]")
    page.wait_for_selector(".rd-scores:has-text('答过 0')")


def test_keys_alone_carry_through_a_drill(open_page):
    page = open_page()
    begin(page)
    for _ in range(2):
        name = shown(page)
        if name == "x-blanks":
            page.focus(".rd-blank")
            for words in KEYS[name]:
                page.keyboard.type(words)
                page.keyboard.press("Tab")
            page.focus(".rd-blank >> nth=1")
        else:
            page.focus("input[name=rd-option]")
            page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.matches('[data-drill-next]')")
        page.keyboard.press("Enter")
        page.wait_for_function("n => document.querySelector('.rd-item').dataset.item !== n", arg=name)
        page.wait_for_function("document.activeElement.closest('.rd-item')")


def test_an_empty_answer_is_not_sent_and_a_half_answered_item_stays(open_page):
    page = open_page()
    begin(page)
    seq = page.get_attribute(".rd-drill", "data-seq")
    page.click(".rd-item [type=submit]")
    open_tab(page, 2)
    page.wait_for_selector(".rd-rules li")
    open_tab(page, TAB)
    page.wait_for_timeout(300)
    assert page.get_attribute(".rd-drill", "data-seq") == seq


def test_the_benchmark_shows_the_pinned_figures_and_then_the_newer_report(open_page, chat, shot):
    page = open_page()
    open_tab(page, 4)
    page.wait_for_selector(".rd-bench table")
    assert "随本版本发布" in page.inner_text(".rd-bench") and page.locator(".rd-bench tbody tr").count() > 12
    assert page.locator("a[href='v1/report']").count() == 0
    shot(page, "benchmark")
    folder = chat.parts.figures.report
    folder.mkdir()
    row = {"suite": "check", "corpus_digest": "abc", "model": "m", "n": 7, "per_item": []}
    flat = {"flagged": 0.5, "flagged.low": 0.2, "flagged.high": 0.8, "false_alarms": 0.25}
    (folder / "results.json").write_text(json.dumps([{**row, "aggregated": flat}]))
    (folder / "report.html").write_text("<!doctype html><title>report</title><h1>whole</h1>")
    try:
        open_tab(page, 0)
        open_tab(page, 4)
        page.wait_for_selector(".rd-bench:has-text('最近一次测量')")
        assert "50.0% 20.0%–80.0%" in page.inner_text(".rd-bench") and "25.0%" in page.inner_text(".rd-bench")
        with page.expect_popup() as opened:
            page.click("a[href='v1/report']")
        assert opened.value.inner_text("h1") == "whole"
        opened.value.close()
        (folder / "results.json").write_text("[]")
        open_tab(page, 0)
        open_tab(page, 4)
        page.wait_for_selector("#rd-bench .rd-error")
    finally:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
