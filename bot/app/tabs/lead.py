"""The lead's tab: drawn for leads alone. All it does goes through the routes under /v1/lead, which ask again."""

from __future__ import annotations

from typing import Any

import gradio as gr

from bot.app.render import render
from bot.app.service import Service
from bot.loading import MAX_PAGES
from ingest.pipeline import SUFFIXES


def lead_tab(service: Service, blocks: gr.Blocks, tab: gr.Tab) -> None:
    """Lays out the tab and shows it to those who lead."""
    html = render("lead.html", kinds=SUFFIXES, max_pages=MAX_PAGES)
    gr.HTML(html, elem_id="rd-lead", apply_default_css=False, js_on_load=None)

    def shown(request: gr.Request) -> Any:
        return gr.Tab(visible=service.is_lead(request.username))

    blocks.load(shown, None, tab, queue=False, show_progress="hidden", api_visibility="private")
