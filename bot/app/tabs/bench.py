"""The benchmark tab: the latest measured figures, read anew whenever the tab is opened."""

from __future__ import annotations

import gradio as gr

from bot.app.messages import said
from bot.app.render import bench_html, error_html
from bot.app.texts import language_of
from bot.benchmark import Figures
from ingest.errors import RuledeskError


def bench_tab(figures: Figures, tab: gr.Tab) -> None:
    """Lays out the tab and wires it."""
    with gr.Column(elem_classes="rd-main"):
        card = gr.HTML("", elem_id="rd-bench", apply_default_css=False, js_on_load=None)

    def show(request: gr.Request) -> str:
        language = language_of(request.headers.get("accept-language"))
        try:
            return bench_html(figures.latest(), language)
        except RuledeskError as error:
            return error_html(said(error, language), language)

    tab.select(show, None, card, queue=False, show_progress="hidden", api_visibility="private")
