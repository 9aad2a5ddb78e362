"""pycomp.transforms.{dct,...}: scipy.fft is the oracle, for results, types and refusals."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest
import scipy.fft
from hypothesis import given, settings
from hypothesis import strategies as st

from pycomp import transforms
from pycomp._native import arch
from pycomp.transforms import scipy_backend

NAMES = ["dct", "idct", "dst", "idst"]
NORMS = [None, "backward", "ortho", "forward"]
HALF: Any = "half"
WRONG: Any = 4.5
POWERS = [1, 2, 4, 8, 16, 32, 64, 128, 512, 4096]


def close(ours: Any, theirs: Any, n: int) -> None:
    """Equal to within a few roundings a stage of the transform, relative to the largest number."""
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    if ours.size == 0:
        return
    eps = np.finfo(ours.dtype).eps
    scale = np.abs(theirs).max()
    assert np.abs(ours - theirs).max() <= (8 + 2 * np.log2(n)) * eps * scale


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("type", [1, 2, 3, 4])
@pytest.mark.parametrize("norm", NORMS)
def test_like_scipy(isa: str, name: str, type: int, norm: Any) -> None:
    rng = np.random.default_rng(type)
    for n in POWERS:
        for dtype in (np.float32, np.float64):
            for x, axis in (
                (rng.standard_normal((7, n)).astype(dtype), -1),
                (rng.standard_normal((n, 17)).astype(dtype), 0),
                (rng.standard_normal((2, n, 6)).astype(dtype)[:, ::-1, ::-2], 1),
            ):
                if n == 1 and type == 1 and name.endswith("dct"):
                    continue  # not defined
                ours = getattr(transforms, name)(x, type, axis=axis, norm=norm)
                theirs = getattr(scipy.fft, name)(x.astype(np.float64), type, axis=axis, norm=norm)
                close(ours, theirs.astype(dtype), n)


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_any_call_like_scipy(data: st.DataObject) -> None:
    ndim = data.draw(st.integers(1, 3))
    lengths = st.one_of(st.sampled_from([1, 2, 4, 8, 16, 32]), st.integers(1, 20))
    shape = data.draw(st.tuples(*[lengths] * ndim))
    dtype = data.draw(st.sampled_from(["f2", "f4", ">f4", "f8", "g", "F", "D", "i1", "u2", "i8", "?"]))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x = (rng.standard_normal(shape) * 50).astype(dtype)
    if x.dtype.kind == "c":
        x = x + 1j * x[..., ::-1].astype(dtype)
    if data.draw(st.booleans()):
        x = x.T
    x = x[tuple(slice(None, None, data.draw(st.sampled_from([1, -1]))) for _ in range(ndim))]
    axes = data.draw(st.permutations(range(ndim)).map(lambda p: p[: 1 + len(p) // 2]))
    s = data.draw(st.one_of(st.none(), st.tuples(*[lengths] * len(axes))))
    type = data.draw(st.sampled_from([2, 3, 4]))
    name = data.draw(st.sampled_from(NAMES))
    kwargs: dict[str, Any] = {"norm": data.draw(st.sampled_from(NORMS)), "axes": axes, "s": s}
    if x.dtype.kind != "c":  # scipy forgets it for complex arrays
        kwargs["orthogonalize"] = data.draw(st.sampled_from([None, True, False]))
    before = x.copy()
    ours = getattr(transforms, name + "n")(
        x, type, workers=data.draw(st.sampled_from([None, 1, 2])), **kwargs
    )
    np.testing.assert_array_equal(x, before)
    close(ours, getattr(scipy.fft, name + "n")(x, type, **kwargs), 1000)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tiers_layouts_and_threads_agree_bit_for_bit(dtype: type[Any]) -> None:
    rng = np.random.default_rng(0)
    for n in POWERS[2:]:
        x = rng.standard_normal((37, n)).astype(dtype)
        for type in (2, 3, 4):
            results = []
            for tier in arch.detected():
                arch.set_isa(tier)
                results.append(transforms.dct(x, type))
                results.append(transforms.dct(np.asfortranarray(x), type))
                results.append(transforms.dct(x.T, type, axis=0).T)
                results.append(transforms.dct(x, type, workers=2))
                results.append(np.stack([transforms.dct(line, type) for line in x]))
                results.append(transforms.dct(x[:3], type))
            arch.set_isa(None)
            for other in results[1:]:
                np.testing.assert_array_equal(results[0][: len(other)], other)


def test_overwrite(isa: str) -> None:
    x = np.random.default_rng(0).random((20, 64))
    expected = transforms.dct(x)
    result = transforms.dct(x, overwrite_x=True)
    assert np.shares_memory(result, x)
    np.testing.assert_array_equal(result, expected)
    spread = np.broadcast_to(expected[0], (20, 64))
    assert not np.shares_memory(transforms.dct(spread, overwrite_x=True), expected)
    frozen = expected.copy()
    frozen.flags.writeable = False
    assert transforms.dct(frozen, overwrite_x=True) is not frozen


def test_not_finite(isa: str) -> None:
    x = np.random.default_rng(0).random((40, 32), np.float32)
    x[3, 5], x[7, 0] = np.nan, np.inf
    y = transforms.dct(x)
    bad = ~np.isfinite(y).all(axis=1)
    assert bad.nonzero()[0].tolist() == [3, 7]
    clean = np.delete(x, [3, 7], axis=0)
    np.testing.assert_array_equal(np.delete(y, [3, 7], axis=0), transforms.dct(clean))


def test_empty_and_odd_arrays() -> None:
    assert transforms.dct(np.zeros((0, 8), np.float32)).shape == (0, 8)
    assert transforms.dctn(np.zeros((0, 8, 8)), axes=(1, 2)).shape == (0, 8, 8)
    misaligned = np.zeros(8 * 9 + 1, np.uint8)[1:].view(np.float64)[:8]
    misaligned[:] = np.arange(8)
    np.testing.assert_array_equal(transforms.dct(misaligned), transforms.dct(np.arange(8.0)))
    fields = np.zeros(8, np.dtype([("a", "u1"), ("b", "f4"), ("c", "u2")]))
    fields["b"] = np.arange(8)
    np.testing.assert_array_equal(transforms.dct(fields["b"]), transforms.dct(np.arange(8, dtype=np.float32)))
    np.testing.assert_array_equal(transforms.dct([1, 2, 3, 4]), transforms.dct(np.array([1.0, 2, 3, 4])))
    assert transforms.dctn(np.ones((2, 3)), axes=()).tolist() == [[1.0] * 3] * 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: transforms.dct(x, 5), "type is 5"),
        (lambda x: transforms.dct(x, norm=HALF), "norm is 'half'"),
        (lambda x: transforms.dct(x, axis=2), "axis 2"),
        (lambda x: transforms.dct(x, n=0), r"data points \(\[0\]\)"),
        (lambda x: transforms.dct(x, workers=0), "workers is 0"),
        (lambda x: transforms.dct(x, workers=-10_000), "workers is -10000"),
        (lambda x: transforms.dctn(x, axes=(0, 0)), r"axes \[0, 0\]"),
        (lambda x: transforms.dctn(x, s=(4, 4, 4)), "s has 3"),
        (lambda x: transforms.dctn(x, s=(4,), axes=(0, 1)), "s has 1"),
        (lambda x: transforms.dctn(x, s=WRONG), "s is 4.5"),
        (lambda x: transforms.dct(x[:0], axis=0), "data points"),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(np.ones((4, 4)))


def test_refused_types() -> None:
    with pytest.raises(TypeError, match="<U1"):
        transforms.dct(np.array(["a", "b"]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("type", [1, 2, 3, 4])
def test_without_scipy(monkeypatch: pytest.MonkeyPatch, name: str, type: int) -> None:
    real = builtins.__import__

    def without(module: str, *args: Any, **kwargs: Any) -> Any:
        if module.split(".")[0] == "scipy":
            raise ImportError(module)
        return real(module, *args, **kwargs)

    rng = np.random.default_rng(0)
    for shape in ((3, 7), (2, 5), (4, 12), (8192,)):
        for norm in NORMS:
            for ortho in (None, True, False):
                for dtype in ("f4", "f8", "D"):
                    x = rng.standard_normal(shape).astype(dtype)
                    ortho = None if dtype == "D" else ortho
                    theirs = getattr(scipy.fft, name)(x, type, norm=norm, orthogonalize=ortho)
                    with monkeypatch.context() as patch:
                        patch.setattr(builtins, "__import__", without)
                        ours = getattr(transforms, name)(x, type, norm=norm, orthogonalize=ortho)
                    close(ours, theirs, 1 << 20 if dtype == "f4" else 1 << 14)


def test_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for name in list(scipy_backend._OURS):
        real = scipy_backend._OURS[name]

        def spy(*args: Any, _real: Any = real, _name: str = name, **kwargs: Any) -> Any:
            calls.append(_name)
            return _real(*args, **kwargs)

        monkeypatch.setitem(scipy_backend._OURS, name, spy)
    x = np.random.default_rng(0).random((16, 12, 8), np.float32)
    plain = [scipy.fft.dct(x), scipy.fft.dctn(x, axes=(0, 2)), scipy.fft.idstn(x), scipy.fft.fft(x)]
    with scipy.fft.set_backend(scipy_backend):
        fast = [scipy.fft.dct(x), scipy.fft.dctn(x, axes=(0, 2)), scipy.fft.idstn(x), scipy.fft.fft(x)]
        assert calls == ["dct", "dctn"]  # 12 is not ours, nor is fft
        scipy.fft.dct(x, 1)
        scipy.fft.idct(x, type=3, n=4, axis=1, workers=2)
        scipy.fft.idstn(x, 2, (8, 8), (0, 1), "ortho")
        scipy.fft.dct(x.tolist())
        assert calls == ["dct", "dctn", "idct", "idstn"]
        with pytest.raises(ValueError, match=r"axis|axes"):
            scipy.fft.dctn(x, axes=5)
    for ours, theirs in zip(fast, plain, strict=True):
        close(ours, theirs, 1000)
    calls.clear()
    scipy.fft.set_global_backend(scipy_backend)
    try:
        scipy.fft.dst(x)
    finally:
        scipy.fft.set_global_backend("scipy")
    assert calls == ["dst"]


@pytest.mark.parametrize("n", [5, 8])
@pytest.mark.parametrize("name", ["dct", "idst"])
def test_complex_parts_are_transformed_alike(n: int, name: str) -> None:
    """At lengths of ours and of scipy's, which forgets orthogonalize where numbers are complex."""
    x = np.random.default_rng(n).random((3, n, 2)).view(np.complex128)[..., 0]
    for options in ({}, {"orthogonalize": True}, {"norm": "ortho", "orthogonalize": False}):
        both = getattr(transforms, name)(x, **options)
        parts = [getattr(scipy.fft, name)(part, **options) for part in (x.real, x.imag)]
        np.testing.assert_allclose(both, parts[0] + 1j * parts[1], atol=1e-12)


def test_axis_errors_are_numpys() -> None:
    for error in (ValueError, IndexError):
        with pytest.raises(error, match="axis 2"):
            transforms.dct(np.zeros((4, 4)), axis=2)
