"""The other libraries as coders, for ``pycomp bench``, the demo and the bench folder.

Each runs at the settings that suit it best for the sample's element type, found by trying them on real
models; the ones that know tensors are told where they are. A library is imported when its coder is made;
one that is missing is reported with the reason, never left out in silence.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from pycomp.cli._coder import Coder, Files
from pycomp.cli._sample import Sample

# ---------------------------------------------------------------- general-purpose rivals


class Bytes(Coder):
    """A library that turns bytes into bytes."""

    def __init__(
        self,
        sample: Sample,
        threads: int,
        name: str,
        setting: str,
        distribution: str,
        encode: Callable[[Any], bytes],
        decode: Callable[[bytes], Any],
    ) -> None:
        super().__init__(sample, threads)
        self.name, self.setting, self.distribution = name, setting, distribution
        self._encode, self._decode = encode, decode

    def encode(self, source: memoryview) -> bytes:
        return self._encode(source)

    def decode(self, packed: bytes) -> Any:
        return self._decode(packed)


def _zlib(sample: Sample, threads: int) -> list[Coder]:
    import zlib

    return [Bytes(sample, 1, "zlib", "level 6", "", lambda x: zlib.compress(x, 6), zlib.decompress)]


def _bz2(sample: Sample, threads: int) -> list[Coder]:
    import bz2

    return [Bytes(sample, 1, "bz2", "level 9", "", lambda x: bz2.compress(x, 9), bz2.decompress)]


def _lzma(sample: Sample, threads: int) -> list[Coder]:
    import lzma

    return [Bytes(sample, 1, "lzma", "preset 0", "", lambda x: lzma.compress(x, preset=0), lzma.decompress)]


def _zstd(sample: Sample, threads: int) -> list[Coder]:
    zstandard = import_module("zstandard")
    encoder = zstandard.ZstdCompressor(level=3, threads=threads if threads > 1 else 0)
    decoder = zstandard.ZstdDecompressor()
    return [Bytes(sample, threads, "zstd", "level 3", "zstandard", encoder.compress, decoder.decompress)]


def _lz4(sample: Sample, threads: int) -> list[Coder]:
    frame = import_module("lz4.frame")
    return [Bytes(sample, 1, "lz4", "level 0", "lz4", frame.compress, frame.decompress)]


def _blosc2(sample: Sample, threads: int) -> list[Coder]:
    blosc2 = import_module("blosc2")
    if len(sample.data) >= 2**31:
        raise ImportError("its buffers end at 2 GB")
    settings = {
        "typesize": sample.width,
        "codec": blosc2.Codec.ZSTD,
        "clevel": 5,
        "filters": [blosc2.Filter.SHUFFLE],
        "nthreads": threads,
    }

    def encode(source: Any) -> bytes:
        packed: bytes = blosc2.compress2(source, **settings)
        return packed

    def decode(packed: bytes) -> Any:
        return blosc2.decompress2(packed, nthreads=threads)

    setting = f"shuffle {sample.width}, zstd 5"
    # The body only: an offset that is no multiple of the element would misplace the byte planes.
    return [_Body(Bytes(sample, threads, "blosc2", setting, "blosc2", encode, decode))]


class _Body(Coder):
    """Gives a coder the body of the sample and counts the bytes before it as stored."""

    def __init__(self, inner: Bytes) -> None:
        super().__init__(inner.sample, inner.threads)
        self.name, self.setting, self.distribution = inner.name, inner.setting, inner.distribution
        self._inner = inner

    def fresh(self) -> memoryview:
        return self.sample.body

    def encode(self, source: memoryview) -> bytes:
        return self._inner.encode(source)

    def decode(self, packed: bytes) -> Any:
        return self._inner.decode(packed)

    def size(self, packed: bytes) -> int:
        return len(packed) + self.sample.start

    def exact(self, restored: Any) -> bool:
        return memoryview(restored).cast("B") == self.sample.body


# ---------------------------------------------------------------- rivals that know numbers

ZIPNN_TYPES = {"BF16": "bfloat16", "F16": "float16", "F32": "float32"}
OPENZL_NODES = {"BF16": "BFloat16Deconstruct", "F16": "Float16Deconstruct", "F32": "Float32Deconstruct"}


class Lmzip(Files):
    """lmz works from file to file and finds the tensors itself; its level changes nothing on floats.

    It gets the chunk size that suits it: 1 MiB makes fp16 Whisper 1.1696 and fp32 MiniLM 1.2163, where its
    default of 8 MiB makes 1.1645 and 1.2059; on bf16 MiniLM 8 MiB is better, 1.5081 against 1.5068.
    """

    name = "lmzip"
    distribution = "lmzip"

    def __init__(self, sample: Sample, threads: int) -> None:
        self._lmz = import_module("lmz")
        kernel = self._lmz.backends()["kernel"]
        super().__init__(sample, threads)
        self._chunk = 8 << 20 if sample.dtype == "BF16" else 1 << 20
        self.setting = f"{self._chunk >> 20} MiB chunks, {kernel.replace(':', ' ')}"

    def encode(self, source: Path) -> Path:
        packed = self._folder / "packed.lmz"
        self._lmz.compress(os.fspath(source), os.fspath(packed), chunk_size=self._chunk, workers=self.threads)
        return packed

    def decode(self, packed: Path) -> Path:
        restored = self._folder / "restored"
        self._lmz.decompress(os.fspath(packed), os.fspath(restored), workers=self.threads)
        return restored


class Zipnn(Coder):
    """ZipNN on the body. It rearranges the bits of bf16 and fp32 input in place, so each turn gets a copy."""

    name = "zipnn"
    distribution = "zipnn"

    def __init__(self, sample: Sample, threads: int) -> None:
        super().__init__(sample, threads)
        if sample.dtype not in ZIPNN_TYPES:
            raise ImportError(f"takes {', '.join(ZIPNN_TYPES)}, not {sample.dtype}")
        self.setting = ZIPNN_TYPES[sample.dtype]
        self._coder = import_module("zipnn").ZipNN(
            bytearray_dtype=self.setting, input_format="byte", threads=threads
        )

    def fresh(self) -> bytearray:
        return bytearray(self.sample.body)

    def encode(self, source: bytearray) -> Any:
        return self._coder.compress(source)

    def decode(self, packed: Any) -> Any:
        return self._coder.decompress(packed)

    def size(self, packed: Any) -> int:
        return len(packed) + self.sample.start

    def exact(self, restored: Any) -> bool:
        return memoryview(restored).cast("B") == self.sample.body


class Openzl(Coder):
    """OpenZL on the body, cut into pieces that stay in the cache: faster than whole, and no larger.

    ``deconstruct`` splits floats into exponents and the rest, ``transpose`` any numbers into byte planes;
    each plane is then entropy coded. On bf16 the sign and fraction are stored, as they do not shrink.
    Its Python interface has no threads.
    """

    name = "openzl"
    distribution = "openzl"
    PIECE = 1 << 19  # bytes; fastest of 512 KiB, 1 MiB and 4 MiB at equal ratio

    def __init__(self, sample: Sample, method: str) -> None:
        super().__init__(sample, 1)
        if method == "deconstruct" and sample.dtype not in OPENZL_NODES:
            raise ImportError(f"deconstructs {', '.join(OPENZL_NODES)}, not {sample.dtype}")
        zl = self._zl = import_module("openzl.ext")
        self.setting = method
        compressor = zl.Compressor()
        compressor.set_parameter(zl.CParam.FormatVersion, zl.MAX_FORMAT_VERSION)
        compressor.select_starting_graph(self._graph(method, compressor))
        self._compressor = compressor  # the context below only refers to it
        self._encoder = zl.CCtx()
        self._encoder.set_parameter(zl.CParam.StickyParameters, 1)
        self._encoder.ref_compressor(compressor)
        self._decoder = zl.DCtx()

    def _graph(self, method: str, compressor: Any) -> Any:
        nodes, graphs = self._zl.nodes, self._zl.graphs
        entropy = graphs.Entropy()(compressor)
        planes = nodes.TransposeSplit()(compressor, entropy)
        if method == "transpose":
            return nodes.ConvertNumToStructLE()(compressor, planes)
        rest = graphs.Store()(compressor) if self.sample.dtype == "BF16" else planes
        node = getattr(nodes, OPENZL_NODES[self.sample.dtype])
        return node()(compressor, sign_frac=rest, exponent=graphs.Huffman()(compressor))

    def encode(self, source: memoryview) -> tuple[list[bytes], memoryview]:
        import numpy as np

        body = source[self.sample.start :]
        width = self.sample.width
        whole = len(body) // width * width
        array = np.frombuffer(body[:whole], f"<u{width}")
        step = self.PIECE // width
        kind, make = self._zl.Type.Numeric, self._zl.Input
        pieces = [
            self._encoder.compress([make(kind, array[i : i + step])]) for i in range(0, len(array), step)
        ]
        return pieces, body[whole:]

    def decode(self, packed: tuple[list[bytes], memoryview]) -> list[Any]:
        # The pieces stay where the library put them: joining them would cost it a copy.
        return [self._decoder.decompress(piece)[0] for piece in packed[0]]

    def size(self, packed: tuple[list[bytes], memoryview]) -> int:
        return self.sample.start + sum(map(len, packed[0])) + len(packed[1])

    def exact(self, restored: list[Any]) -> bool:
        joined = b"".join(piece.content.as_bytes() for piece in restored)
        return (
            joined == self.sample.body[: len(joined)]
            and len(self.sample.body) - len(joined) < self.sample.width
        )


def _openzl(sample: Sample, threads: int) -> list[Coder]:
    methods = ["deconstruct"] * (sample.dtype in OPENZL_NODES) + ["transpose"]
    return [Openzl(sample, method) for method in methods]


RIVALS: dict[str, Callable[[Sample, int], list[Coder]]] = {
    "zipnn": lambda sample, threads: [Zipnn(sample, threads)],
    "lmzip": lambda sample, threads: [Lmzip(sample, threads)],
    "openzl": _openzl,
    "zstd": _zstd,
    "blosc2": _blosc2,
    "lz4": _lz4,
    "zlib": _zlib,
    "bz2": _bz2,
    "lzma": _lzma,
}


@dataclass(frozen=True)
class Skipped:
    """A rival that could not take part, and why."""

    name: str
    reason: str


def theirs(
    sample: Sample, threads: int = 1, names: Sequence[str] = tuple(RIVALS)
) -> tuple[list[Coder], list[Skipped]]:
    """The named rivals that are installed and take the sample, and those that are not or do not."""
    coders: list[Coder] = []
    skipped: list[Skipped] = []
    for name in names:
        try:
            coders += RIVALS[name](sample, threads)
        except ModuleNotFoundError as error:
            skipped.append(Skipped(name, f"needs the package {error.name or name}, which is not installed"))
        except Exception as error:  # a broken installation is a reason too
            skipped.append(Skipped(name, f"{error}".splitlines()[0] if str(error) else type(error).__name__))
    return coders, skipped
