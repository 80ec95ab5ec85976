"""The lead's tab in a real Chromium: drawn for the lead alone, a preview before anything changes."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
GIFT = "---\nid: sample\ntitle: 天猫样品规定\nplatforms: [天猫]\npublished:\n---\n## 一、样品\n1. 样品不可以当正品销售,店铺违反的每次扣3分,并退还货款。\n"
CARD = "---\nid: card\ntitle: 天猫收款规定\nplatforms: [天猫]\npublished: 2024-03-01\n---\n## 一、信用卡\n1. 买家用信用卡付款,店铺不得另收任何手续费,违者每次扣9分。\n"


@pytest.fixture
def log_in(chromium, lead_chat):
    contexts = []

    def open_as(name: str, **options):
        context = chromium.new_context(**({"locale": "zh-CN"} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.goto(lead_chat.url)
        page.wait_for_selector("input[type=password]")
        page.locator("input").nth(0).fill(name)
        page.fill("input[type=password]", "open-sesame")
        page.keyboard.press("Enter")
        page.wait_for_selector("#rd-answer .rd-home")
        return page

    yield open_as
    for context in contexts:
        context.close()


def tabs(page) -> list[str]:
    return page.locator("#rd-tabs [role=tab]").all_inner_texts()


def test_only_the_lead_sees_the_tab_and_everybody_is_refused_behind_it(log_in):
    boss, mei = log_in("boss"), log_in("mei")
    boss.wait_for_selector("#rd-tabs [role=tab]:has-text('主管')")
    mei.wait_for_timeout(500)
    assert "主管" not in tabs(mei)
    ask = "async (path) => (await fetch('v1/lead/' + path, {headers: {'X-Ruledesk': '1'}})).status"
    assert [mei.evaluate(ask, "status"), boss.evaluate(ask, "status")] == [403, 200]


def test_pages_are_previewed_loaded_and_answered_from(log_in, lead_chat, shot, tmp_path: Path):
    (tmp_path / "sample.md").write_text(GIFT, encoding="utf-8")
    (tmp_path / "card.md").write_text(CARD, encoding="utf-8")
    page = log_in("boss")
    page.click("#rd-tabs [role=tab]:has-text('主管')")
    page.set_input_files(".rd-load input[type=file]", [tmp_path / "sample.md", tmp_path / "card.md"])
    assert "sample.md" in page.inner_text("[data-slot=chosen]")
    page.click(".rd-load [type=submit]")
    page.wait_for_selector(".rd-loading[data-state=preview]")
    assert "天猫样品规定" in page.inner_text(".rd-changes[data-kind=new]")
    assert "没有找到发布日期" in page.inner_text(".rd-changes[data-kind=new]")
    changed = page.inner_text(".rd-changes[data-kind=changed]")
    assert "天猫收款规定" in changed and "扣6分" in changed and "扣9分" in changed
    assert lead_chat.desk.article("sample") is None
    shot(page, "lead-preview")
    page.click(".rd-loading .rd-button")
    page.wait_for_selector(".rd-loading[data-state=done]")
    page.click(".rd-loading .rd-link")
    page.wait_for_selector(".rd-loading", state="hidden")
    page.click("#rd-tabs [role=tab] >> nth=0")
    page.fill("#rd-question textarea", "样品可以当正品销售吗?")
    page.press("#rd-question textarea", "Enter")
    page.wait_for_selector(".rd-answer .rd-quote:has-text('天猫样品规定')")


def test_nothing_to_load_is_said_and_a_preview_can_be_put_away(log_in, tmp_path: Path):
    (tmp_path / "run.exe").write_text("x")
    page = log_in("boss", locale="en-US")
    page.click("#rd-tabs [role=tab]:has-text('Lead')")
    page.click(".rd-load [type=submit]")
    page.wait_for_selector(".rd-loading .rd-warn:has-text('choose files')")
    page.set_input_files(".rd-load input[type=file]", tmp_path / "run.exe")
    page.click(".rd-load [type=submit]")
    page.wait_for_selector(".rd-loading .rd-warn:has-text('run.exe')")
    page.fill(".rd-load input[name=url]", "http://127.0.0.1:9/rules.html")
    page.set_input_files(".rd-load input[type=file]", [])
    page.click(".rd-load [type=submit]")
    page.wait_for_selector(".rd-loading[data-state=preview] .rd-changes[data-kind=failed]")
    assert page.locator(".rd-loading .rd-button").count() == 0  # nothing to confirm
    page.click(".rd-loading .rd-link")
    page.wait_for_selector(".rd-loading", state="hidden")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_and_width_on_the_leads_tab(log_in, shot, scheme, lead_chat):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    lead_chat.store.add_refused("可以在店里养猫吗", "京东", "silent")
    page = log_in("boss", color_scheme=scheme, viewport={"width": 390, "height": 844})
    page.click("#rd-tabs [role=tab]:has-text('主管')")
    page.wait_for_selector(".rd-lacking:has-text('养猫')")
    page.wait_for_timeout(250)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    found = axe.run(page).response["violations"]
    grave = [v for v in found if v["impact"] in ("serious", "critical")]
    assert grave == [], [(v["id"], n["target"]) for v in grave for n in v["nodes"]]
    shot(page, f"lead-phone-{scheme}")
