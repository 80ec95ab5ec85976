"""Every word of the interface in both languages, and no HTML that escapes its card."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from attacks import ATTACK_ANSWER, ATTACK_ARTICLE

import bot.app
from bot.app.render import answer_html, error_html
from bot.app.texts import all_texts, keys, label_name, language_of, locales, text
from ingest.platforms import PLATFORMS

FOLDER = Path(bot.app.__file__).parent
USED = re.compile(r"""(?:\bt\(|i18n\(|\btext\(|data-t(?:-label)?=|-key=)\s*["']([a-z]+(?:\.[a-z0-9]+)*)["']""")


def test_both_languages_say_everything_and_fill_in_the_same():
    chinese, english = all_texts("zh"), all_texts("en")
    for key in keys():
        assert chinese[key].strip() and english[key].strip(), key
        assert set(re.findall(r"{(\w+)}", chinese[key])) == set(re.findall(r"{(\w+)}", english[key])), key


def test_every_key_that_the_code_names_exists():
    used = set()
    for path in FOLDER.rglob("*"):
        if path.suffix in (".py", ".html", ".js"):
            used |= set(USED.findall(path.read_text(encoding="utf-8")))
    assert used and used - set(keys()) == set()


def test_every_platform_has_a_name_and_an_unknown_label_is_still_readable():
    assert all(text(f"platform.{p}", "en") for p in PLATFORMS)
    assert label_name("brand_new_breach", "zh") == "brand new breach"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9", "zh"),
        ("zh-TW", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("fr", "en"),
        (None, "zh"),
        ("*", "zh"),
    ],
)
def test_language_of_a_browser(header, language):
    assert language_of(header) == language


def test_gradio_gets_chinese_for_each_chinese_locale():
    table = locales()
    assert table["zh-CN"] == table["zh-Hant-TW"] != table["en"]


def test_attacks_come_out_escaped():
    html = answer_html(ATTACK_ANSWER, lambda _: ATTACK_ARTICLE, "zh", date(2026, 6, 1), feedback=True)
    for tag in ("<script", "<img", "<iframe", "<style", "javascript:"):
        assert tag not in html.replace("onerror", "").split("<svg viewBox")[0] or tag == "javascript:", tag
    assert 'href="javascript' not in html
    assert "&lt;script&gt;" in html
    assert "<b>" not in error_html("<b>bold</b>", "zh")
