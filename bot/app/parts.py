"""What the web chat shows beside the desk itself; each part may be missing, and its tab with it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.app.drill import Drill
from bot.benchmark import Figures
from bot.loading import Loader


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead's tools."""

    loader: Loader


@dataclass(frozen=True, slots=True)
class Parts:
    """The optional tabs."""

    drill: Drill | None = None
    figures: Figures | None = None
    lead: Lead | None = None
