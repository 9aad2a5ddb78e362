"""The direction of includes and imports, held by reading the sources.

C: base, arch <- bitio, checksum <- entropy, transform, ... <- tensor, ... <- mt. A folder may include
itself, anything of a lower level and the public headers; never a sibling.
Python: a package may import those named after it in ORDER, never those before.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSRC = ROOT / "csrc"
PYTHON = ROOT / "pycomp"

LEVELS = {
    "base": 0,
    "arch": 0,
    "bitio": 1,
    "checksum": 1,
    "entropy": 2,
    "match": 2,
    "transform": 2,
    "predict": 2,
    "quant": 2,
    "ecc": 2,
    "deflate": 3,
    "block": 3,
    "tensor": 3,
    "mt": 4,
}
THREAD_HEADERS = {"pthread.h", "threads.h", "semaphore.h", "process.h", "signal.h", "windows.h", "omp.h"}
HEAP = re.compile(r"\b(malloc|calloc|realloc|free|aligned_alloc|posix_memalign|alloca|strdup)\s*\(")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)

C_FILES = sorted(p for p in CSRC.rglob("*") if p.suffix in {".c", ".h"})
C_IDS = [str(p.relative_to(CSRC)) for p in C_FILES]


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def includes(path: Path) -> list[str]:
    return [name for _, name in INCLUDE.findall(path.read_text())]


def may_include(path: Path, target: str) -> bool:
    """Whether the file of csrc may include the project header `target`."""
    home, folder = path.relative_to(CSRC).parts[0], target.split("/")[0]
    if folder == "pycomp":
        return True
    if home == "include":
        return False  # public headers stand on each other alone
    if home == folder:
        return True
    if home == "arch":  # a leaf knows the kernel it implements and the bit layouts; arch/ only the base
        leaf = len(path.relative_to(CSRC).parts) == 3
        return folder == "base" or (leaf and (folder == "bitio" or target.endswith("_common.h")))
    return LEVELS[folder] < LEVELS[home]


@pytest.mark.parametrize("path", C_FILES, ids=C_IDS)
def test_c_include_direction(path: Path) -> None:
    parts = path.relative_to(CSRC).parts
    assert parts[0] == "include" or parts[0] in LEVELS, f"{parts[0]}/ has no level"
    for target in includes(path):
        if "/" in target and not target.startswith("sys/"):
            assert may_include(path, target), f"{path.relative_to(ROOT)} must not include {target}"
            assert (CSRC / target).exists() or (CSRC / "include" / target).exists()


@pytest.mark.parametrize("path", C_FILES, ids=C_IDS)
def test_c_encode_and_decode_are_strangers(path: Path) -> None:
    other = {"encode": "decode", "decode": "encode"}
    for side, stranger in other.items():
        if f"_{side}" in path.stem:
            assert not [t for t in includes(path) if f"_{stranger}" in t]


@pytest.mark.parametrize("path", C_FILES, ids=C_IDS)
def test_c_keeps_to_its_world(path: Path) -> None:
    relative = str(path.relative_to(CSRC))
    named = {name.lower() for name in includes(path)}
    assert "python.h" not in named
    if not relative.startswith("mt/"):
        assert not named & THREAD_HEADERS, f"only mt/ knows threads, not {relative}"
    if relative != "base/alloc.c":
        assert not HEAP.search(without_comments(path.read_text())), (
            f"only base/alloc.c has a heap, not {relative}"
        )


@pytest.mark.parametrize(
    ("home", "target", "allowed"),
    [
        ("entropy/x.c", "bitio/bits.h", True),
        ("entropy/x.c", "pycomp/hist.h", True),
        ("entropy/x.c", "transform/y.h", False),
        ("entropy/x.c", "tensor/y.h", False),
        ("base/x.c", "bitio/bits.h", False),
        ("arch/kernels.c", "entropy/rans_common.h", False),
        ("arch/x86/rans_avx2.c", "entropy/rans_common.h", True),
        ("arch/x86/rans_avx2.c", "entropy/rans_encode.h", False),
        ("include/pycomp/hist.h", "base/mem.h", False),
    ],
)
def test_the_rule_itself(home: str, target: str, allowed: bool) -> None:
    assert may_include(CSRC / home, target) is allowed


def test_c_file_names_are_unique() -> None:
    names = [p.name for p in C_FILES if p.parent != CSRC / "include" / "pycomp"]
    assert sorted(names) == sorted(set(names))


def test_c_files_stay_readable() -> None:
    long = {str(p.relative_to(ROOT)): n for p in C_FILES if (n := p.read_text().count("\n")) > 600}
    assert not long, "a file of more than 600 lines wants to be two"


# Each package with those it may import, written as the layers from the top down. Packages that do not
# exist yet are here so that the first file in them is held too.
ORDER = [
    {"cli", "integrations"},
    {"media", "model", "lm", "select", "scaling", "dist"},
    {"archive"},
    {"tensor"},
    {"patching"},
    {"gzip"},
    {"lz", "transforms", "entropy", "zlib", "deflate"},
    {"_native"},
    {"errors", "_threads"},
]
LAYER = {name: i for i, names in enumerate(ORDER) for name in names}
PY_FILES = sorted(PYTHON.rglob("*.py"))


def package_of(path: Path) -> str:
    first = path.relative_to(PYTHON).parts[0]
    return first.removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    """Dotted names of everything a module imports, anywhere in it, even lazily."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute, so that a reader can grep for them"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", PY_FILES, ids=[str(p.relative_to(PYTHON)) for p in PY_FILES])
def test_python_import_direction(path: Path) -> None:
    home = package_of(path)
    if home in {"__init__", "__main__"}:
        return  # the front door reaches every room, on first use
    assert home in LAYER, f"pycomp/{home} has no layer"
    for name in imported(ast.parse(path.read_text())):
        root, _, rest = name.partition(".")
        if root != "pycomp":
            continue
        target = rest.split(".")[0]
        if not target:
            assert LAYER[home] == 0, "only those on top go through the front door"
            continue
        if target not in LAYER:  # an attribute of the front door, such as __version__
            assert target.startswith("__"), f"{name}: pycomp/{target} has no layer"
            continue
        assert target == home or LAYER[target] > LAYER[home], f"{home} must not import {name}"


NUMPY_FREE = {"_native", "errors", "_threads", "zlib", "gzip", "deflate", "patching"}


@pytest.mark.parametrize("path", PY_FILES, ids=[str(p.relative_to(PYTHON)) for p in PY_FILES])
def test_python_without_numpy(path: Path) -> None:
    if package_of(path) in NUMPY_FREE | {"__init__"}:
        names = {name.split(".")[0] for name in imported(ast.parse(path.read_text()))}
        assert "numpy" not in names


def test_cython_declares_c_only_in_c_files() -> None:
    native = PYTHON / "_native"
    for path in [*native.glob("*.pyx"), *native.glob("*.pxd")]:
        if not path.name.startswith("c_"):
            assert "cdef extern" not in path.read_text(), f"{path.name}: extern declarations live in c_*.pxd"
        for header in re.findall(r'cdef extern from "([^"]+)"', path.read_text()):
            assert (CSRC / "include" / header).exists(), f"{path.name} names the private header {header}"
