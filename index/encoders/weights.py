"""Weights by name: as arrays where they are kept, as tensors where they are used or learn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn


def as_tensors(weights: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """Arrays of any float type -> float32 tensors."""
    return {name: torch.from_numpy(np.asarray(w, np.float32)) for name, w in weights.items()}


def as_arrays(weights: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    """Tensors -> float16 arrays, as they are shipped."""
    return {name: w.detach().numpy().astype(np.float16) for name, w in weights.items()}


def by_chance(parts: Mapping[str, nn.Module]) -> dict[str, torch.Tensor]:
    """The weights that torch's own layers begin with, each under the name of its part."""
    return {f"{name}.{key}": w for name, part in parts.items() for key, w in part.state_dict().items()}


def to_learn(first: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Copies that take gradients."""
    return {name: w.detach().clone().requires_grad_() for name, w in first.items()}
