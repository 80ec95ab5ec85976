"""The second tab: a draft reply and what the rules have against it."""

from __future__ import annotations

from datetime import date

import gradio as gr

from bot.app.checks import check_view
from bot.app.messages import said
from bot.app.render import check_html, error_html, render
from bot.app.service import DeskFailure, Service
from bot.app.texts import language_of, text
from ingest.errors import RuledeskError


def check_tab(service: Service, i18n: gr.I18n, platform: gr.Radio) -> None:
    """Lays out the tab and wires it."""
    with gr.Column(elem_classes="rd-main"):
        draft = gr.Textbox(
            label=i18n("check.label"),
            placeholder=i18n("check.placeholder"),
            lines=3,
            max_lines=10,
            elem_id="rd-draft",
        )
        button = gr.Button(i18n("check.button"), variant="primary", elem_id="rd-check")
        card = gr.HTML(render("check_home.html"), elem_id="rd-checked", apply_default_css=False, js_on_load=None)

    async def show(words: str, where: str | None, request: gr.Request) -> str:
        language = language_of(request.headers.get("accept-language"))
        if not (words or "").strip():
            return render("check_home.html", language)
        try:
            result = await service.check(words, where or None)
        except RuledeskError as error:
            return error_html(said(error, language), language)
        except DeskFailure:
            return error_html(text("error.internal", language), language)
        return check_html(check_view(result, service.desk.article, language, date.today()), language)

    gr.on(
        [button.click, draft.submit, draft.change],
        show,
        [draft, platform],
        card,
        queue=False,
        show_progress="hidden",
        trigger_mode="always_last",
        api_visibility="private",
    )
