"""What the web chat shows beside the desk itself; each part may be missing, and its tab with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.app.drill import Drill
from bot.benchmark import Figures
from bot.loading import Loader


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead's tools; `is_lead` tells whether a login may use them."""

    loader: Loader
    is_lead: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Parts:
    """The optional tabs."""

    drill: Drill | None = None
    figures: Figures | None = None
    lead: Lead | None = None
