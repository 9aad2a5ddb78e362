"""The side-by-side table of DEFLATE: pycomp beside zlib, isal, zlib-ng, libdeflate and rapidgzip.

For each input and each job all libraries run in one process on the same buffer and take turns, each keeping
its best of N. Inputs are made from what every Python has at hand (its sources, an ELF or Mach-O or DLL of
its own, numbers as JSON, log lines), or are files named on the command line. The result is one CSV a machine
in bench/results and the DEFLATE part of docs/benchmarks.md (bench/tables.py).

    python bench/deflate_rivals.py                        # everything: about ten minutes
    python bench/deflate_rivals.py --jobs inflate,stream --rounds 3 FILE...
"""

from __future__ import annotations

import argparse
import base64
import gzip
import importlib
import importlib.metadata
import io
import itertools
import json
import os
import random
import sys
import sysconfig
import tarfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import record  # noqa: E402
import tables  # noqa: E402

SIZE = 20_000_000  # of each input made here, where there is that much of it
PIECE = 1 << 16  # what a streaming reader hands over at a time
BATCH = 64  # calls between two looks at the clock, for jobs of microseconds


@dataclass(frozen=True)
class Task:
    """One library at one job: what to run, and what its result must be equal to."""

    coder: str
    setting: str
    run: Callable[[], Any]
    check: Callable[[Any], bool]
    size: Callable[[Any], int] | None = None  # of the result, where the size is what matters
    threads: int = 1


# -- Inputs ---------------------------------------------------------------------------------------------


def sources(size: int) -> bytes:
    """A tar of the standard library's sources, as a source release looks."""
    out = io.BytesIO()
    folder = Path(sysconfig.get_paths()["stdlib"])
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(folder.rglob("*.py")):
            if "site-packages" not in path.parts and path.is_file():
                archive.add(path, str(path.relative_to(folder))[-99:])
            if out.tell() > size:
                break
    return out.getvalue()[:size]


def binary(size: int) -> bytes:
    """Machine code: this interpreter and its extension modules."""
    folder = Path(
        sysconfig.get_config_var("DESTSHARED") or Path(sysconfig.get_paths()["stdlib"]) / "lib-dynload"
    )
    files = [Path(sys.executable).resolve(), *sorted(folder.glob("*.so"))]
    return b"".join(path.read_bytes() for path in files if path.is_file())[:size]


def as_json(size: int) -> bytes:
    """Records of measurements, as an API returns them."""
    dice = random.Random(7)
    words = ["temperature", "pressure", "humidity", "wind", "rain", "cloud"]
    records = (
        {
            "id": number,
            "station": f"ST-{dice.randrange(900):04}",
            "time": f"2026-03-{dice.randrange(1, 31):02}T{dice.randrange(24):02}:00:00Z",
            "values": {word: round(dice.gauss(20, 6), 2) for word in dice.sample(words, 4)},
            "ok": dice.random() < 0.97,
        }
        for number in itertools.count()
    )
    return _filled(size, (json.dumps(record) + "\n" for record in records))


def logs(size: int) -> bytes:
    """Lines of a web server."""
    dice = random.Random(11)
    paths = [f"/{dice.choice(['api', 'static', 'user', 'img'])}/{dice.randrange(3000)}" for _ in range(800)]
    agents = [
        f"Mozilla/5.0 (X11; Linux x86_64; rv:{n}.0) Gecko/20100101 Firefox/{n}.0" for n in range(90, 130)
    ]

    def line(second: int) -> str:
        address = f"10.{dice.randrange(4)}.{dice.randrange(256)}.{dice.randrange(256)}"
        clock = f"{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"
        status, length = dice.choice([200, 200, 200, 304, 404]), int(dice.expovariate(1 / 9000))
        request = f'"GET {dice.choice(paths)} HTTP/1.1" {status} {length} "-" "{dice.choice(agents)}"'
        return f"{address} - - [12/Mar/2026:{clock} +0000] {request}\n"

    return _filled(size, map(line, itertools.count()))


def _filled(size: int, lines: Iterable[str]) -> bytes:
    out = bytearray()
    for line in lines:
        out += line.encode()
        if len(out) >= size:
            break
    return bytes(out[:size])


INPUTS: dict[str, Callable[[int], bytes]] = {
    "sources": sources,
    "binary": binary,
    "json": as_json,
    "logs": logs,
    "base64": lambda size: base64.encodebytes(random.Random(3).randbytes(size * 3 // 4))[:size],
}


# -- Jobs -----------------------------------------------------------------------------------------------


def _module(name: str) -> Any:
    """A rival's module, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _zlibs() -> Iterator[tuple[str, Any]]:
    """Everything with the interface of the standard module."""
    from pycomp import zlib as ours

    yield "pycomp", ours
    yield "zlib", zlib
    for name, module in (("isal", _module("isal.isal_zlib")), ("zlib-ng", _module("zlib_ng.zlib_ng"))):
        if module is not None:
            yield name, module


def inflate(data: bytes) -> Iterator[Task]:
    """One whole buffer whose size is known; stream by zlib -6."""
    from pycomp import deflate as ours

    packed, out = zlib.compress(data, 6), bytearray(len(data))

    def equal(result: Any) -> bool:
        return bytes(result) == data

    yield Task("pycomp", "deflate.decompress", partial(ours.decompress, packed), equal)
    yield Task("pycomp", "deflate.decompress, out=", partial(ours.decompress, packed, out=out), equal)
    libdeflate = _module("deflate")
    if libdeflate is not None:
        yield Task("libdeflate", "", partial(libdeflate.zlib_decompress, packed, len(data)), equal)
    for name, module in _zlibs():
        yield Task(name, "zlib.decompress", partial(module.decompress, packed), equal)


def stream(data: bytes) -> Iterator[Task]:
    """A decompressobj fed with 64 KiB at a time."""
    packed = zlib.compress(data, 6)

    def run(module: Any) -> bytes:
        reader = module.decompressobj()
        pieces = [reader.decompress(packed[at : at + PIECE]) for at in range(0, len(packed), PIECE)]
        return b"".join([*pieces, reader.flush()])

    for name, module in _zlibs():
        yield Task(name, "decompressobj", partial(run, module), data.__eq__)


def deflate(data: bytes) -> Iterator[Task]:
    """One whole buffer at several levels."""
    from pycomp import deflate as ours

    def back(result: Any) -> bool:
        return zlib.decompress(result) == data

    libdeflate, isal, ng = _module("deflate"), _module("isal.isal_zlib"), _module("zlib_ng.zlib_ng")
    for level in (1, 3, 6, 9, 12):
        rivals_here: list[tuple[str, int, Any]] = [("pycomp", level, ours.compress)]
        if libdeflate is not None:
            rivals_here.append(("libdeflate", level, libdeflate.zlib_compress))
        if level in (1, 6, 9):
            rivals_here.append(("zlib", level, zlib.compress))
            if ng is not None:
                rivals_here.append(("zlib-ng", level, ng.compress))
        if isal is not None and level in (1, 3):  # its levels are 0 to 3
            rivals_here += [("isal", quick, isal.compress) for quick in ((1, 2) if level == 1 else (3,))]
        for name, setting, call in rivals_here:
            yield Task(name, f"level {setting}", partial(call, data, setting), back, len)


def threads(data: bytes) -> Iterator[Task]:
    """The same work on one thread and on two."""
    from pycomp import deflate as ours

    def back(result: Any) -> bool:
        return zlib.decompress(result) == data

    target = io.BytesIO()
    with ours.BgzfWriter(target, 6) as writer:
        writer.write(data)
    bgzf = target.getvalue()
    for count in (1, 2):
        yield Task("pycomp", "level 6", partial(ours.compress, data, 6, threads=count), back, len, count)
        run = partial(ours.decompress, bgzf, format="gzip", threads=count)
        yield Task("pycomp", "BGZF, decompress", run, data.__eq__, None, count)
    rapidgzip = _module("rapidgzip")
    if rapidgzip is None:
        return
    packed = gzip.compress(data, 6)

    def read(count: int) -> bytes:
        with rapidgzip.open(io.BytesIO(packed), parallelization=count) as file:
            return bytes(file.read())

    for count in (1, 2):
        yield Task("rapidgzip", "gzip, no index", partial(read, count), data.__eq__, None, count)


def each(call: Callable[..., Any], pieces: list[bytes], *more: Any) -> list[Any]:
    """One call after the other."""
    return [call(piece, *more) for piece in pieces]


def small(data: bytes) -> Iterator[Task]:
    """Messages of 1 KB, one call each; the rate is that of all of them."""
    pieces = [data[at : at + 1000] for at in range(0, 1000 * BATCH, 1000)]
    packed = each(zlib.compress, pieces, 6)

    def back(result: Any) -> bool:
        return each(zlib.decompress, result) == pieces

    def total(result: Any) -> int:
        return sum(map(len, result))

    for name, module in _zlibs():
        level = 2 if name == "isal" else 6  # isal's levels end at 3
        setting = f"compress level {level}, 1 KB"
        yield Task(name, setting, partial(each, module.compress, pieces, level), back, total)
        yield Task(name, "decompress, 1 KB", partial(each, module.decompress, packed), pieces.__eq__)


def lines(data: bytes) -> Iterator[Task]:
    """Every line of a gzip file."""
    from pycomp import gzip as ours

    packed = gzip.compress(data, 6)
    expected = data.count(b"\n") + (not data.endswith(b"\n"))

    def run(module: Any) -> int:
        return sum(1 for _ in module.GzipFile(fileobj=io.BytesIO(packed)))

    others = (("isal", _module("isal.igzip")), ("zlib-ng", _module("zlib_ng.gzip_ng")))
    for name, module in (("pycomp", ours), ("gzip", gzip), *others):
        if module is not None:
            yield Task(name, "GzipFile, lines", partial(run, module), expected.__eq__)


def checksums(data: bytes) -> Iterator[Task]:
    """Checksums of the whole, and of 64 bytes at a time."""
    pieces = [data[at : at + 64] for at in range(0, 64 * BATCH, 64)]
    for function in ("crc32", "adler32"):
        standard = getattr(zlib, function)
        whole, parts = standard(data), each(standard, pieces)
        for name, module in _zlibs():
            call = getattr(module, function)
            yield Task(name, function, partial(call, data), whole.__eq__)
            yield Task(name, f"{function}, 64 B", partial(each, call, pieces), parts.__eq__)


JOBS: dict[str, Callable[[bytes], Iterator[Task]]] = {
    "inflate": inflate,
    "stream": stream,
    "deflate": deflate,
    "threads": threads,
    "small": small,
    "lines": lines,
    "checksums": checksums,
}
# What goes through a task in one run, where it is not the whole input.
PARTS = {"1 KB": 1000 * BATCH, "64 B": 64 * BATCH}


def measure(tasks: list[Task], rounds: int) -> list[tuple[float, Any]]:
    """The best time of each task, all taking turns, and its first result. Slow tasks get fewer rounds."""
    results = [task.run() for task in tasks]
    best = [float("inf")] * len(tasks)
    for turn in range(rounds):
        for number, task in enumerate(tasks):
            if turn > 1 and best[number] * turn > 4:
                continue
            begin = time.perf_counter()
            task.run()
            best[number] = min(best[number], time.perf_counter() - begin)
    return list(zip(best, results, strict=True))


def version(coder: str) -> str:
    package = {"pycomp": "pycomp-codecs", "libdeflate": "deflate"}.get(coder, coder)
    if coder in ("zlib", "gzip"):
        return zlib.ZLIB_RUNTIME_VERSION
    return importlib.metadata.version(package)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, help="inputs instead of those made here")
    parser.add_argument("--inputs", default=",".join(INPUTS))
    parser.add_argument("--jobs", default=",".join(JOBS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--machine", help="name of the result file (default: made from the CPU's)")
    parser.add_argument("--dry", action="store_true", help="only print")
    args = parser.parse_args()

    context = {**record.context(), "tier": os.environ.get("PYCOMP_ISA", "best")}
    inputs = {path.name: path.read_bytes()[: args.size] for path in args.files} or {
        name: INPUTS[name](args.size) for name in args.inputs.split(",")
    }
    rows: list[dict[str, object]] = []
    for (name, data), job in itertools.product(inputs.items(), args.jobs.split(",")):
        tasks = list(JOBS[job](data))
        for task, (seconds, result) in zip(tasks, measure(tasks, args.rounds), strict=True):
            raw = next((size for part, size in PARTS.items() if part in task.setting), len(data))
            row = {
                **context, "input": name, "job": job, "coder": task.coder, "setting": task.setting,
                "version": version(task.coder), "threads": task.threads, "raw_bytes": raw,
                "packed_bytes": task.size(result) if task.size else "", "mb_s": round(raw / seconds / 1e6, 1),
                "exact": task.check(result),
            }  # fmt: skip
            rows.append(row)
            wrong = "" if row["exact"] else "  WRONG"
            what = f"{name:10} {job:9} {task.coder:11} {task.setting:26} x{task.threads}"
            print(f"{what} {row['packed_bytes']!s:>9} {row['mb_s']:9.1f} MB/s{wrong}", flush=True)
    if not args.dry:
        record.write("deflate", rows, args.machine)
        tables.main()
    return 0 if all(row["exact"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
