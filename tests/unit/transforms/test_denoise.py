"""Denoising against scikit-image's function where it is installed, and by its own promises."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pycomp import transforms

pytestmark = pytest.mark.filterwarnings("ignore:.*feels the ends", "ignore:Level value")


def noisy_picture(dtype: Any = np.float64) -> tuple[Any, Any]:
    y, x = np.mgrid[:96, :120] / 100
    clean = (np.sin(5 * x) * np.cos(4 * y) + (x + y > 1)).astype(dtype)
    return clean, (clean + 0.15 * np.random.default_rng(4).standard_normal(clean.shape)).astype(dtype)


@pytest.mark.parametrize("method", ["BayesShrink", "VisuShrink"])
@pytest.mark.parametrize("mode", ["soft", "hard"])
@pytest.mark.parametrize("name", ["db1", "db4", "sym8"])
@pytest.mark.parametrize("sigma", [None, 0.15])
def test_against_scikit_image(method: str, mode: str, name: str, sigma: float | None) -> None:
    restoration = pytest.importorskip("skimage.restoration", reason="scikit-image is the oracle of this test")
    for dtype, tolerance in ((np.float64, 1e-10), (np.float32, 1e-5)):
        _, noisy = noisy_picture(dtype)
        wanted = restoration.denoise_wavelet(
            noisy, sigma, name, mode, method=method, rescale_sigma=False, wavelet_levels=3
        )
        found = transforms.denoise(noisy, sigma, name, mode, 3, method=method)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, wanted, atol=tolerance)


def test_default_levels_as_in_scikit_image() -> None:
    restoration = pytest.importorskip("skimage.restoration", reason="scikit-image is the oracle of this test")
    _, noisy = noisy_picture()
    for values in (noisy, noisy[0], noisy.reshape(8, 12, 120)):
        np.testing.assert_allclose(
            transforms.denoise(values), restoration.denoise_wavelet(values, rescale_sigma=False), atol=1e-10
        )


@pytest.mark.parametrize("method", ["BayesShrink", "VisuShrink"])
def test_noise_goes_down(method: str) -> None:
    clean, noisy = noisy_picture()
    assert np.std(transforms.denoise(noisy, wavelet="sym8", method=method) - clean) < 0.7 * np.std(
        noisy - clean
    )


def test_no_noise_no_change() -> None:
    clean, _ = noisy_picture()
    np.testing.assert_allclose(transforms.denoise(clean, 0.0, "db2"), clean, atol=1e-12)
    assert not transforms.denoise(np.zeros((16, 16))).any()


def test_batch_axes_and_complex() -> None:
    _, noisy = noisy_picture()
    lines = transforms.denoise(noisy, 0.15, "db2", level=2, axes=(1,), method="VisuShrink")
    assert lines.shape == noisy.shape
    turned = transforms.threshold(np.array([3 + 4j, 0.1, 0]), 1)
    np.testing.assert_allclose(turned, [2.4 + 3.2j, 0, 0])


def test_refusals() -> None:
    for data, options in ((np.zeros((4, 4)), {"axes": ()}), (np.float64(3), {})):
        with pytest.raises(ValueError, match="no axis"):
            transforms.denoise(data, **options)  # type: ignore[arg-type]
    x = np.zeros((8, 8))
    with pytest.raises(ValueError, match="'SURE'"):
        transforms.denoise(x, method="SURE")
    with pytest.raises(ValueError, match="'firm'"):
        transforms.denoise(x, mode="firm")
    with pytest.raises(ValueError, match="sigma -1"):
        transforms.denoise(x, -1)
    with pytest.raises(ValueError, match="nan"):
        transforms.denoise(x, float("nan"))
    with pytest.raises(ValueError, match="value -1"):
        transforms.threshold(x, -1)
    with pytest.raises(ValueError, match="float32"):
        transforms.threshold(x, 1, out=np.zeros((8, 8), np.float32))
    with pytest.raises(TypeError, match="object"):
        transforms.denoise(np.array([None]))
