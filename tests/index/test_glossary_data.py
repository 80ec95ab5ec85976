"""The domain glossary index/glossary.toml is well formed: ids and forms are unique and the forms are usable."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

DATA = tomllib.loads((Path(__file__).parents[2] / "index" / "glossary.toml").read_text(encoding="utf-8"))
CONCEPTS = DATA["concept"]


def repeated(forms) -> list[str]:
    return sorted(form for form, n in Counter(forms).items() if n > 1)


def test_size():
    assert len(CONCEPTS) >= 300


def test_ids_are_short_ascii_and_unique():
    ids = [entry["id"] for entry in CONCEPTS]
    assert repeated(ids) == []
    assert [i for i in ids if not re.fullmatch(r"[a-z][a-z0-9_]{0,23}", i)] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_form_in_two_entries(language):
    assert repeated(form.lower() for entry in CONCEPTS for form in entry[language]) == []


@pytest.mark.parametrize("entry", CONCEPTS, ids=lambda entry: entry["id"])
def test_entry(entry):
    assert set(entry) <= {"id", "zh", "en", "not_in"}
    assert entry["zh"] and entry["en"]
    forms = entry["zh"] + entry["en"]
    assert all(form and form == form.strip() for form in forms)
    assert all(form == form.lower() and form.isascii() for form in entry["en"])
    assert [form for form in entry["zh"] if re.search(r"\s", form)] == []
    for word in entry.get("not_in", []):
        assert any(form in word and form != word for form in forms), word
        assert word not in forms
