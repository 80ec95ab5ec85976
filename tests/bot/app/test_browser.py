"""The web chat as people meet it, in a real Chromium."""

from __future__ import annotations

import statistics

import pytest
from attacks import ATTACK_ANSWER
from driving import BOX, CARD, LATE, ask, open_tab

pytestmark = pytest.mark.browser


def test_type_and_enter_gives_verdict_quote_and_reply(open_page, shot):
    page = open_page()
    shot(page, "home")
    assert page.evaluate("document.activeElement.matches('#rd-question textarea')")
    page.keyboard.type(CARD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".rd-answer")
    assert page.inner_text(".rd-word") == "不可以"
    assert page.get_attribute(".rd-answer", "data-tone") == "bad"
    assert "费率成本由店铺" in page.inner_text(".rd-text")
    assert page.inner_text(".rd-facts b") == "6分"
    assert page.get_attribute(".rd-confidence", "data-level") == "sure" and "%" not in page.inner_text(".rd-confidence")
    assert "客服不能请顾客补这笔差额" in page.inner_text(".rd-quote mark >> nth=0")
    assert "不另外收费" in page.inner_text("#rd-reply-words")
    assert page.get_attribute(".rd-quote footer a", "href") == "https://rules.example.test/1.html"
    shot(page, "answer-light")


def test_first_words_stand_within_300_ms(open_page):
    page = open_page()
    taken = []
    for question in (CARD, LATE, CARD, LATE, CARD):
        ask(page, question)
        page.wait_for_function("document.body.dataset.firstWords !== undefined")
        taken.append(int(page.evaluate("document.body.dataset.firstWords")))
    print(f"first words: median {statistics.median(taken)} ms, worst {max(taken)} ms")
    assert statistics.median(taken) < 300


def test_conflict_shows_both_sides_and_the_newer_and_old_rules_their_age(open_page, shot):
    page = open_page(color_scheme="dark")
    ask(page, LATE)
    sides = page.locator(".rd-view").all_inner_texts()
    assert "2025-11-20" in sides[0] and "以较新的为准" in sides[0] and "2019-04-01" in sides[1]
    assert page.locator(".rd-quote:has-text('迟发订单') .rd-old").inner_text() == "旧规"
    assert page.locator(".rd-quote:has-text('新版') .rd-old").count() == 0
    assert page.locator(".rd-word").count() == 0  # no yes or no to 「赔多少」
    shot(page, "answer-dark")


def test_a_refusal_is_honest(open_page, shot):
    page = open_page()
    ask(page, "可以在店里养猫吗?")
    assert page.inner_text(".rd-word") == "规则没写"
    assert "最接近的规则" in page.inner_text(".rd-nearest h3")
    assert page.locator(".rd-quotes:not(.rd-nearest)").count() == 0 and page.locator(".rd-reply").count() == 0
    shot(page, "refused")


def test_mark_jumps_to_its_quote_and_the_article_opens_at_it(open_page, shot):
    page = open_page()
    ask(page, CARD)
    page.click(".rd-mark >> nth=1")
    assert page.evaluate("document.activeElement.id") == "rd-cite-2"
    page.click(".rd-quote [data-article]")
    page.wait_for_selector("dialog[open] mark")
    assert page.inner_text("dialog mark").startswith("客服不能请顾客补这笔差额")
    assert "分期利息由顾客承担" in page.inner_text("dialog .rd-body")
    assert page.evaluate("""() => {
        const box = document.querySelector('dialog .rd-body').getBoundingClientRect();
        const mark = document.querySelector('dialog mark').getBoundingClientRect();
        return mark.top >= box.top && mark.bottom <= box.bottom;
    }""")
    shot(page, "article")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_copy_works_where_the_clipboard_api_is_missing(open_page):
    page = open_page()
    page.evaluate("() => Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    ask(page, CARD)
    page.click(".rd-reply .rd-copy")
    page.wait_for_selector(".rd-copy[data-done='1']")
    words = page.inner_text("#rd-reply-words")
    page.fill(BOX, "")
    page.press(BOX, "Control+v")
    assert page.input_value(BOX) == words


def test_enter_inside_an_input_method_does_not_ask(open_page, chat):
    page = open_page()
    page.fill(BOX, CARD)
    asked = len(chat.desk.histories)
    for init in ("{isComposing: true}", "{keyCode: 229}"):
        page.evaluate(f"""() => {{
            const box = document.querySelector('{BOX}');
            for (const kind of ['keydown', 'keypress']) box.dispatchEvent(new KeyboardEvent(kind,
                {{key: 'Enter', bubbles: true, cancelable: true, ...{init}}}));
        }}""")
    page.wait_for_timeout(250)
    assert page.locator(".rd-card").count() == 0 and len(chat.desk.histories) == asked


def test_the_platform_is_remembered_and_sent(open_page, chat):
    page = open_page()
    page.click("#rd-platform label:has-text('拼多多')")
    ask(page, "包邮商品,新疆能加收运费吗?")
    assert page.get_attribute(".rd-answer", "data-asked") == "拼多多"
    page.reload()
    page.wait_for_selector("#rd-answer .rd-home")
    page.wait_for_function("document.querySelector('#rd-platform input[value=拼多多]')?.checked")


def test_arrow_keys_choose_a_platform(open_page):
    page = open_page()
    page.wait_for_function("[...document.querySelectorAll('#rd-platform input')].every(i => i.name === 'rd-platform')")
    page.focus("#rd-platform input:checked")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.querySelector('#rd-platform input:checked').value") == "天猫"
    ask(page, CARD)
    assert page.get_attribute(".rd-answer", "data-asked") == "天猫"


def test_example_follow_up_and_history_ask_again(open_page):
    page = open_page()
    page.click("#rd-examples button >> nth=0")
    page.wait_for_selector(".rd-answer[data-word='不可以']")
    page.click(".rd-follow button[data-platform='京东']")
    page.wait_for_selector(".rd-answer[data-asked='京东']")
    assert page.locator("[data-slot=history] li").count() == 2
    page.reload()
    page.wait_for_selector("[data-slot=history] li >> nth=1")
    page.click("[data-slot=history] li button >> nth=1")
    page.wait_for_selector(".rd-answer[data-asked='']")
    page.click("[data-history-clear]")
    assert page.locator("[data-slot=history] li").count() == 0


def test_keyboard_alone(open_page, chat):
    page = open_page()
    page.keyboard.type(CARD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".rd-answer")
    page.keyboard.press("Alt+j")
    assert page.evaluate("document.activeElement.id") == "rd-cite-1"
    page.keyboard.press("Alt+j")
    assert page.evaluate("document.activeElement.id") == "rd-cite-2"
    page.keyboard.press("Alt+c")
    page.wait_for_selector(".rd-copy[data-done='1']")
    page.keyboard.press("Alt+h")
    assert page.locator(".rd-keys[open]").count() == 1
    page.keyboard.press("Alt+n")
    page.wait_for_selector("#rd-answer .rd-home")
    page.wait_for_function(f"document.activeElement === document.querySelector('{BOX}')")
    assert page.input_value(BOX) == ""
    page.keyboard.type("特价可以不开票吗?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".rd-answer")
    assert chat.desk.histories[-1] == ()  # a new question starts without the old ones


def test_a_follow_up_carries_what_went_before(open_page, chat):
    page = open_page()
    ask(page, CARD)
    ask(page, LATE)
    assert [t.question for t in chat.desk.histories[-1]] == [CARD]


def test_thumbs_are_stored_with_their_reason(open_page, chat):
    page = open_page()
    ask(page, CARD)
    page.click("[data-vote=down]")
    page.check("input[name=reason][value=old]")
    page.fill(".rd-why input[name=note]", "新规已改")
    page.press(".rd-why input[name=note]", "Enter")
    page.wait_for_selector(".rd-said:has-text('已记下')")
    row = chat.store.feedback()[0]
    assert (row["question"], row["verdict"], row["vote"], row["reason"], row["note"]) == (
        CARD,
        "no",
        "down",
        "old",
        "新规已改",
    )
    ask(page, LATE)
    assert page.inner_text(".rd-said") == "" and not page.is_visible(".rd-why")
    page.click("[data-vote=up]")
    page.wait_for_selector("[data-vote=up][aria-pressed=true]")
    assert chat.store.feedback()[0]["vote"] == "up"


@pytest.mark.parametrize(("question", "word"), [("长" * 2500, "2000"), ("坏了吗?", "出错")])
def test_errors_are_a_clear_line_and_never_a_trace(open_page, question, word):
    page = open_page()
    ask(page, question)
    said = page.inner_text(".rd-error")
    assert word in said and "Traceback" not in said and "sqlite" not in said
    ask(page, CARD)
    assert page.inner_text(".rd-word") == "不可以"


def test_an_empty_question_changes_nothing(open_page):
    page = open_page()
    page.press(BOX, "Enter")
    page.wait_for_timeout(200)
    assert page.locator("#rd-answer .rd-card").count() == 0 and not page.is_visible(".rd-waiting")


def test_a_slow_answer_shows_that_the_desk_is_at_work(open_page):
    page = open_page()
    ask(page, CARD)
    page.fill(BOX, "慢慢查")
    page.press(BOX, "Enter")
    page.wait_for_selector(".rd-waiting:visible", timeout=1000)
    old = "Number(getComputedStyle(document.querySelector('.rd-answer')).opacity)"
    assert page.evaluate(old) < 0.5  # the old verdict must not be read as the new one
    page.wait_for_selector(".rd-answer[data-question='慢慢查']")
    assert not page.is_visible(".rd-waiting") and page.evaluate(old) == 1


def test_attacks_stay_inert(open_page, chat):
    page = open_page()
    ask(page, ATTACK_ANSWER.question)
    assert page.get_attribute(".rd-answer", "data-verdict") == "no"
    assert "onerror" in page.inner_text(".rd-quote h4")  # shown as words
    page.hover(".rd-quote")
    page.click(".rd-quote [data-article]")
    page.wait_for_selector("dialog[open] mark")
    assert page.inner_text("dialog mark").startswith("本条")
    page.keyboard.press("Escape")
    open_tab(page, 2)
    page.wait_for_selector(".rd-rules li")
    page.fill("#rd-search input, #rd-search textarea", "<script>")
    page.wait_for_selector(".rd-rules mark")
    open_tab(page, 1)
    page.fill("#rd-draft textarea", f"手续费 {ATTACK_ANSWER.question}")
    page.wait_for_selector(".rd-check")
    page.reload()  # what the browser kept of it is drawn again
    page.wait_for_selector("[data-slot=history] li")
    page.wait_for_timeout(200)
    assert page.evaluate("window.pwned") is None
    assert page.locator("[data-slot=history] img, .rd-card img, iframe, a[href^='javascript:']").count() == 0


def test_reply_check_marks_the_words(open_page, shot):
    page = open_page()
    open_tab(page, 1)
    shot(page, "check-home")
    page.fill("#rd-draft textarea", "刷信用卡要另付手续费,或者您加微信转账。")
    page.wait_for_selector(".rd-finding")
    assert page.locator(".rd-draft mark").all_inner_texts() == ["手续费", "加微信"]
    assert page.inner_text(".rd-draft") == "刷信用卡要另付手续费,或者您加微信转账。"
    first = page.inner_text(".rd-finding >> nth=0")
    assert "刷卡加收费" in first and "6分/次" in first and "按页面价付款" in first and "补这笔差额" in first
    page.click(".rd-draft mark >> nth=1")
    assert page.evaluate("document.activeElement.id") == "rd-finding-2"
    page.click(".rd-finding >> nth=1 >> .rd-copy")
    page.wait_for_selector(".rd-finding:nth-of-type(n+2) .rd-copy[data-done='1']")
    shot(page, "check")
    page.fill("#rd-draft textarea", "好的亲,马上为您查。")
    page.wait_for_selector(".rd-check[data-tone=good]")
    assert page.inner_text(".rd-word >> visible=true") == "没有发现违规"


def test_rules_are_searched_filtered_and_opened(open_page, shot):
    page = open_page()
    open_tab(page, 2)
    page.wait_for_selector(".rd-rules li")
    everything = page.locator(".rd-rules li").count()
    assert everything >= 8
    page.click("#rd-platform label:has-text('1688')")
    page.wait_for_function("document.querySelectorAll('.rd-rules li').length === 2")
    page.click("#rd-platform label:has-text('不限')")
    page.fill("#rd-search input, #rd-search textarea", "运费")
    page.wait_for_function("document.querySelectorAll('.rd-rules li').length === 1")
    assert page.inner_text(".rd-rules mark") == "运费"
    shot(page, "rules")
    page.click(".rd-rules li button")
    page.wait_for_selector("dialog[open] mark")
    assert page.inner_text("dialog h2") == "拼多多:包邮的含义"
    page.click("dialog .rd-close")
    page.fill("#rd-search input, #rd-search textarea", "没有的词")
    page.wait_for_selector(".rd-count:has-text('没有同时符合')")
