"""The third tab: every rule, searched and filtered; a click opens the article."""

from __future__ import annotations

from datetime import date

import gradio as gr

from bot.app.render import rules_html
from bot.app.rulebook import rules_view, years
from bot.app.service import Service
from bot.app.texts import language_of


def rules_tab(service: Service, i18n: gr.I18n, platform: gr.Radio, tab: gr.Tab) -> None:
    """Lays out the tab and wires it."""
    with gr.Column(elem_classes="rd-main"):
        with gr.Row(elem_classes="rd-box"):
            words = gr.Textbox(
                label=i18n("rules.search"), placeholder=i18n("rules.placeholder"), elem_id="rd-search", scale=4
            )
            year = gr.Dropdown(
                [(i18n("rules.year.all"), ""), *years(service.desk.articles())],
                value="",
                label=i18n("rules.year"),
                elem_id="rd-year",
                filterable=False,
                scale=1,
                min_width=130,
            )
        listing = gr.HTML("", elem_id="rd-listing", apply_default_css=False, js_on_load=None)

    def search(wanted: str, where: str | None, when: str | None, request: gr.Request) -> str:
        language = language_of(request.headers.get("accept-language"))
        view = rules_view(service.desk.articles(), wanted or "", where, when, language, date.today())
        return rules_html(view, language)

    gr.on(
        [tab.select, words.change, year.change, platform.change],
        search,
        [words, platform, year],
        listing,
        queue=False,
        show_progress="hidden",
        trigger_mode="always_last",
        api_visibility="private",
    )
