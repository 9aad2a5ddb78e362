"""A small model to pack, and ways to run the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pycomp.cli import main

Run = Callable[..., subprocess.CompletedProcess[bytes]]


def safetensors_image(tensors: dict[str, tuple[str, np.ndarray]]) -> bytes:
    header, position = {}, 0
    for name, (dtype, array) in tensors.items():
        span = [position, position + array.nbytes]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": span}
        position = span[1]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(array.tobytes() for _, array in tensors.values())


@pytest.fixture(scope="session")
def weights() -> dict[str, tuple[str, np.ndarray]]:
    rng = np.random.default_rng(7)
    embedding = (rng.standard_normal((600, 256)) * rng.lognormal(-4, 1, (600, 1))).astype("<f4")
    return {
        "embed.weight": ("BF16", (embedding.view("<u4") >> 16).astype("<u2")),
        "layer.0:weight": ("F32", (rng.standard_normal((300, 256)) * 0.02).astype("<f4")),
        "norm": ("F16", np.ones(64, "<f2")),
        "ids": ("I64", np.arange(32, dtype="<i8")),
        "scale": ("F32", np.array(0.5, "<f4")),
    }


@pytest.fixture
def model(tmp_path: Path, weights: dict[str, tuple[str, np.ndarray]]) -> Path:
    """A model file in an otherwise empty folder, which is the current one."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_image(weights))
    return path


@pytest.fixture
def folder(tmp_path: Path, weights: dict[str, tuple[str, np.ndarray]]) -> Path:
    """A model folder: two shards, a config, an empty file, a name that is not ASCII."""
    path = tmp_path / "repo"
    (path / "sub").mkdir(parents=True)
    (path / "model-1.safetensors").write_bytes(safetensors_image({"embed.weight": weights["embed.weight"]}))
    (path / "model-2.safetensors").write_bytes(safetensors_image({"norm": weights["norm"]}))
    (path / "config.json").write_text(json.dumps({"hidden_size": 256, "layers": ["attention"] * 50}))
    (path / "sub" / "empty").touch()
    (path / "größe.txt").write_text("256\n")
    return path


@pytest.fixture
def packed(model: Path) -> Path:
    assert main(["pack", "--quiet", str(model)]) == 0
    return model.with_name("model.safetensors.pcz")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command in a process of its own."""

    def run(
        *args: str | Path, stdin: bytes | None = None, cwd: Path = tmp_path
    ) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "pycomp.cli", *map(str, args)]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        return subprocess.run(
            command, input=stdin, capture_output=True, cwd=cwd, env=environment, timeout=120
        )

    return run
