"""What is installed: typed, complete, small, and the wheel rather than the source tree."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
from pathlib import Path

import pytest

import pycomp

PACKAGE = Path(pycomp.__file__).parent
ROOT = Path(__file__).resolve().parents[2]
NATIVE = sorted(p for p in (PACKAGE / "_native").iterdir() if p.suffix in {".so", ".pyd"})
MIB = 1 << 20


def test_the_installed_package_is_under_test() -> None:
    assert PACKAGE != ROOT / "pycomp", "run the tests with `make test`, against the installed wheel"


def test_version_is_one() -> None:
    assert importlib.metadata.version("pycomp-codecs") == pycomp.__version__
    assert f'version = "{pycomp.__version__}"' in (ROOT / "pyproject.toml").read_text()


def test_runtime_needs_numpy_alone() -> None:
    needs = importlib.metadata.requires("pycomp-codecs") or []
    assert [n for n in needs if "extra ==" not in n] == ["numpy>=1.24"]


def test_every_native_module_has_a_stub() -> None:
    modules = {p.name.split(".")[0] for p in NATIVE}
    assert modules == {p.stem for p in (ROOT / "pycomp" / "_native").glob("*.pyx")}
    assert modules == {p.stem for p in (PACKAGE / "_native").glob("*.pyi")}
    assert (PACKAGE / "py.typed").exists()


def test_no_sources_are_shipped() -> None:
    left = [p for p in PACKAGE.rglob("*") if p.suffix in {".pyx", ".pxd", ".c", ".h", ".a", ".o"}]
    assert not left


@pytest.mark.parametrize("path", NATIVE, ids=[p.name.split(".")[0] for p in NATIVE])
def test_each_library_is_small(path: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(path, tmp_path))
    strip = shutil.which("strip")
    if strip and path.suffix == ".so":
        subprocess.run([strip, str(copy)], check=True)
    print(f"{path.name}: {copy.stat().st_size:,} bytes stripped")
    assert copy.stat().st_size <= 1 * MIB


def test_the_wheel_is_small(tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "pycomp"), "zip", PACKAGE)
    print(f"zipped: {Path(archive).stat().st_size:,} bytes")
    assert Path(archive).stat().st_size <= 3 * MIB
