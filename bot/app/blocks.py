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
    # gradio takes the descriptions of the API page and of the MCP tools from these docstrings.
    async def ask(question: str, platform: str | None = None) -> dict[str, Any]:
        """Answers what a customer-service agent on a Chinese marketplace may say or do, from the platforms' rules.

        Gives a verdict (yes, no, depends or null), the rules' exact words with title, platform and date, the figures
        in them, and rules that disagree. refused is true where the rules are silent: then do not guess an answer.

        Args:
            question: A question in Chinese or English, at most 2,000 characters, such as 刷信用卡可以另收手续费吗?
            platform: One of 淘宝 天猫 京东 拼多多 抖音 快手 1688 (or taobao, tmall, jd, ...); null for all of them.
        """
        try:
            return (await service.ask(question, platform)).to_json()
        except (RuledeskError, DeskFailure) as error:
            raise gr.Error(str(error), print_exception=False) from None

    async def check(draft: str, platform: str | None = None) -> dict[str, Any]:
        """Checks a reply that an agent is about to send to a buyer for words that the platforms' rules forbid.

        ok is true where nothing was found. Each finding has a label, where the words stand in the draft (start, end),
        what they cost, the rule's exact words, and a wording to send instead.

        Args:
            draft: The whole reply, at most 5,000 characters.
            platform: One of 淘宝 天猫 京东 拼多多 抖音 快手 1688 (or taobao, tmall, jd, ...); null where not known.
        """
        try:
            return (await service.check(draft, platform)).to_json()
        except (RuledeskError, DeskFailure) as error:
            raise gr.Error(str(error), print_exception=False) from None

    gr.api(ask, api_name="ask", concurrency_limit=None, queue=False)
    gr.api(check, api_name="check", concurrency_limit=None, queue=False)
