"""Small corpora on disk for index tests."""

from __future__ import annotations

from pathlib import Path

from ingest.pipeline import ingest

RULES = {
    "gifts": ("天猫", "赠品随单登记,漏发的3天内补发。"),
    "night": ("京东", "夜班两人同值。\n交接要写记录,漏写一次扣1分。"),
    "parcel": ("拼多多", "快递破损先拍照留证。\n平台24小时内受理。"),
}


def write_rule(pages: Path, name: str, platform: str, body: str) -> None:
    pages.mkdir(exist_ok=True)
    head = f"---\nid: {name}\ntitle: {name}规定\nplatforms: [{platform}]\npublished: 2024-01-02\n---\n"
    (pages / f"{name}.md").write_text(head + body + "\n", encoding="utf-8")


def small_corpus(home: Path, rules: dict[str, tuple[str, str]] | None = None) -> Path:
    """Writes the rules as pages and ingests them; returns the corpus folder."""
    pages, into = home / "pages", home / "corpus"
    for name, (platform, body) in (rules or RULES).items():
        write_rule(pages, name, platform, body)
    ingest([str(pages)], into)
    return into
