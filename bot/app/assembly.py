"""The optional tabs of a served chat, put together from folders and files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from bot.app.drill import Drill
from bot.app.parts import Lead, Parts
from bot.benchmark import Figures
from bot.loading import Loader
from bot.practice import Deck, read_deck
from bot.practice_store import PracticeStore
from bot.reindex import reindex
from ingest.store import EXAM

REPORT = "report"


@dataclass(frozen=True, slots=True)
class Places:
    """Where a served chat finds and keeps things. `report` is the folder of `ruledesk eval --report`, `pinned` the file
    of figures that came with the release; without `corpus` no pages can be loaded."""

    data: Path
    corpus: Path | None = None
    report: Path | None = None
    pinned: Path | None = None


def make_parts(places: Places, taken: Callable[[], object]) -> Parts:
    """The tabs. `taken` is called when a new index stands. Raises RuledeskError for an exam that does not read or a
    folder that cannot be written."""
    lead = None
    if places.corpus is not None:
        lead = Lead(Loader(places.corpus, reindex, taken))
    report = places.report or _first(places.corpus, places.data)
    return Parts(
        Drill(_deck(places.corpus), PracticeStore(places.data / "practice.sqlite3")),
        Figures(report, places.pinned),
        lead,
    )


def _deck(corpus: Path | None) -> Deck:
    """The exam that was ingested with the rulebook, else the one that is shipped."""
    if corpus is not None and (corpus / EXAM).is_file() and (corpus / EXAM).stat().st_size:
        return read_deck([corpus / EXAM])
    shipped = Path(str(resources.files("corpus")))
    return read_deck([shipped / "exam.jsonl", shipped / "exam_reworded.jsonl"], shipped / "exam_notes.jsonl")


def _first(corpus: Path | None, data: Path) -> Path | None:
    for folder in (corpus, data):
        if folder is not None and (folder / REPORT).is_dir():
            return folder / REPORT
    return None
