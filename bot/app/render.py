"""Views as HTML: Jinja templates with escaping always on.

The cards are not written as gr.HTML templates with data in them: gradio fills in {{...}} first and then evaluates the
result as a JavaScript template literal, so a rule text holding ${...} or \\x3c would run. Here each card is escaped on
the server and handed over as the value of gradio's default template, which inserts it once and evaluates nothing in it.
"""

from __future__ import annotations

import itertools
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.answers import Answer, Language
from bot.app.checks import CheckView
from bot.app.drill import DrillView
from bot.app.quotes import ArticleOf
from bot.app.rulebook import RulesView
from bot.app.texts import text
from bot.app.views import answer_view
from bot.benchmark import SUITES, Benchmark, Figure

# A card equal to the last one would not be drawn again, and the page could not tell that its answer has come.
_SEQUENCE = itertools.count(1)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "cards"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(name: str, language: Language = "zh", **values: Any) -> str:
    """One template of cards/ as HTML."""
    template = _environment().get_template(name)
    return template.render(t=partial(_words, language), seq=next(_SEQUENCE), **values)


def answer_html(
    answer: Answer, article_of: ArticleOf, language: Language, today: date, feedback: bool, before: str | None = None
) -> str:
    """The answer card. `before` is the question before, where this one was read as going on from it."""
    return render(
        "answer.html",
        language,
        a=answer_view(answer, article_of, language, today),
        verdict=answer.verdict or "",
        asked_platform=answer.platform or "",
        feedback=feedback,
        before=before,
    )


def check_html(view: CheckView, language: Language) -> str:
    """The result of a reply check."""
    return render("check.html", language, c=view)


def rules_html(view: RulesView, language: Language) -> str:
    """The list of the rules browser."""
    return render("rules.html", language, r=view)


def drill_html(view: DrillView, language: Language) -> str:
    """The drill: an item, or an item with its mark, beside the score by topic."""
    item = view.practice.item if view.practice else None
    choices: list[tuple[str, str]] = []
    if item is not None and item.type == "true_false":
        choices = [("true", text("drill.true", language)), ("false", text("drill.false", language))]
    elif item is not None and item.type == "single_choice":
        choices = list(item.options.items())
    given = "" if view.result is None else _value(view.result.given)
    key = "" if item is None else _value(item.answer)
    return render("drill.html", language, d=view, choices=choices, given=given, key=key)


def bench_html(benchmark: Benchmark | None, language: Language) -> str:
    """The table of measured figures."""
    figures = benchmark.figures if benchmark else ()
    groups = [(suite, [f for f in figures if f.name.startswith(f"{suite}/")]) for suite in SUITES]
    return render("bench.html", language, b=benchmark, groups=[g for g in groups if g[1]], shown=_figure)


def error_html(message: str, language: Language) -> str:
    """A card that says why there is no answer."""
    return render("error.html", language, message=message)


def _words(language: Language, key: str, **values: object) -> str:
    return text(key, language, **values)


def _value(answer: object) -> str:
    """An answer as the value of its radio button."""
    return str(answer).lower() if isinstance(answer, bool) else str(answer)


def _figure(figure: Figure, value: float) -> str:
    """A value of a measure: counts and ranks as they are, shares in percent."""
    if figure.is_count:
        return f"{value:.0f}"
    return f"{value:.3f}" if figure.name.endswith("MRR") else f"{value:.1%}"
