"""The practice tab: one exam item at a time, marked at once, with the rule that decides it."""

from __future__ import annotations

import logging
import re
import secrets
import sqlite3

import gradio as gr

from bot.app.drill import Drill
from bot.app.messages import said
from bot.app.render import drill_html, error_html, render
from bot.app.service import Service
from bot.app.texts import language_of, text
from ingest.errors import RuledeskError

log = logging.getLogger("ruledesk.chat")
_BROWSER = re.compile(r"[0-9a-f]{32}")
# The page says what was done; a card that stands already is not drawn again when the tab is opened once more.
_STEP = "(_, browser) => [window.ruledesk.drillStep(), browser]"
_OPEN = "(_, browser) => [window.ruledesk.drillOpen(), browser]"
STAY = "stay"


def practice_tab(service: Service, drill: Drill, i18n: gr.I18n, tab: gr.Tab) -> None:
    """Lays out the tab and wires it."""
    browser = gr.BrowserState("", storage_key="ruledesk.practice", secret="ruledesk")
    wish = gr.Textbox(visible=False)
    with gr.Column(elem_classes="rd-main"):
        card = gr.HTML(render("drill_home.html"), elem_id="rd-drill", apply_default_css=False, js_on_load=None)
        step = gr.Button(i18n("drill.next"), elem_id="rd-drill-step", elem_classes="rd-offscreen")

    def act(asked: str, kept: str | None, request: gr.Request) -> tuple[object, object]:
        if asked == STAY:
            return gr.skip(), gr.skip()
        language = language_of(request.headers.get("accept-language"))
        mine = kept if _BROWSER.fullmatch(kept or "") else secrets.token_hex(16)
        # A login's progress is its own on every machine; without one it belongs to the browser.
        who = f"login:{request.username}" if request.username else f"browser:{mine}"
        try:
            view = drill.step(who, asked, service.desk.article, language)
        except RuledeskError as error:
            return error_html(said(error, language), language), mine
        except (sqlite3.Error, OSError):
            log.exception("practice progress could not be read or kept")
            return error_html(text("error.internal", language), language), mine
        return drill_html(view, language), mine

    for trigger, script in ((tab.select, _OPEN), (step.click, _STEP)):
        trigger(
            act,
            [wish, browser],
            [card, browser],
            js=script,
            queue=False,
            show_progress="hidden",
            api_visibility="private",
        )
