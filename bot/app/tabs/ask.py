"""The first tab: a question, its answer card, the day's history."""

from __future__ import annotations

from datetime import date

import gradio as gr

from bot.answers import Answer
from bot.app.messages import said
from bot.app.render import answer_html, error_html, render
from bot.app.service import DeskFailure, Service
from bot.app.texts import language_of, text
from bot.desk_api import Turn
from bot.followups import in_context
from ingest.errors import RuledeskError

# Runs in the browser before the request: shows at once that the desk is at work.
BUSY = "(question, platform, turns) => { window.ruledesk?.busy(question); return [question, platform, turns]; }"


def ask_tab(service: Service, i18n: gr.I18n, platform: gr.Radio) -> None:
    """Lays out the tab and wires it."""
    turns = gr.State([])
    with gr.Row(elem_classes="rd-columns"):
        with gr.Column(scale=5, min_width=300, elem_classes="rd-main"):
            with gr.Row(elem_classes="rd-box"):
                question = gr.Textbox(
                    label=i18n("ask.label"),
                    placeholder=i18n("ask.placeholder"),
                    lines=1,
                    max_lines=5,
                    autofocus=True,
                    elem_id="rd-question",
                    scale=8,
                    min_width=200,
                )
                button = gr.Button(i18n("ask.button"), variant="primary", elem_id="rd-ask", scale=1, min_width=96)
            gr.HTML(render("examples.html"), elem_id="rd-examples", apply_default_css=False)
            gr.HTML(render("waiting.html"), elem_id="rd-waiting", apply_default_css=False)
            card = gr.HTML(render("home.html"), elem_id="rd-answer", apply_default_css=False, js_on_load=None)
        with gr.Column(scale=2, min_width=230, elem_classes="rd-side"):
            gr.HTML(render("side.html"), elem_id="rd-side", apply_default_css=False, js_on_load=None)
            reset = gr.Button(i18n("ask.new"), elem_id="rd-reset", elem_classes="rd-offscreen")

    async def answer(words: str, where: str | None, turns: list[Turn], request: gr.Request) -> tuple[str, list[Turn]]:
        language = language_of(request.headers.get("accept-language"))
        if not (words or "").strip():
            return render("home.html", language), turns
        try:
            found = await service.ask(words, where or None, turns)
        except RuledeskError as error:
            return error_html(said(error, language), language), turns
        except DeskFailure:
            return error_html(text("error.internal", language), language), turns
        before = turns[-1].question if turns and in_context(found.question, turns) != found.question else None
        html = answer_html(found, service.desk.article, language, date.today(), service.feedback is not None, before)
        return html, [*turns, _turn(found)][-3:]

    gr.on(
        [question.submit, button.click],
        answer,
        [question, platform, turns],
        [card, turns],
        js=BUSY,
        queue=False,
        show_progress="hidden",
        trigger_mode="always_last",
        api_visibility="private",
    )
    reset.click(
        lambda: ("", render("home.html"), []),
        None,
        [question, card, turns],
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )


def _turn(answer: Answer) -> Turn:
    return Turn(answer.question, answer.text)
