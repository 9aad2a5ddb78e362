"""The pictures of docs/guide/transforms.md, from photographs that scikit-image brings along.

`camera` is CC0, `astronaut` (NASA) in the public domain. Needs matplotlib, Pillow, scipy and scikit-image.

    python bench/gallery.py            # writes
    docs/images/{dct-quantisers,wavelet-denoising,motion-vectors}.png
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from pycomp import transforms
from pycomp.transforms import motion

IMAGES = Path(__file__).parents[1] / "docs" / "images"
COLOURS = 64  # of a file's palette: half the bytes, and no eye sees it here


def write(figure: Any, name: str) -> None:
    """The figure as a PNG with a palette."""
    from PIL import Image

    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=100, format="png")
    picture = Image.open(buffer).convert("RGB").quantize(COLOURS)
    picture.save(IMAGES / name, optimize=True)
    print(f"{name}: {(IMAGES / name).stat().st_size:,} bytes")


def panels(titles: list[str], pictures: list[Any], name: str) -> None:
    """Pictures side by side, one sample a pixel."""
    from matplotlib import pyplot

    height, width = pictures[0].shape
    figure, axes = pyplot.subplots(
        1, len(pictures), figsize=(len(pictures) * (width + 8) / 100, (height + 26) / 100)
    )
    for axis, title, picture in zip(axes, titles, pictures, strict=True):
        axis.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axis.set_title(title, fontsize=8)
        axis.axis("off")
    figure.subplots_adjust(0, 0, 1, height / (height + 26), 8 / width, 0)
    write(figure, name)


def quantisers(camera: Any) -> None:
    """A part of the picture after the DCT in blocks of 8, quantised in steps of 8, 32 and 128."""
    part = camera[60:260, 140:340]
    titles, pictures = ["original"], [part]
    for step in (8, 32, 128):
        table = np.full((8, 8), step)
        coefs = transforms.block_dct(part, level_shift=128, qtable=table)
        back = transforms.block_idct(coefs, shape=part.shape, level_shift=128, qtable=table, dtype=np.uint8)
        titles.append(f"step {step}: {100 * np.mean(coefs != 0):.0f} % not 0")
        pictures.append(back)
    panels(titles, pictures, "dct-quantisers.png")


def denoising(camera: Any) -> None:
    """The same part with noise, and after BayesShrink."""
    part = camera[60:260, 140:340].astype(np.float64)
    noisy = part + np.random.default_rng(0).normal(0, 20, part.shape)
    clean = transforms.denoise(noisy, wavelet="sym8")

    def loss(picture: Any) -> str:
        return f"{10 * np.log10(255**2 / np.mean((picture - part) ** 2)):.1f} dB"

    panels(
        ["original", f"noise: {loss(noisy)}", f"denoised: {loss(clean)}"],
        [part, noisy, clean],
        "wavelet-denoising.png",
    )


def vectors(astronaut: Any) -> None:
    """Motion between a picture and itself turned by four degrees and moved."""
    from matplotlib import pyplot
    from scipy import ndimage

    turn = np.deg2rad(4)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    centre = np.array([150, 200])
    now = ndimage.affine_transform(
        astronaut, matrix, centre - matrix @ centre + (4, -6), order=3, mode="nearest"
    )
    now = now.clip(0, 255).astype(np.uint8)
    field = motion.search(now, astronaut.astype(np.uint8), 16, 32, "pyramid", "satd", True, rate=8).vectors
    figure, axis = pyplot.subplots(figsize=(4.2, 3.1))
    axis.imshow(now, cmap="gray", vmin=-80, vmax=255)
    y, x = np.mgrid[8 : now.shape[0] : 16, 8 : now.shape[1] : 16]
    axis.quiver(
        x,
        y,
        field[..., 1],
        field[..., 0],
        color="#ff5533",
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.004,
    )
    axis.axis("off")
    figure.subplots_adjust(0, 0, 1, 1)
    write(figure, "motion-vectors.png")


def main() -> None:
    import matplotlib

    matplotlib.use("Agg")
    from skimage import color, data

    photographs: Any = data
    camera = photographs.camera()
    quantisers(camera)
    denoising(camera)
    vectors(255 * color.rgb2gray(photographs.astronaut())[0:300, 60:460])


if __name__ == "__main__":
    main()
