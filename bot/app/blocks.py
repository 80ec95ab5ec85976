"""The screen: a header, the platform picker that all tabs share, and the tabs."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from bot.app.parts import Parts
from bot.app.render import render
from bot.app.service import DeskFailure, Service
from bot.app.tabs.ask import ask_tab
from bot.app.tabs.bench import bench_tab
from bot.app.tabs.check import check_tab
from bot.app.tabs.lead import lead_tab
from bot.app.tabs.practice import practice_tab
from bot.app.tabs.rules import rules_tab
from ingest.errors import RuledeskError
from ingest.platforms import PLATFORMS

# A name that is stored in the browser but no longer a platform falls back to any.
_RECALL = f"(name) => {json.dumps(PLATFORMS, ensure_ascii=False)}.includes(name) ? name : ''"


def make_blocks(service: Service, i18n: gr.I18n, title: str, parts: Parts) -> gr.Blocks:
    """The whole screen and the two public endpoints; a tab without its part is left out."""
    with gr.Blocks(title=title, analytics_enabled=False, fill_width=True) as blocks:
        gr.HTML(render("header.html"), elem_id="rd-header", apply_default_css=False, js_on_load=None)
        platform = _platform_picker(blocks, i18n)
        with gr.Tabs(elem_id="rd-tabs"):
            with gr.Tab(i18n("tab.ask"), id="ask"):
                ask_tab(service, i18n, platform)
            with gr.Tab(i18n("tab.check"), id="check"):
                check_tab(service, i18n, platform)
            with gr.Tab(i18n("tab.rules"), id="rules") as rules:
                rules_tab(service, i18n, platform, rules)
            if parts.drill is not None:
                with gr.Tab(i18n("tab.practice"), id="practice") as practice:
                    practice_tab(service, parts.drill, i18n, practice)
            if parts.figures is not None:
                with gr.Tab(i18n("tab.bench"), id="bench") as bench:
                    bench_tab(parts.figures, bench)
            if parts.lead is not None:
                # Drawn for leads alone; what it calls asks the server again who is calling.
                with gr.Tab(i18n("tab.lead"), id="lead", visible=False, render_children=True) as lead:
                    lead_tab(service, blocks, lead)
        _endpoints(service)
    return blocks


def _platform_picker(blocks: gr.Blocks, i18n: gr.I18n) -> gr.Radio:
    remembered = gr.BrowserState("", storage_key="ruledesk.platform", secret="ruledesk")
    choices = [(i18n("platform.any"), ""), *((i18n(f"platform.{name}"), name) for name in PLATFORMS)]
    picker = gr.Radio(choices, value="", label=i18n("platform"), elem_id="rd-platform", interactive=True)
    picker.input(None, picker, remembered, js="(name) => name", api_visibility="private")
    blocks.load(None, remembered, picker, js=_RECALL, api_visibility="private")
    return picker


def _endpoints(service: Service) -> None:
    async def ask(question: str, platform: str | None = None) -> dict[str, Any]:
        """Answers a question from the platforms' rules, with exact quotes. The platform is one of the seven or null."""
        try:
            return (await service.ask(question, platform)).to_json()
        except (RuledeskError, DeskFailure) as error:
            raise gr.Error(str(error), print_exception=False) from None

    async def check(draft: str, platform: str | None = None) -> dict[str, Any]:
        """Finds what the rules forbid in a reply that is about to be sent. The platform is one of the seven or null."""
        try:
            return (await service.check(draft, platform)).to_json()
        except (RuledeskError, DeskFailure) as error:
            raise gr.Error(str(error), print_exception=False) from None

    gr.api(ask, api_name="ask", concurrency_limit=None, queue=False)
    gr.api(check, api_name="check", concurrency_limit=None, queue=False)
