"""CPython's own tests pass on our modules, run from the interpreter's installed test package."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = Path(__file__).with_name("run_stdlib.py")
# The fewest tests that any supported Python has in each: a module that loads as empty must not pass.
EXPECTED = {"test.test_zlib": 60, "test.test_gzip": 60, "test.test_zipfile": 250, "test.test_tarfile": 500}


@pytest.mark.parametrize("mode", ["modules", "patched"])
@pytest.mark.parametrize("name", EXPECTED)
def test_cpython_tests(name: str, mode: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(RUNNER), mode, name],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    if done.returncode == 77:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stderr[-5000:]
    found = re.search(r"^ran (\d+)$", done.stdout, re.MULTILINE)
    assert found, done.stdout
    assert int(found[1]) >= EXPECTED[name]
