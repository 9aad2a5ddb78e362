"""`import pycomp` does next to nothing. Times are reported (-rP), never asserted: what is loaded is."""

from __future__ import annotations

import os
import subprocess
import sys

PROBE = """
import sys, time
before, begin = set(sys.modules), time.perf_counter()
import pycomp
took = time.perf_counter() - begin
print(f"{took * 1e3:.2f} ms", *sorted(set(sys.modules) - before))
"""


def run(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **env}, timeout=60
    )


def test_import_loads_nothing_else() -> None:
    done = run(PROBE)
    assert done.returncode == 0, done.stderr
    print("import pycomp:", done.stdout)
    loaded = set(done.stdout.split()[2:])
    assert loaded <= {"pycomp", "__future__"}


def test_every_promised_name_is_there() -> None:
    done = run("import pycomp\nfor name in pycomp.__all__: getattr(pycomp, name)\nassert dir(pycomp)")
    assert done.returncode == 0, done.stderr


def test_unknown_name_is_an_attribute_error() -> None:
    done = run("import pycomp\npycomp.pakc")
    assert "module 'pycomp' has no attribute 'pakc'" in done.stderr


def test_native_modules_do_not_import_numpy() -> None:
    code = (
        "import pkgutil, importlib, sys, pycomp._native as n\n"
        "for m in pkgutil.iter_modules(n.__path__): importlib.import_module(f'pycomp._native.{m.name}')\n"
        "assert 'numpy' not in sys.modules"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr


def test_pycomp_isa_that_the_machine_lacks_is_named() -> None:
    done = run("import pycomp._native.arch", PYCOMP_ISA="mmx")
    assert done.returncode != 0
    assert "PYCOMP_ISA=mmx: this machine offers scalar" in done.stderr
