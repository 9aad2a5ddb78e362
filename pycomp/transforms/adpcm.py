"""ADPCM: 16-bit samples in four bits each by the IMA's method, and in two to five by an adaptive quantiser.

A sample is coded as its difference from the last one, in steps whose size follows the signal (Interactive
Multimedia Association, "Recommended Practices for Enhancing Digital Audio Compatibility in Multimedia
Systems", 1992). Two orders of the half bytes are about, and they are not each other's:

- ``"wav"``: the first sample of a byte in its low half, as in the blocks of WAV's format 0x11;
- ``"audioop"``: the first sample in the high half, as the standard library's audioop wrote it (up to 3.12).

:func:`encode` and :func:`decode` speak WAV's blocks, each of which stands alone, so that many are coded side
by side.
:func:`encode_stream` and :func:`decode_stream` are bare half bytes, of one stream or a batch, in either
order;
:func:`lin2adpcm` and :func:`adpcm2lin` have audioop's signatures and results. :func:`encode_adaptive` and
:func:`decode_adaptive` are our own (docs/design/0022-prediction.md).

Samples that are not C-contiguous int16 are copied first where that loses nothing, and refused where it would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pycomp._native import adpcm as _native
from pycomp._threads import resolve
from pycomp.transforms._out import fitting

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from typing_extensions import Buffer

__all__ = [
    "block_frames",
    "encode",
    "decode",
    "encode_stream",
    "decode_stream",
    "lin2adpcm",
    "adpcm2lin",
    "encode_adaptive",
    "decode_adaptive",
]

ORDERS = {"wav": False, "audioop": True}  # whether the first sample is in the high half
BLOCK = 1024  # bytes a channel: what ffmpeg writes at most rates


def _samples(samples: ArrayLike, where: str) -> NDArray[np.int16]:
    values = np.asarray(samples)
    if values.dtype != np.int16 and not (values.dtype.kind in "iu" and np.can_cast(values.dtype, np.int16)):
        raise TypeError(f"adpcm.{where}: samples of dtype {values.dtype}; ADPCM codes int16")
    return np.require(values, np.int16, ["C", "A"])


def _target(
    out: NDArray[Any] | None, shape: tuple[int, ...], dtype: type, source: NDArray[Any], where: str
) -> NDArray[Any]:
    if out is None:
        return np.empty(shape, dtype)
    return fitting(out, shape, np.dtype(dtype), f"adpcm.{where}", apart=[source], contiguous=True)


def block_frames(block_size: int, channels: int = 1) -> int:
    """Frames that a block of *block_size* bytes holds: the header's one and eight a word of each channel.

    :raises ValueError: if no block has this size: it is not a positive multiple of 4 bytes a channel.

    >>> from pycomp.transforms import adpcm
    >>> adpcm.block_frames(256), adpcm.block_frames(2048, channels=2)
    (505, 2041)
    """
    if not 1 <= channels <= _native.MAX_CHANNELS:
        raise ValueError(f"adpcm: {channels} channels are not 1..{_native.MAX_CHANNELS}")
    frames = _native.block_frames(block_size, channels) if 0 < block_size < 1 << 32 else 0
    if frames == 0:
        raise ValueError(f"adpcm: block_size {block_size} is not a positive multiple of {4 * channels}")
    return frames


def encode(samples: ArrayLike, *, block_size: int | None = None, threads: int | None = 1) -> bytes:
    """Blocks of WAV's IMA ADPCM, format 0x11: the body of a ``data`` chunk.

    Parameters
    ----------
    samples : array_like
        int16, of shape (frames,) or (frames, channels).
    block_size : int, optional
        Bytes of a block, a multiple of four a channel; 1024 a channel by default.
    threads : int, optional
        Threads that share the blocks. None: all cores.

    Returns
    -------
    bytes
        Whole blocks; the last repeats the last sample to its end, so the number of frames must be kept
        elsewhere (WAV: the ``fact`` chunk). Each block starts with the step that suits its first samples, so
        the bytes differ from those of encoders that carry the step over, and need none of the blocks before.

    Raises
    ------
    TypeError
        Samples that are not int16, nor integers that int16 holds.
    ValueError
        An array of another rank, or a block size that does not fit the channels.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp.transforms import adpcm
    >>> tone = (8000 * np.sin(np.arange(1000) / 20)).astype(np.int16)
    >>> blocks = adpcm.encode(tone, block_size=256)
    >>> len(blocks)
    512
    >>> back = adpcm.decode(blocks, block_size=256, frames=1000)
    >>> bool(np.abs(back.astype(int) - tone).max() < 300)
    True
    """
    values = _samples(samples, "encode")
    if values.ndim not in (1, 2):
        raise ValueError(
            f"adpcm.encode: samples of shape {values.shape}, not (frames,) or (frames, channels)"
        )
    channels = values.shape[1] if values.ndim == 2 else 1
    size = BLOCK * channels if block_size is None else block_size
    blocks = -(-len(values) // block_frames(size, channels))
    codes = np.empty(blocks * size, np.uint8)
    _native.wav(codes, values.reshape(-1), len(values), channels, size, True, resolve(threads))
    return codes.tobytes()


def decode(
    data: Buffer,
    *,
    block_size: int,
    channels: int = 1,
    frames: int | None = None,
    out: NDArray[Any] | None = None,
    threads: int | None = 1,
) -> NDArray[np.int16]:
    """The samples of WAV's IMA ADPCM blocks.

    Parameters
    ----------
    data : bytes-like
        Blocks; the last may end early, after any word of all channels.
    block_size, channels : int
        As the WAV header's ``nBlockAlign`` and ``nChannels`` say.
    frames : int, optional
        How many to decode; all that are there by default.
    out : ndarray, optional
        Where to, of the result's shape.
    threads : int, optional
        Threads that share the blocks. None: all cores.

    Returns
    -------
    ndarray of int16, shape (frames,) for one channel, else (frames, channels)

    Raises
    ------
    CorruptError
        A block's header names a step that does not exist; the message says which block and value.
    TruncatedError
        Fewer frames than were asked for, or a last block that ends within a header or a word.
    ValueError
        A block size that does not fit the channels, or a bad ``out``.

    Examples
    --------
    >>> from pycomp.transforms import adpcm
    >>> adpcm.decode(bytes([16, 0, 0, 0, 0x07, 0x80, 0x07, 0xF0]), block_size=8)
    array([16, 27, 29, 30, 29, 51, 54, 56, 18], dtype=int16)
    """
    codes = np.frombuffer(data, np.uint8)
    whole, unit = block_frames(block_size, channels), 4 * channels
    rest = codes.size % block_size
    there = codes.size // block_size * whole + (8 * (rest // unit) - 7 if rest >= unit else 0)
    if frames is None:
        if rest % unit:
            from pycomp.errors import TruncatedError

            raise TruncatedError(
                f"adpcm.decode: the last block ends after {rest} bytes, not a multiple of {unit}"
            )
        frames = there
    if not 0 <= frames <= there:
        if frames < 0:
            raise ValueError(f"adpcm.decode: frames {frames} is negative")
        from pycomp.errors import TruncatedError

        raise TruncatedError(f"adpcm.decode: {frames} frames wanted, {codes.size} bytes hold {there}")
    shape = (frames,) if channels == 1 else (frames, channels)
    target = _target(out, shape, np.int16, codes, "decode")
    _native.wav(codes, target.reshape(-1), frames, channels, block_size, False, resolve(threads))
    return target


def _order(order: str, where: str) -> bool:
    if order not in ORDERS:
        raise ValueError(f"adpcm.{where}: order {order!r} is unknown; choose one of {', '.join(ORDERS)}")
    return ORDERS[order]


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    pairs = zip(shape[::-1], target[::-1], strict=False)
    return len(shape) <= len(target) and all(a in (1, b) for a, b in pairs)


def _state(
    state: tuple[ArrayLike, ArrayLike] | None, shape: tuple[int, ...], where: str
) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """Copies of the state that the kernel will change, of one entry a stream."""
    if state is not None and (not isinstance(state, (tuple, list)) or len(state) != 2):
        raise TypeError(f"adpcm.{where}: a state is a pair of predictors and indexes, not {state!r}")
    predictors, indexes = (0, 0) if state is None else state
    wide, steps = np.asarray(predictors), np.asarray(indexes)
    for values, low, high, what in (
        (wide, -32768, 32767, "predictor"),
        (steps, 0, _native.LAST_STEP, "index"),
    ):
        if values.dtype.kind not in "iu":
            raise TypeError(f"adpcm.{where}: a state of dtype {values.dtype}; {what}s are integers")
        bad = values[(values < low) | (values > high)]
        if bad.size:
            raise ValueError(f"adpcm.{where}: bad state: {what} {bad.flat[0]} is not in {low}..{high}")
        if not _broadcasts(values.shape, shape):
            raise ValueError(f"adpcm.{where}: bad state: shape {values.shape} for streams of shape {shape}")
    return (
        np.array(np.broadcast_to(wide, shape), np.int16, order="C"),
        np.array(np.broadcast_to(steps, shape), np.uint8, order="C"),
    )


def encode_stream(
    samples: ArrayLike,
    *,
    order: str = "audioop",
    state: tuple[ArrayLike, ArrayLike] | None = None,
    out: NDArray[np.uint8] | None = None,
    threads: int | None = 1,
) -> tuple[NDArray[np.uint8], tuple[NDArray[np.int16], NDArray[np.uint8]]]:
    """Bare half bytes along the last axis, each line a stream of its own.

    Parameters
    ----------
    samples : array_like
        int16, of shape (..., n).
    order : {"audioop", "wav"}
        Which half of a byte comes first: the high one, or the low one.
    state : (predictors, indexes), optional
        What the coders start from, of shape (...) or anything that broadcasts to it; 0 and 0 by default.
    out : ndarray, optional
        Where to put the codes: C-contiguous, apart from the samples.
    threads : int, optional
        Threads that share the lines. None: all cores.

    Returns
    -------
    codes : ndarray of uint8, shape (..., ceil(n / 2))
        The spare half of the last byte of an odd line is 0.
    state : (ndarray of int16, ndarray of uint8)
        What to go on from, of shape (...).

    Raises
    ------
    TypeError, ValueError
        Samples that are no int16 or have no axis; an unknown order; a bad state.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp.transforms import adpcm
    >>> codes, state = adpcm.encode_stream(np.array([0, 10, 30, 60], np.int16))
    >>> codes.tobytes().hex()
    '0665'
    >>> adpcm.decode_stream(codes)[0]
    array([ 0, 10, 30, 60], dtype=int16)
    """
    values = _samples(samples, "encode_stream")
    if values.ndim == 0:
        raise ValueError("adpcm.encode_stream: a single number has no axis to run along")
    high = _order(order, "encode_stream")
    predictors, indexes = _state(state, values.shape[:-1], "encode_stream")
    n = values.shape[-1]
    codes = _target(out, (*values.shape[:-1], (n + 1) // 2), np.uint8, values, "encode_stream")
    _native.streams(codes, values, predictors, indexes, n, high, True, resolve(threads))
    return codes, (predictors, indexes)


def decode_stream(
    codes: ArrayLike | bytes,
    *,
    n: int | None = None,
    order: str = "audioop",
    state: tuple[ArrayLike, ArrayLike] | None = None,
    out: NDArray[np.int16] | None = None,
    threads: int | None = 1,
) -> tuple[NDArray[np.int16], tuple[NDArray[np.int16], NDArray[np.uint8]]]:
    """The samples of :func:`encode_stream`, from its codes.

    Bytes, or uint8 of shape (..., bytes), become int16 of shape (..., n); *n* is twice the bytes by default,
    or one less. The other parameters, the state that is returned and the
    errors are those of :func:`encode_stream`.
    """
    raw = isinstance(codes, (bytes, bytearray, memoryview))
    values = np.frombuffer(codes, np.uint8) if raw else np.asarray(codes)  # type: ignore[arg-type]
    if values.dtype != np.uint8 or values.ndim == 0:
        raise TypeError(
            f"adpcm.decode_stream: codes of dtype {values.dtype} and shape {values.shape}, not uint8"
        )
    values = np.ascontiguousarray(values)
    high = _order(order, "decode_stream")
    count = 2 * values.shape[-1] if n is None else n
    if count not in (2 * values.shape[-1], 2 * values.shape[-1] - 1) or count < 0:
        raise ValueError(f"adpcm.decode_stream: {values.shape[-1]} bytes hold twice as many samples, not {n}")
    predictors, indexes = _state(state, values.shape[:-1], "decode_stream")
    samples = _target(out, (*values.shape[:-1], count), np.int16, values, "decode_stream")
    _native.streams(values, samples, predictors, indexes, count, high, False, resolve(threads))
    return samples, (predictors, indexes)


_WIDTHS: dict[int, tuple[str, int]] = {1: ("i1", -8), 2: ("<i2", 0), 3: ("", 8), 4: ("<i4", 16)}


def _width(width: int, where: str) -> tuple[str, int]:
    if width not in _WIDTHS:
        raise ValueError(f"adpcm.{where}: width {width} is not 1, 2, 3 or 4")
    return _WIDTHS[width]


def _audioop_state(state: tuple[int, int] | None, where: str) -> tuple[int, int]:
    if state is None:
        return 0, 0
    if not isinstance(state, tuple) or len(state) != 2:
        raise TypeError(f"adpcm.{where}: state must be a tuple of two integers or None, not {state!r}")
    return state


def lin2adpcm(fragment: Buffer, width: int, state: tuple[int, int] | None) -> tuple[bytes, tuple[int, int]]:
    r"""``audioop.lin2adpcm``: samples of *width* bytes, of which the top 16 bits count, to half bytes.

    The last of an odd number of samples moves the state and is not written, as with audioop. Errors are
    ValueError where audioop's are its own ``error``; samples are little-endian, as on every machine of note.

    >>> from pycomp.transforms import adpcm
    >>> adpcm.lin2adpcm(bytes([0, 0, 10, 0, 30, 0, 60, 0]), 2, None)
    (b'\x06e', (60, 16))
    """
    dtype, shift = _width(width, "lin2adpcm")
    state = _audioop_state(state, "lin2adpcm")
    raw = np.frombuffer(fragment, np.uint8)
    if raw.size % width:
        raise ValueError(f"adpcm.lin2adpcm: {raw.size} bytes are not a whole number of samples of {width}")
    if width == 3:
        samples = np.ascontiguousarray(raw.reshape(-1, 3)[:, 1:]).view("<i2").reshape(-1)
    elif shift < 0:
        samples = raw.view(dtype).astype(np.int16) << -shift
    else:
        samples = (raw.view(dtype) >> shift).astype(np.int16)
    codes, (predictor, index) = encode_stream(samples, state=state)
    return codes[: samples.size // 2].tobytes(), (int(predictor), int(index))


def adpcm2lin(fragment: Buffer, width: int, state: tuple[int, int] | None) -> tuple[bytes, tuple[int, int]]:
    r"""``audioop.adpcm2lin``: half bytes to samples of *width* bytes, whose top 16 bits are filled.

    >>> from pycomp.transforms import adpcm
    >>> adpcm.adpcm2lin(b"\x05w", 2, None)
    (b'\x00\x00\x08\x00\x1b\x00D\x00', (68, 20))
    """
    dtype, shift = _width(width, "adpcm2lin")
    state = _audioop_state(state, "adpcm2lin")
    samples, (predictor, index) = decode_stream(np.frombuffer(fragment, np.uint8), state=state)
    if width == 3:
        out = np.zeros((samples.size, 3), np.uint8)
        out[:, 1:] = samples.astype("<i2", copy=False).view(np.uint8).reshape(-1, 2)
        wide: NDArray[Any] = out
    elif shift < 0:
        wide = (samples >> -shift).astype(dtype)
    else:
        wide = samples.astype(dtype) << shift
    return wide.tobytes(), (int(predictor), int(index))


def _bits(bits: int, where: str) -> int:
    if bits not in (2, 3, 4, 5):
        raise ValueError(f"adpcm.{where}: bits {bits} is not in 2..5")
    return int(bits)


def encode_adaptive(
    samples: ArrayLike, *, bits: int = 4, out: NDArray[np.uint8] | None = None, threads: int | None = 1
) -> NDArray[np.uint8]:
    """Codes of two to five bits along the last axis, by a predictor and a quantiser that follow each line.

    In the manner of G.726 and not its bits: two poles and six zeros, a step that follows the codes, integers
    throughout. Six decibels of noise less a bit, and steadier than IMA's on speech.

    Parameters
    ----------
    samples : array_like
        int16, of shape (..., n).
    bits : int
        2 to 5.
    out : ndarray, optional
        Where to put the codes: C-contiguous, apart from the samples.
    threads : int, optional
        Threads that share the lines. None: all cores.

    Returns
    -------
    ndarray of uint8, shape (..., n)
        One code a byte, below ``2**bits``: the sign on top, the magnitude below.

    Raises
    ------
    TypeError, ValueError
        Samples that are no int16 or have no axis; other bits.

    Examples
    --------
    >>> import numpy as np
    >>> from pycomp.transforms import adpcm
    >>> tone = (8000 * np.sin(np.arange(4000) / 20)).astype(np.int16)
    >>> back = adpcm.decode_adaptive(adpcm.encode_adaptive(tone, bits=5), bits=5)
    >>> noise = np.square(tone - back.astype(float)).mean()
    >>> bool(10 * np.log10(np.square(tone.astype(float)).mean() / noise) > 30)
    True
    """
    values = _samples(samples, "encode_adaptive")
    if values.ndim == 0:
        raise ValueError("adpcm.encode_adaptive: a single number has no axis to run along")
    codes = _target(out, values.shape, np.uint8, values, "encode_adaptive")
    lines = values.size // values.shape[-1] if values.size else 0
    _native.adaptive(codes, values, lines, _bits(bits, "encode_adaptive"), True, resolve(threads))
    return codes


def decode_adaptive(
    codes: ArrayLike, *, bits: int = 4, out: NDArray[np.int16] | None = None, threads: int | None = 1
) -> NDArray[np.int16]:
    """What :func:`encode_adaptive` reconstructed, from its codes: uint8 to int16 of the same shape (..., n).

    Only the low *bits* bits of a code count. Errors are those of :func:`encode_adaptive`.
    """
    values = np.asarray(codes)
    if values.dtype != np.uint8 or values.ndim == 0:
        raise TypeError(f"adpcm.decode_adaptive: codes of dtype {values.dtype} and shape {values.shape}")
    values = np.ascontiguousarray(values)
    samples = _target(out, values.shape, np.int16, values, "decode_adaptive")
    lines = values.size // values.shape[-1] if values.size else 0
    _native.adaptive(values, samples, lines, _bits(bits, "decode_adaptive"), False, resolve(threads))
    return samples
