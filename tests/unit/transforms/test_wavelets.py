"""Wavelets against PyWavelets: every wavelet, every mode, any layout; and the tiers against each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pycomp.transforms
from pycomp._native import arch

pywt = pytest.importorskip("pywt", reason="PyWavelets is the oracle of this file: install the test extra")

transforms: Any = pycomp.transforms  # called with what its types forbid, too

NAMES = ["haar", *(f"db{n}" for n in range(1, 9)), "sym4", "sym8", "bior2.2", "bior4.4"]
MODES = list(pywt.Modes.modes)
pytestmark = pytest.mark.filterwarnings(
    "ignore:Level value", "ignore:wave.*feels the ends", "ignore:.*orthogonal"
)


@pytest.fixture(params=arch.detected())
def tier(request: pytest.FixtureRequest) -> Iterator[str]:
    arch.set_isa(request.param)
    yield request.param
    arch.set_isa(None)


def noise(shape: tuple[int, ...], dtype: Any = np.float64, seed: int = 0) -> Any:
    values = np.random.default_rng(seed).standard_normal(shape)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * np.random.default_rng(seed + 1).standard_normal(shape)
    return values.astype(dtype)


def largest_of(*arrays: Any) -> float:
    return max((float(np.abs(array).max()) for array in arrays if array.size), default=1.0)


def close(ours: Any, theirs: Any, scale: float = 1.0) -> None:
    """Equal but for rounding; *scale* is the size of what was rounded, where that is not what is left."""
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    # PyWavelets' own sym and bior4.4 filters are right to 1e-12, and straight lines grow.
    tolerance = 3e-5 if ours.dtype in (np.float32, np.complex64) else 1e-9
    largest = max(1.0, scale, largest_of(theirs))
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * largest)


@pytest.mark.parametrize("name", NAMES)
def test_filters(name: str) -> None:
    ours, theirs = transforms.wavelet(name), pywt.Wavelet(name)
    for part in ("dec_lo", "dec_hi", "rec_lo", "rec_hi"):
        np.testing.assert_allclose(getattr(ours, part), getattr(theirs, part), rtol=0, atol=1e-12)
    assert ours.orthogonal == theirs.orthogonal or name == "bior2.2"
    # What no table of others can vouch for: unit gain and perfect reconstruction, to the last digits.
    lo, back = np.array(ours.dec_lo), np.array(ours.rec_lo)
    assert abs(lo.sum() - 2**0.5) < 1e-15 * 4
    product = np.convolve(lo, back)[1::2]
    np.testing.assert_allclose(
        product, (np.arange(len(product)) == len(product) // 2).astype(float), atol=4e-16 * 8
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_one_axis(name: str, mode: str) -> None:
    for n in (1, 2, 3, 4, 5, 8, 15, 33, 2500):
        if n == 1 and "reflect" in mode:
            continue  # PyWavelets refuses these
        for dtype in (np.float32, np.float64):
            x = noise((n,), dtype, n)
            wanted = pywt.dwt(x, name, mode)
            found = transforms.dwt(x, name, mode)
            close(found[0], wanted[0])
            close(found[1], wanted[1])
            close(transforms.idwt(*wanted, name, mode), pywt.idwt(*wanted, name, mode))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_two_axes(name: str, mode: str) -> None:
    for shape in ((2, 3), (5, 4), (17, 40), (70, 33)):
        x = noise(shape)
        approx, details = transforms.dwt2(x, name, mode)
        wanted = pywt.dwt2(x, name, mode)
        close(approx, wanted[0])
        for ours, theirs in zip(details, wanted[1], strict=True):
            close(ours, theirs)
        close(transforms.idwt2(wanted, name, mode), pywt.idwt2(wanted, name, mode))


@settings(max_examples=80, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    modes=st.lists(st.sampled_from(MODES), min_size=2, max_size=2),
    shape=st.lists(st.integers(2, 24), min_size=2, max_size=4),
    dtype=st.sampled_from(
        [np.float16, np.float32, np.float64, np.int16, np.uint8, bool, np.complex64, np.complex128]
    ),
    layout=st.sampled_from("CFsb"),
    threads=st.integers(1, 3),
    data=st.data(),
)
def test_any_layout(
    name: str, modes: list[str], shape: list[int], dtype: Any, layout: str, threads: int, data: st.DataObject
) -> None:
    if "smooth" in modes and np.dtype(dtype).kind in "fc":
        dtype = np.float64  # a long straight line leaves single precision little to agree on
    whole = (10 * noise((*shape[:-1], 2 * shape[-1]))).astype(dtype)
    layouts = {"C": whole[..., : shape[-1]].copy(), "F": np.asfortranarray(whole[..., : shape[-1]])}
    layouts |= {"s": whole[..., ::2], "b": whole[..., shape[-1] - 1 :: -1]}
    x = layouts[layout]
    w = transforms.wavelet(name)
    theirs_of = pywt.Wavelet(name, filter_bank=[w.dec_lo, w.dec_hi, w.rec_lo, w.rec_hi])
    axes = tuple(data.draw(st.permutations(range(len(shape))))[:2])
    ours, theirs = (
        transforms.dwt2(x, name, modes, axes, threads=threads),
        pywt.dwt2(x, theirs_of, modes, axes),
    )
    scale = largest_of(theirs[0], *theirs[1])
    for a, b in zip([ours[0], *ours[1]], [theirs[0], *theirs[1]], strict=True):
        close(a, b, scale)
    close(
        transforms.idwt2(ours, name, modes, axes, threads=threads), pywt.idwt2(theirs, theirs_of, modes, axes)
    )
    one, other = transforms.dwt(x, name, modes[0], axes[0]), pywt.dwt(x, theirs_of, modes[0], axes[0])
    scale = largest_of(*other)
    close(one[0], other[0], scale)
    close(one[1], other[1], scale)
    close(transforms.idwt(*one, name, modes[0], axes[0]), pywt.idwt(*other, theirs_of, modes[0], axes[0]))
    full, reference = transforms.dwtn(x, name, modes[1]), pywt.dwtn(x, theirs_of, modes[1])
    assert full.keys() == reference.keys()
    scale = largest_of(*reference.values())  # details of straight lines are what is left of large numbers
    for key in full:
        close(full[key], reference[key], scale)
    close(transforms.idwtn(full, name, modes[1]), pywt.idwtn(reference, theirs_of, modes[1]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", ["symmetric", "periodization", "smooth"])
def test_levels(name: str, mode: str) -> None:
    x = noise((3, 101, 90), np.float64 if mode == "smooth" else np.float32)
    for level in (None, 0, 3):
        ours, theirs = transforms.wavedec(x, name, mode, level, 1), pywt.wavedec(x, name, mode, level, 1)
        for a, b in zip(ours, theirs, strict=True):
            close(a, b)
        close(transforms.waverec(ours, name, mode, 1), pywt.waverec(theirs, name, mode, 1))
        ours2, theirs2 = transforms.wavedec2(x, name, mode, level), pywt.wavedec2(x, name, mode, level)
        close(ours2[0], theirs2[0])
        for fine, reference in zip(ours2[1:], theirs2[1:], strict=True):
            for a, b in zip(fine, reference, strict=True):
                close(a, b)
        back = transforms.waverec2(ours2, name, mode)
        close(back, pywt.waverec2(theirs2, name, mode))
        np.testing.assert_allclose(back[:, :101, :90], x, atol=2e-4)
    ours3, theirs3 = transforms.wavedecn(x, name, mode, 1), pywt.wavedecn(x, name, mode, 1)
    close(transforms.waverecn(ours3, name, mode), pywt.waverecn(theirs3, name, mode))


@pytest.mark.parametrize("name", NAMES)
def test_stationary(name: str) -> None:
    x = noise((3, 64))
    for options in ({}, {"level": 2, "start_level": 1}, {"trim_approx": True, "level": 3}, {"norm": True}):
        for axis, array in ((1, x), (0, x.T), (-1, x[0])):
            ours = transforms.swt(array, name, axis=axis, **options)
            theirs = pywt.swt(array, name, axis=axis, **options)
            for a, b in zip(ours, theirs, strict=True):
                if isinstance(a, tuple):
                    close(a[0], b[0])
                    close(a[1], b[1])
                else:
                    close(a, b)


@pytest.mark.thread_unsafe
def test_every_tier_gives_the_same_bits(tier: str) -> None:
    x = noise((77, 301), np.float32)
    found = [transforms.wavedec2(x.astype(dtype), name, mode, 2) for dtype in (np.float32, np.float64)
             for name in ("haar", "db4", "bior4.4") for mode in ("symmetric", "periodization")]  # fmt: skip
    back = [transforms.waverec2(c, "db4") for c in found[2:3]]
    arch.set_isa("scalar")
    again = [transforms.wavedec2(x.astype(dtype), name, mode, 2) for dtype in (np.float32, np.float64)
             for name in ("haar", "db4", "bior4.4") for mode in ("symmetric", "periodization")]  # fmt: skip
    for ours, scalar in zip(found, again, strict=True):
        assert ours[0].tobytes() == scalar[0].tobytes()
        for a, b in zip(ours[1:], scalar[1:], strict=True):
            assert [band.tobytes() for band in a] == [band.tobytes() for band in b]
    assert back[0].tobytes() == transforms.waverec2(again[2], "db4").tobytes()


def test_large_results_are_the_same() -> None:
    """Results beyond the cache are written around it: a stack of pictures is, each by itself is not."""
    stack = np.random.default_rng(3).standard_normal((12, 301, 702)).astype(np.float32)
    for name in ("haar", "bior4.4"):
        approx, details = pycomp.transforms.dwt2(stack, name)
        back = pycomp.transforms.idwt2((approx, details), name)
        for i in (0, 7, 11):
            one_approx, one_details = pycomp.transforms.dwt2(stack[i], name)
            assert np.array_equal(one_approx, approx[i])
            assert all(np.array_equal(a, b[i]) for a, b in zip(one_details, details, strict=True))
            assert np.array_equal(pycomp.transforms.idwt2((one_approx, one_details), name), back[i])


def test_threads_change_nothing() -> None:
    x = noise((700, 1500), np.float32)
    for name in ("haar", "bior4.4", "db8"):
        one, three = (transforms.dwt2(x, name, threads=t) for t in (1, 3))
        assert one[0].tobytes() == three[0].tobytes()
        assert [b.tobytes() for b in one[1]] == [b.tobytes() for b in three[1]]
        assert transforms.idwt2(one, name, threads=3).tobytes() == transforms.idwt2(one, name).tobytes()
        for axis in (0, 1):
            a, b = (transforms.dwt(x, name, axis=axis, threads=t)[1] for t in (1, 3))
            assert a.tobytes() == b.tobytes()


def test_nan_stays_near() -> None:
    x = np.ones(64)
    x[32] = np.nan
    approx, _ = transforms.dwt(x, "db2")
    assert 0 < np.isnan(approx).sum() <= 2
    assert np.isinf(transforms.dwt(np.array([1.0, np.inf]), "haar")[0]).all()


def test_out() -> None:
    x = noise((31, 20))
    wanted = transforms.dwt2(x, "db3")
    block = np.zeros((4, *wanted[0].shape))
    found = transforms.dwt2(x, "db3", out=(block[0], (block[1], block[2], block[3])))
    assert found[0] is block[0] or found[0].base is block
    for a, b in zip(block, [wanted[0], *wanted[1]], strict=True):
        np.testing.assert_array_equal(a, b)
    target = np.zeros((20, 32)).T
    np.testing.assert_array_equal(
        transforms.idwt2(wanted, "db3", out=target), transforms.idwt2(wanted, "db3")
    )
    pair = np.zeros((2, *transforms.dwt(x, "db3")[0].shape))
    transforms.dwt(x, "db3", out=(pair[0], pair[1]))
    np.testing.assert_array_equal(pair[1], transforms.dwt(x, "db3")[1])


def test_filters_of_others() -> None:
    x = noise((100,))
    for name in ("coif5", "bior6.8", "rbio3.9", "dmey", "db38"):
        w = pywt.Wavelet(name)
        close(transforms.dwt(x, w)[0], pywt.dwt(x, w)[0])
        close(transforms.idwt(*pywt.dwt(x, w), w), pywt.idwt(*pywt.dwt(x, w), w))


def test_missing_bands_are_zero() -> None:
    approx, detail = transforms.dwt(noise((20,)), "db2")
    close(transforms.idwt(approx, None, "db2"), pywt.idwt(approx, None, "db2"))
    close(transforms.idwt(None, detail, "db2"), pywt.idwt(None, detail, "db2"))
    coeffs = transforms.wavedec2(noise((20, 20)), "haar", level=2)
    coeffs[1] = (None, coeffs[1][1], None)
    close(transforms.waverec2(coeffs, "haar"), pywt.waverec2(coeffs, "haar"))


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: transforms.dwt([1.0], "db99"), ValueError, "'db99'"),
        (lambda: transforms.dwt([1.0], 7), TypeError, "int"),
        (lambda: transforms.dwt([1.0], "haar", "mirror"), ValueError, "'mirror'"),
        (lambda: transforms.dwt([1.0], "haar", axis=1), ValueError, "axis 1"),
        (lambda: transforms.dwt(np.zeros((3, 0)), "haar"), ValueError, r"\(3, 0\)"),
        (lambda: transforms.dwt(["a"], "haar"), TypeError, "<U1"),
        (lambda: transforms.dwt(np.float64(3), "haar"), ValueError, "axis -1"),
        (lambda: transforms.dwt2(np.zeros((4, 4)), "haar", axes=(1, -1)), ValueError, "distinct"),
        (lambda: transforms.dwt2(np.zeros((4, 4)), "haar", axes=(0,)), ValueError, "1 axes"),
        (lambda: transforms.dwt2(np.zeros((4, 4)), ("haar",) * 3), ValueError, "3 wavelets"),
        (lambda: transforms.idwt(None, None, "haar"), ValueError, "at least one"),
        (lambda: transforms.idwt([1.0], [1.0, 2.0], "haar"), ValueError, "belong together"),
        (lambda: transforms.idwt([1.0], [1.0], "db4"), ValueError, "too few"),
        (lambda: transforms.wavedec(np.zeros(8), "haar", level=-1), ValueError, "level -1"),
        (lambda: transforms.waverec([], "haar"), ValueError, "at least one"),
        (
            lambda: transforms.waverec2([np.zeros((2, 2)), np.zeros((2, 2))], "haar"),
            ValueError,
            "three arrays",
        ),
        (lambda: transforms.swt(np.zeros(12), "haar", level=3), ValueError, "not 12"),
        (lambda: transforms.dwt(np.zeros(8), "haar", out=(np.zeros(3),)), ValueError, "1 arrays"),
        (lambda: transforms.dwt(np.zeros(8), "haar", threads=0), ValueError, "threads"),
        (
            lambda: transforms.idwtn({"aa": np.zeros(2), "b": None, "d": np.zeros(2)}, "haar"),
            ValueError,
            "keys",
        ),
    ],
)
def test_refusals(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()


def test_no_axes_and_no_levels() -> None:
    x = np.arange(6.0).reshape(2, 3)
    coeffs = transforms.dwtn(x, "db2", axes=())
    assert list(coeffs) == [""]
    np.testing.assert_array_equal(transforms.idwtn(coeffs, "db2", axes=()), x)
    np.testing.assert_array_equal(transforms.waverecn([x], "db2"), x)
    with pytest.raises(ValueError, match="a dict a level"):
        transforms.waverecn([x, None], "haar")


def test_out_must_stand_apart() -> None:
    x = np.zeros(8)
    with pytest.raises(ValueError, match="overlaps"):
        transforms.dwt(x, "haar", out=(x[:4], np.zeros(4)))
    with pytest.raises(ValueError, match="float32"):
        transforms.dwt(x, "haar", out=(np.zeros(4, np.float32), np.zeros(4)))


def test_too_many_levels_warn() -> None:
    with pytest.warns(UserWarning, match="above 1"):
        transforms.wavedec(np.zeros(8), "db2", level=3)
