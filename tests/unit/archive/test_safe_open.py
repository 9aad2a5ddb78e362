"""The safetensors interface, beside the library it stands in for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pycomp import archive
from pycomp.errors import UnsupportedError

safetensors = pytest.importorskip("safetensors")

INDICES: list[Any] = [
    np.s_[...],
    np.s_[:],
    np.s_[3],
    np.s_[2:9],
    np.s_[:, ::8],
    np.s_[-1],
    np.s_[..., 1],
    np.s_[1:5, 2],
]


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    from safetensors.numpy import save_file

    rng = np.random.default_rng(0)
    path = tmp_path / "m.safetensors"
    tensors = {
        "z.weight": rng.standard_normal((400, 300)).astype("f4"),
        "a.bias": rng.standard_normal(300).astype("f2"),
        "ids": np.arange(7),
        "flag": np.array([True, False]),
        "scalar": np.array(2.5, "f4"),
        "empty": np.zeros((0, 3), "f8"),
    }
    save_file(tensors, path, {"format": "np"})
    archive.pack(path)
    return path


def test_same_as_the_library_in_numpy(plain: Path) -> None:
    with (
        safetensors.safe_open(plain, framework="np") as theirs,
        archive.safe_open(f"{plain}.pcz", framework="np") as ours,
    ):
        assert ours.keys() == sorted(theirs.keys())
        assert ours.offset_keys() == theirs.offset_keys()
        assert ours.metadata() == theirs.metadata()
        for name in theirs.keys():
            a, b = theirs.get_tensor(name), ours.get_tensor(name)
            assert (a.dtype, a.shape) == (b.dtype, b.shape)
            np.testing.assert_array_equal(a, b)
            one, two = theirs.get_slice(name), ours.get_slice(name)
            assert (one.get_shape(), one.get_dtype()) == (two.get_shape(), two.get_dtype())
        for rows in INDICES:
            np.testing.assert_array_equal(
                theirs.get_slice("z.weight")[rows], ours.get_slice("z.weight")[rows], str(rows)
            )
        assert ours.get_slice("scalar")[...].shape == ours.get_slice("scalar")[()].shape == ()
        assert set(ours.get_tensors()) == set(theirs.keys())
        with pytest.raises(KeyError):
            ours.get_slice("nope")


def test_same_as_the_library_in_torch(plain: Path, packed: Path, model: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    with (
        safetensors.safe_open(plain, framework="pt") as theirs,
        archive.safe_open(f"{plain}.pcz", framework="pt", device="cpu") as ours,
    ):
        for name in theirs.keys():
            a, b = theirs.get_tensor(name), ours.get_tensor(name)
            assert (a.dtype, a.shape) == (b.dtype, b.shape)
            assert torch.equal(a, b)
        for rows in INDICES:
            assert torch.equal(theirs.get_slice("z.weight")[rows], ours.get_slice("z.weight")[rows])
        assert torch.equal(ours.get_slice("scalar")[...], torch.tensor(2.5))
    with archive.safe_open(packed, framework="torch") as ours:
        assert ours.get_tensor("embed").dtype == torch.bfloat16
        assert ours.get_slice("embed")[10:12].shape == (2, 384)
        assert ours.get_tensor("tiny").numel() == 6
        assert ours.metadata() == {"origin": "tests"}


def test_shards_are_one_model(tmp_path: Path, plain: Path) -> None:
    from safetensors.numpy import save_file

    folder = tmp_path / "repo"
    folder.mkdir()
    for k in (1, 2):
        save_file(
            {f"w{k}": np.full(3, k)}, folder / f"model-{k}-of-2.safetensors", {"part": str(k), f"p{k}": "x"}
        )
    archive.pack(folder)
    with archive.safe_open(tmp_path / "repo.pcz") as model:
        assert model.keys() == ["w1", "w2"]
        assert model.metadata() == {"part": "1", "p1": "x", "p2": "x"}
        assert model.get_tensor("w2").tolist() == [2, 2, 2]


def test_unknown_framework(plain: Path) -> None:
    with pytest.raises(UnsupportedError, match="framework must be one of"):
        archive.safe_open(f"{plain}.pcz", framework="tf")
    with pytest.raises(UnsupportedError, match="live on the cpu"):
        archive.safe_open(f"{plain}.pcz", framework="np", device="cuda")
