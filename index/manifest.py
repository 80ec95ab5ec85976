"""What an index generation says of itself, and the checks that refuse one that does not hold."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.errors import RuledeskError

FORMAT = 1
MANIFEST, CURRENT = "manifest.json", "CURRENT"
_NAME = re.compile(rb"(gen-[0-9a-f]+)\n")


class IndexError_(RuledeskError):
    """The index is missing, damaged or of another corpus or model; the message names the command that mends it."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A vector leg: which model embedded which texts ("units", "sentences" or "passages") into how many rows."""

    model: str
    texts: str
    dimension: int
    rows: int
    kind: str

    @property
    def name(self) -> str:
        """The leg's name in fusion weights."""
        return f"{self.model}:{self.texts}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Format, model identity, normalisation, corpus digest, counts, and size and sha256 of every file."""

    format: int
    corpus_digest: str
    models: tuple[str, ...]
    normalised: bool
    legs: tuple[Leg, ...]
    articles: int
    passages: int
    units: int
    built: str
    files: dict[str, dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """The content of manifest.json, sealed with a digest of its own."""
        row = asdict(self)
        row["dimensions"] = {leg.model: leg.dimension for leg in self.legs}
        row["seal"] = _seal(row)
        return row

    def to_bytes(self) -> bytes:
        """The file manifest.json, byte for byte."""
        return json.dumps(self.to_json(), ensure_ascii=False, indent=1).encode()


def _seal(row: dict[str, Any]) -> str:
    body = {k: v for k, v in row.items() if k != "seal"}
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read_manifest(folder: Path, mend: str) -> Manifest:
    """Reads a generation's manifest. Raises IndexError_ naming what is wrong and `mend`, the command that mends it."""
    try:
        found = (folder / MANIFEST).read_bytes()
        row = json.loads(found)
    except (OSError, ValueError, RecursionError) as error:
        raise IndexError_(f"{folder / MANIFEST}: missing or damaged; rebuild with: {mend}") from error
    if not isinstance(row, dict) or row.get("format") != FORMAT:
        number = row.get("format") if isinstance(row, dict) else None
        raise IndexError_(f"{folder / MANIFEST}: format {number} is not {FORMAT}; rebuild with: {mend}")
    if row.get("seal") != _seal(row) or found != json.dumps(row, ensure_ascii=False, indent=1).encode():
        raise IndexError_(f"{folder / MANIFEST}: its contents do not match its seal; rebuild with: {mend}")
    try:
        return Manifest(
            format=row["format"],
            corpus_digest=row["corpus_digest"],
            models=tuple(row["models"]),
            normalised=row["normalised"],
            legs=tuple(Leg(**leg) for leg in row["legs"]),
            articles=row["articles"],
            passages=row["passages"],
            units=row["units"],
            built=row["built"],
            files=row["files"],
        )
    except (KeyError, TypeError) as error:
        raise IndexError_(f"{folder / MANIFEST}: field {error} is missing; rebuild with: {mend}") from error


def read_current(home: Path, mend: str) -> Path:
    """The folder of the generation that answers now. Raises IndexError_ where CURRENT is missing or damaged."""
    try:
        data = (home / CURRENT).read_bytes()
    except OSError as error:
        raise IndexError_(f"{home.parent}: no index yet; build it with: {mend}") from error
    named = _NAME.fullmatch(data)
    if named is None or not (home / named[1].decode()).is_dir():
        raise IndexError_(f"{home / CURRENT}: names no generation; rebuild with: {mend}")
    return home / named[1].decode()


def digest_files(folder: Path) -> dict[str, dict[str, Any]]:
    """Size and sha256 of every file of a generation but the manifest."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST):
        found[path.relative_to(folder).as_posix()] = {"size": path.stat().st_size, "sha256": sha256_of(path)}
    return found


def sha256_of(path: Path) -> str:
    """The file's sha256, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def verify_files(folder: Path, manifest: Manifest, mend: str) -> None:
    """Checks every file against the manifest before any is parsed: FAISS itself answers from damaged files in silence.

    Raises IndexError_ that names the first file that is missing or changed.
    """
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise IndexError_(f"{path}: the file is missing; rebuild with: {mend}")
        if path.stat().st_size != expected["size"] or sha256_of(path) != expected["sha256"]:
            raise IndexError_(f"{path}: the file is damaged (its sha256 is not the manifest's); rebuild with: {mend}")
