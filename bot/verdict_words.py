"""The words of the verdict (bot/verdict.toml), compiled: stances, negations, sides, leads and the fitted weights."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_QUOTED = re.compile(r"“[^“”]*”|「[^「」]*」|\"[^\"]*\"|『[^『』]*』|(?<![A-Za-z])[‘'][^‘’']{2,40}[’'](?![A-Za-z])")
_HOLE = "■"


@dataclass(frozen=True, slots=True)
class Axis:
    """Two sides of one matter that exclude each other: free and charged, on the platform and off it."""

    name: str
    one: re.Pattern[str]
    other: re.Pattern[str]

    def side(self, text: str) -> int:
        """+1 or -1 where the text names one side only, else 0."""
        return int(self.one.search(text) is not None) - int(self.other.search(text) is not None)


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that the verdict looks for."""

    stance: re.Pattern[str]
    negation: re.Pattern[str]
    masked: re.Pattern[str]
    asking: re.Pattern[str]
    negation_en: re.Pattern[str]
    masked_en: re.Pattern[str]
    axes: Mapping[str, Axis]
    cost: re.Pattern[str]
    buyer: re.Pattern[str]
    seller: re.Pattern[str]
    lead: Mapping[str, re.Pattern[str]]
    choice: re.Pattern[str]
    condition: re.Pattern[str]
    consequence: re.Pattern[str]
    weights: Mapping[str, float]
    threshold: float

    def negations(self, text: str) -> int:
        """How many negations of the act a Chinese text holds; asking tails and idioms are none."""
        return len(self.negation.findall(self.masked.sub(_HOLE, text)))

    def negations_en(self, text: str) -> int:
        """How many negations of the act an English text holds."""
        return len(self.negation_en.findall(self.masked_en.sub(" ", text)))

    def sides(self, text: str, axes: Iterable[str] | None = None) -> dict[str, int]:
        """The sides that a text takes, by axis: of the named axes, or of all."""
        return {a: s for a in (self.axes if axes is None else axes) if (s := self.axes[a].side(text))}

    def bearer(self, text: str) -> int:
        """Who bears a cost in the text: +1 the seller, -1 the buyer, 0 where it does not say."""
        if self.cost.search(text) is None:
            return 0
        return int(self.seller.search(text) is not None) - int(self.buyer.search(text) is not None)


def without_quotes(text: str) -> str:
    """The text with its quoted phrases masked, at the same length."""
    return _QUOTED.sub(lambda m: _HOLE * len(m.group(0)), text)


def quotes_of(text: str) -> str:
    """The quoted phrases of a text."""
    return " ".join(m.group(0) for m in _QUOTED.finditer(text))


@cache
def words() -> Words:
    """The words that ship with the desk."""
    data: dict[str, Any] = tomllib.loads(resources.files("bot").joinpath("verdict.toml").read_text(encoding="utf-8"))
    stance, negation, bearer = data["stance"], data["negation"], data["bearer"]
    order = ("skip", "clear", "exempt",  "forbid", "deny", "punish", "bad", "exclusive", "require", "permit", "tell")
    any_case = re.IGNORECASE
    fitted = data.get("fitted", {})
    return Words(
        stance=re.compile("|".join(f"(?P<{name}>{stance[name]})" for name in order)),
        negation=re.compile(negation["zh"]),
        masked=re.compile(negation["masked_zh"]),
        asking=re.compile(negation["asking_zh"]),
        negation_en=re.compile(negation["en"], any_case),
        masked_en=re.compile(negation["masked_en"], any_case),
        axes={
            a["name"]: Axis(a["name"], re.compile(a["one"], any_case), re.compile(a["other"], any_case))
            for a in data["against"]
        },
        cost=re.compile(bearer["cost"], any_case),
        buyer=re.compile(bearer["buyer"], any_case),
        seller=re.compile(bearer["seller"], any_case),
        lead={name: re.compile(form) for name, form in data["lead"].items()},
        choice=re.compile(data["open"]["choice"]),
        condition=re.compile(data["open"]["condition"]),
        consequence=re.compile(data["consequence"]["any"], any_case),
        weights=fitted.get("weights", {}),
        threshold=float(fitted.get("threshold", 0.5)),
    )
