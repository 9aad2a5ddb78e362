"""Many arrays at a time: threads over arrays and, in large ones, over chunks.

A model is a hundred matrices, most of them too small to keep two threads busy alone; side by side they
keep any number busy.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pycomp._native.tensor import LEVELS, decode_frames, encode_frames
from pycomp._threads import fills_threads, groups, resolve
from pycomp.errors import PycompError, UnsupportedError
from pycomp.tensor.array import decode, encode, parse, prepare

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Buffer


def encode_batch(
    arrays: Sequence[NDArray[Any] | Buffer],
    *,
    dtype: str | None = None,
    level: str = "default",
    threads: int | None = 1,
) -> list[bytes]:
    """``[encode(array) for array in arrays]``, with the same bytes, several at a time.

    Parameters
    ----------
    arrays : sequence of arrays or buffers
        As :func:`encode` takes them.
    dtype, level
        As in :func:`encode`, for all of them.
    threads : int, optional
        How many threads to use; None for all usable cores.

    Returns
    -------
    list of bytes
        One blob an array, in order.

    Raises
    ------
    TypeError, ValueError
        As :func:`encode`; nothing is returned then.

    Examples
    --------
    >>> import numpy as np
    >>> state = {"weight": np.ones((300, 200), np.float32), "bias": np.zeros(300, np.float32)}
    >>> blobs = dict(zip(state, encode_batch(list(state.values()), threads=2)))
    >>> [array.shape for array in decode_batch(list(blobs.values()))]
    [(300, 200), (300,)]
    """
    count = resolve(threads)
    blobs: list[bytes] = [b""] * len(arrays)
    small = []
    for i, array in enumerate(arrays):
        source = prepare(array, dtype, level)
        if fills_threads(len(source.data), count):
            blobs[i] = encode(array, dtype=dtype, level=level, threads=count)
        else:
            small.append((i, source, len(source.data)))
    for group in groups(small, count):
        frames = encode_frames([source[:4] for _, source in group], LEVELS[level], count)
        for (i, _), (frame, _, _) in zip(group, frames, strict=True):
            blobs[i] = frame
    return blobs


def decode_batch(
    blobs: Sequence[Buffer], *, out: Sequence[Any] | None = None, threads: int | None = 1
) -> list[NDArray[Any]]:
    """``[decode(blob) for blob in blobs]``, several at a time.

    Parameters
    ----------
    blobs : sequence of buffers
        What :func:`encode` or :func:`encode_batch` returned.
    out : sequence of writable buffers, optional
        One for each blob, as in :func:`decode`; an entry of None is allocated.
    threads : int, optional
        How many threads to use; None for all usable cores.

    Returns
    -------
    list of ndarray
        One array a blob, in order.

    Raises
    ------
    pycomp.errors.PycompError, ValueError
        As :func:`decode`, for the first damaged blob.
    """
    if out is not None and len(out) != len(blobs):
        raise ValueError(f"out has {len(out)} buffers for {len(blobs)} blobs")
    count = resolve(threads)
    arrays: list[Any] = [None] * len(blobs)
    small = []
    for i, blob in enumerate(blobs):
        to = None if out is None else out[i]
        with _about(i):
            parsed = parse(blob)
            if parsed.frame.base is not None:
                raise UnsupportedError("it holds differences; decode() it with its base")
            if fills_threads(parsed.frame.size, count):
                arrays[i] = decode(blob, out=to, threads=count)
                continue
        small.append((i, (parsed, parsed.target(to)), parsed.frame.size))
    for group in groups(small, count):
        try:
            decode_frames([(p.frame, *p.apart(target), target) for _, (p, target) in group], count)
        except PycompError as error:
            with _about(group[getattr(error, "item", 0)][0]):
                raise
        for i, (parsed, target) in group:
            arrays[i] = parsed.array(target)
    return arrays


@contextlib.contextmanager
def _about(number: int) -> Iterator[None]:
    """Has errors say which blob they are about."""
    try:
        yield
    except PycompError as error:
        told = type(error)(f"blob {number}: {error}")
        told.__dict__.update(error.__dict__)  # the chunk, where one is to blame
        raise told from None
