"""What the reader's own judgement and the second opinion count, as log-odds with fitted weights (weighing.toml)."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

from bot.evidence import PairReading
from bot.exam.judging import Verdict
from bot.exam.second import Opinion
from bot.log_odds import probability

Kind = Literal["statement", "option", "blank", "statement_unread", "option_unread", "blank_unread"]
Features = Mapping[str, float]
SCALE = 3.0  # log-odds that count as one


@cache
def weights() -> Mapping[Kind, Mapping[str, float]]:
    """What eval/exam_fitting.py found."""
    data: dict[Any, Any] = tomllib.loads(
        resources.files("bot.exam").joinpath("weighing.toml").read_text(encoding="utf-8")
    )
    return data


def weigh(kind: Kind, features: Features) -> float:
    """The features' weighted sum."""
    table = weights()[kind]
    return sum(table.get(name, 0.0) * value for name, value in features.items())


def threshold(kind: Kind) -> float:
    """The probability from which an answer is given."""
    return weights()[kind]["threshold"]


def statement_features(own: Verdict, opinion: Opinion) -> Features:
    """How a statement stands to the rules: by its words, by its figures, which the desk's verdict does not compare, by the
    second opinion, which counts more where its sentences are taken to decide; `one` as what is not borne out is more often
    false."""
    stance, decided = own.value * own.fit, _decided(opinion)
    return {
        "words": 0.0 if own.by_figure else stance, "figures": stance if own.by_figure else 0.0,
        "learned": 0.0 if own.by_figure else decided * math.tanh(opinion.learned / 2), "yes": decided * opinion.yes / SCALE,
        "undecided_yes": (1 - decided) * opinion.yes / SCALE, "one": 1.0,
    }  # fmt: skip


def option_features(
    want: int, base: float, leaning: float, opinion: Opinion, stated: PairReading | None, asked: PairReading | None
) -> Features:
    """How an option stands to the rules as the answer to a stem that asks for what holds (`want` 1) or for what does not
    (-1). `base` is the reader's own score; `stated` the second reading of the option as a statement, `asked` that of the
    stem, both in the sentence that the reader found."""
    decided = _decided(opinion)
    there = probability(stated.answers) if stated else 0.0
    return {
        "base": base, "leaning": leaning,
        "holds": want * decided * math.tanh(opinion.holds / 2),
        "supported": want * decided * (2 * probability(opinion.yes) - 1),
        "answers": want * decided, "surest": want * probability(opinion.surest),
        "stated": want * there, "affirmed": want * there * math.tanh(stated.yes / 2) if stated else 0.0,
        "asked": probability(asked.answers) if asked else 0.0,
    }  # fmt: skip


def blank_features(score: float, margin: float, as_asked: bool) -> Features:
    """How well a filling fits, how far it is ahead of the next other one, whether it is a figure of the kind asked for."""
    asked = float(as_asked)
    return {"one": 1.0, "score": score, "margin": margin, "as_asked": asked, "score_as_asked": asked * score}


def blank_kind(is_read: bool) -> Kind:
    """Which weights a filling is weighed with."""
    return "blank" if is_read else "blank_unread"


def statement_kind(opinion: Opinion) -> Kind:
    """Which weights a statement is weighed with."""
    return "statement" if opinion.is_read else "statement_unread"


def option_kind(opinions: Iterable[Opinion]) -> Kind:
    """Which weights a choice is weighed with."""
    return "option" if any(o.is_read for o in opinions) else "option_unread"


def _decided(opinion: Opinion) -> float:
    """How likely the sentences decide the statement; taken for granted where nothing tells."""
    return probability(opinion.answers) if opinion.is_read else 1.0
