"""The screens in both languages, at each width, in both themes, and for screen readers."""

from __future__ import annotations

import pytest
from driving import CARD, LATE, ask, open_tab

pytestmark = pytest.mark.browser


def test_english_by_the_browsers_locale(open_page, shot):
    page = open_page(locale="en-US")
    ask(page, "can I charge credit-card fees?")
    assert page.inner_text(".rd-word") == "No"
    seen = page.evaluate("document.body.innerText")
    for words in (
        "Rules desk",
        "Send this",
        "Copy",
        "The rule's own words",
        "Asked today",
        "Taobao",
        "Check a reply",
        "Sure",
    ):
        assert words in seen, words
    chrome = page.evaluate("""() => {
        const copy = document.querySelector('.gradio-container').cloneNode(true);
        copy.querySelectorAll('.rd-quote h4, blockquote, .rd-logo, .rd-facts b, script, style')
            .forEach((n) => n.remove());
        return copy.textContent;
    }""")
    assert not [c for c in chrome if "\u4e00" <= c <= "\u9fff"]
    assert page.evaluate("document.documentElement.lang") == "en"
    shot(page, "english")


def test_practice_and_benchmark_in_english(open_page, shot):
    page = open_page(locale="en-US")
    open_tab(page, 3)
    page.click("[data-drill-skip]")
    page.wait_for_selector("[data-drill-next]")
    words = page.inner_text("#rd-drill")
    for part in ("Wrong", "Key", "Next item", "Score by topic", "Comes again in 1 min", "Delivery"):
        assert part in words, part
    shot(page, "practice-english")
    open_tab(page, 4)
    page.wait_for_selector(".rd-bench table")
    seen = page.inner_text("#rd-bench")
    assert "Quotes exact to the letter" in seen and not [c for c in seen if "\u4e00" <= c <= "\u9fff"]


@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180), (1280, 900)])
def test_nothing_runs_off_the_side(open_page, shot, width, height):
    page = open_page(width=width, height=height)
    ask(page, LATE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shot(page, f"answer-{width}")
    open_tab(page, 1)
    page.fill("#rd-draft textarea", "手续费" + "长" * 300)
    page.wait_for_selector(".rd-check")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    open_tab(page, 2)
    page.wait_for_selector(".rd-rules li")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for number, what in ((3, "[data-drill-skip]"), (4, ".rd-bench table")):
        open_tab(page, number)
        page.wait_for_selector(what)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shot(page, f"tab-{number}-{width}")


def test_on_a_phone_the_verdict_comes_into_view(open_page):
    page = open_page(width=360, height=640)
    ask(page, CARD)
    page.wait_for_function("""() => {
        const box = document.querySelector('.rd-word').getBoundingClientRect();
        return box.top >= 0 && box.bottom <= window.innerHeight;
    }""")


def test_the_theme_can_be_turned_over_and_stays(open_page):
    page = open_page(color_scheme="light")
    colour = "getComputedStyle(document.querySelector('.rd-panel')).backgroundColor"
    light = page.evaluate(colour)
    page.click("[data-theme-toggle]")
    assert page.evaluate(colour) != light
    page.reload()
    page.wait_for_selector("#rd-answer .rd-home")
    page.wait_for_selector("body.dark")
    assert page.evaluate(colour) != light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(color_scheme=scheme)
    ask(page, LATE)
    found = _grave(axe, page)
    ask(page, "可以在店里养猫吗?")
    page.click("[data-vote=down]")
    page.click(".rd-quote [data-article]")
    page.wait_for_selector("dialog[open]")
    found += _grave(axe, page)
    page.keyboard.press("Escape")
    open_tab(page, 1)
    page.fill("#rd-draft textarea", "手续费,加微信,不给开票,全网最低")
    page.wait_for_selector(".rd-finding")
    found += _grave(axe, page)
    open_tab(page, 2)
    page.wait_for_selector(".rd-rules li")
    found += _grave(axe, page)
    open_tab(page, 3)
    page.wait_for_selector(".rd-item")
    found += _grave(axe, page)
    page.click("[data-drill-skip]")
    page.wait_for_selector("[data-drill-next]")
    found += _grave(axe, page)
    open_tab(page, 4)
    page.wait_for_selector(".rd-bench table")
    found += _grave(axe, page)
    assert found == []


def _grave(axe, page) -> list[str]:
    page.wait_for_timeout(250)  # colours fade in; axe measures what it sees
    result = axe.run(page).response
    assert len(result["passes"]) > 10  # it did look
    violations = result["violations"]
    return [
        f"{v['id']}: {n['target']} {n['any'][0]['message'] if n['any'] else v['help']}"
        for v in violations
        if v["impact"] in ("serious", "critical")
        for n in v["nodes"]
    ]
