"""A wheel's first breath: import everything native, run each tier, round-trip what there is.

Needs nothing but the installed wheel; run by `make wheel` in fresh environments and by cibuildwheel.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path

import numpy as np

import pycomp
import pycomp._native
from pycomp._native import arch, checksum


def main() -> None:
    """Raise at the first thing that does not work."""
    names = [m.name for m in pkgutil.iter_modules(pycomp._native.__path__)]
    for name in names:
        importlib.import_module(f"pycomp._native.{name}")

    data = np.random.default_rng(1).normal(size=50_000).astype(np.float32)
    hashes = set()
    frames = set()
    for tier in arch.detected():
        arch.set_isa(tier)
        hashes.add(checksum.xxh3_128(data.data))
        frame = pycomp.tensor.encode(data)
        frames.add(frame)
        if not np.array_equal(pycomp.tensor.decode(frame), data):
            raise SystemExit(f"{tier}: a tensor came back changed")
    if len(hashes) != 1 or len(frames) != 1:
        raise SystemExit("the tiers disagree")

    with tempfile.TemporaryDirectory() as folder:
        source, packed, back = (Path(folder) / name for name in ("x.npy", "x.npy.pcz", "y.npy"))
        np.save(source, data)
        pycomp.pack(source, packed)
        pycomp.unpack(packed, back)
        if source.read_bytes() != back.read_bytes():
            raise SystemExit("a file came back changed")

    version = ".".join(map(str, sys.version_info[:3]))
    print(f"Python {version}: {len(names)} native modules, tiers {', '.join(arch.detected())}: good")


if __name__ == "__main__":
    main()
