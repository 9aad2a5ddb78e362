"""Whatever is packed comes back, whatever is sliced is what numpy gives."""

from __future__ import annotations

import io
import json
import os
import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pycomp import archive
from pycomp.archive.dtypes import BITS
from pycomp.archive.rows import resolve
from pycomp.errors import PycompError

PROFILE = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

names = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20
).filter(lambda name: name not in (".", "..") and len(name.encode()) < 200)


@st.composite
def safetensors_files(draw: st.DrawFn) -> bytes:
    header: dict[str, Any] = {}
    data = b""
    for name in draw(st.lists(st.text(max_size=10), unique=True, max_size=6)):
        dtype = draw(st.sampled_from(sorted(BITS)))
        shape = draw(st.lists(st.integers(0, 9), max_size=4))
        bits = int(np.prod(shape, dtype=np.int64)) * BITS[dtype]
        if bits % 8 or name == "__metadata__":
            continue
        content = draw(st.binary(min_size=bits // 8, max_size=bits // 8))
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode() + b" " * draw(st.integers(0, 9))
    return struct.pack("<Q", len(text)) + text + data


contents = st.one_of(
    st.binary(max_size=3000),
    safetensors_files(),
    st.builds(lambda a, n: (a * n)[:200_000], st.binary(min_size=1, max_size=50), st.integers(1, 20_000)),
)


@PROFILE
@given(
    st.dictionaries(names, contents, max_size=5),
    st.sampled_from(["fast", "default", "high"]),
    st.integers(1, 3),
)
def test_folders(tree: dict[str, bytes], level: str, threads: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place, "in")
        root.mkdir()
        for name, content in tree.items():
            (root / name).write_bytes(content)
        archive.pack(root, Path(place, "x.pcz"), level=level, threads=threads)
        archive.unpack(Path(place, "x.pcz"), Path(place, "out"), threads=threads)
        assert {path.name: path.read_bytes() for path in Path(place, "out").iterdir()} == {
            path.name: path.read_bytes() for path in root.iterdir()
        }
        with archive.open(Path(place, "x.pcz")) as opened:
            assert opened.verify().ok
            for name in opened.keys():
                info = opened.describe(name)
                whole = opened.tensor(name)
                assert whole.nbytes == info.nbytes
                if whole.ndim and len(whole) and BITS[info.dtype] >= 8:
                    np.testing.assert_array_equal(
                        opened.slice(name, slice(1, None)).view("u1"), whole[1:].copy().view("u1")
                    )


@PROFILE
@given(contents, st.data())
def test_damage_is_never_wrong_data(content: bytes, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place, "f").write_bytes(content)
        os.utime(Path(place, "f"), ns=(0, 0))
        sink = io.BytesIO()
        archive.pack(Path(place, "f"), sink, threads=1)
    image = bytearray(sink.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(image) - 1))
        image[at] = data.draw(st.integers(0, 255))
    try:
        with archive.open(io.BytesIO(bytes(image))) as opened:
            assert opened.read("f") == content
    except PycompError:
        pass


@PROFILE
@given(
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=12).flatmap(
        lambda shape: st.tuples(
            st.just(shape),
            st.one_of(
                st.integers(-shape[0], shape[0] - 1) if shape[0] else st.just(slice(None)),
                st.slices(shape[0]),
                hnp.arrays(np.int64, st.integers(0, 9), elements=st.integers(-shape[0], shape[0] - 1))
                if shape[0]
                else st.just(np.zeros(0, np.int64)),
                hnp.arrays(bool, shape[0]),
                hnp.basic_indices(shape, allow_newaxis=True),
            ),
        )
    ),
    st.sampled_from([1, 100, 1 << 17, 1 << 30]),
)
def test_rows_read_what_numpy_picks(case: tuple[tuple[int, ...], Any], row_bytes: int) -> None:
    shape, rows = case
    array = np.arange(np.prod(shape)).reshape(shape)
    runs, then = resolve(rows, shape[0], row_bytes)
    assert all(0 <= start <= stop <= shape[0] for start, stop in runs)
    read = np.concatenate([array[start:stop] for start, stop in runs] or [array[:0]])
    want = array[rows]
    got = read[then]
    assert got.shape == want.shape
    np.testing.assert_array_equal(got, want)
