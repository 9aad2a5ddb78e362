"""CPython's own tests pass on our modules, run from an interpreter's installed test package.

The interpreter is the one that runs this, or if it came without its tests (as Debian's does) the first one
found that has them: the wheel is the same for all. With PYCOMP_COMPLIANCE=all it is every one found
(``make compliance``).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pycomp

HERE = Path(__file__).resolve().parent
RUNNER = HERE / "run_stdlib.py"
sys.path.insert(0, str(HERE.parents[1] / "wheels"))
from interpreters import interpreters  # noqa: E402

# The fewest tests that any supported Python has in each: a module that loads as empty must not pass.
EXPECTED = {"test.test_zlib": 60, "test.test_gzip": 60, "test.test_zipfile": 250, "test.test_tarfile": 500}
PROBE = "from importlib.util import find_spec as f; raise SystemExit(not (f('test') and f('test.test_zlib')))"


def has_tests(python: str) -> bool:
    return subprocess.run([python, "-c", PROBE]).returncode == 0


def candidates() -> list[str]:
    if os.environ.get("PYCOMP_COMPLIANCE") == "all":
        return [str(path) for _, path in sorted(interpreters().items()) if has_tests(str(path))]
    if has_tests(sys.executable):
        return [sys.executable]
    return [str(path) for _, path in sorted(interpreters().items()) if has_tests(str(path))][:1]


PYTHONS = candidates()


def test_some_python_has_its_tests() -> None:
    if not PYTHONS:
        pytest.skip("no Python here has CPython's tests (Debian: libpython3-testsuite): NOTHING was compared")


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("mode", ["modules", "patched"])
@pytest.mark.parametrize("name", EXPECTED)
def test_cpython_tests(name: str, mode: str, python: str, tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    if python != sys.executable:  # it finds what is installed here; what these modules need is nothing more
        environment["PYTHONPATH"] = str(Path(pycomp.__file__).parents[1])
    done = subprocess.run(
        [python, str(RUNNER), mode, name],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    found = re.search(r"^ran (\d+)$", done.stdout, re.MULTILINE)
    assert found, done.stdout
    assert int(found[1]) >= EXPECTED[name]
