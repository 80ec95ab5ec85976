"""The words of the interface in Chinese and English, read from texts.json."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from bot.answers import Language

FOLDER = Path(__file__).parent
# gradio looks a locale up by its exact name before it falls back to English.
CHINESE_LOCALES = ("zh", "zh-CN", "zh-SG", "zh-TW", "zh-HK", "zh-MO", "zh-Hans", "zh-Hant", "zh-Hans-CN", "zh-Hant-TW")


@cache
def _table() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"))
    return loaded


def keys() -> tuple[str, ...]:
    """Every key of the table, in its order."""
    return tuple(_table())


def text(key: str, language: Language, **values: object) -> str:
    """The words under `key`, with {names} filled in. Raises KeyError for an unknown key."""
    words = _table()[key][language]
    return words.format(**values) if values else words


def all_texts(language: Language) -> dict[str, str]:
    """The whole table in one language."""
    return {key: words[language] for key, words in _table().items()}


def platform_name(platform: str, language: Language) -> str:
    """The name of a platform for a reader; names the table does not know stay as they are."""
    words = _table().get(f"platform.{platform}")
    return words[language] if words else platform


def label_name(label: str, language: Language) -> str:
    """The name of a breach for a reader; a label newer than this table is shown with spaces for underscores."""
    words = _table().get(f"label.{label}")
    return words[language] if words else label.replace("_", " ")


def language_of(accept_language: str | None) -> Language:
    """The interface's language for an Accept-Language header: Chinese unless the first choice is something else."""
    first = (accept_language or "zh").split(",")[0].strip().lower()
    return "zh" if first.startswith("zh") or first in ("", "*") else "en"


def locales() -> dict[str, dict[str, str]]:
    """Translations by locale, in the shape that gr.I18n takes."""
    return {"en": all_texts("en")} | {name: all_texts("zh") for name in CHINESE_LOCALES}
