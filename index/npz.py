"""Weights in files: arrays by name, as numpy packs them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np


def named_arrays(data: bytes) -> dict[str, Any]:
    """The arrays of an .npz file by name."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def npz_bytes(arrays: Mapping[str, Any]) -> bytes:
    """An .npz file that holds the arrays."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()
