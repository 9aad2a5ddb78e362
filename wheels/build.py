"""The release build of one machine: wheelhouse/ gets the sdist and an audited, smoke-tested wheel.

Steps: sdist; the wheel from the sdist; auditwheel (Linux: the oldest glibc its symbols allow, stripped);
abi3audit; check-wheel-contents; then wheels/smoke.py in a fresh environment of every CPython >= 3.11 found on
PATH and in pyenv. Run by `make wheel` with the tools of the `wheel` extra.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from interpreters import interpreters

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "wheelhouse"
TOOLS = Path(sys.executable).parent


def run(*command: str | Path, **more: object) -> str:
    """Run a command, echo it, and return what it printed; its failure ends the build."""
    print("$", *(str(part).replace(str(ROOT), ".") for part in command), flush=True)
    done = subprocess.run([str(part) for part in command], text=True, capture_output=True, **more)  # type: ignore[call-overload]
    if done.returncode != 0:
        raise SystemExit(f"{done.stdout}{done.stderr}failed with status {done.returncode}")
    return str(done.stdout)


def build(folder: Path) -> tuple[Path, Path]:
    """The sdist, and the wheel built from it."""
    run(TOOLS / "python", "-m", "build", "--outdir", folder, ROOT)
    return next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))


def audit(wheel: Path) -> Path:
    """Put the honest platform tag on the wheel, strip it, and check its ABI and contents."""
    if sys.platform == "linux":
        tools = {**os.environ, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
        run(TOOLS / "auditwheel", "repair", "--strip", "--wheel-dir", HOUSE, wheel, env=tools)
    else:
        shutil.copy(wheel, HOUSE)
    result = next(HOUSE.glob("*.whl"))
    run(TOOLS / "abi3audit", "--strict", result)
    run(TOOLS / "check-wheel-contents", result)
    return result


def smoke(wheel: Path) -> None:
    """Install the wheel in a fresh environment of each interpreter and let it breathe."""
    for _, python in sorted(interpreters().items()):
        with tempfile.TemporaryDirectory() as folder:
            run(python, "-m", "venv", folder)
            fresh = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin") / "python"
            run(fresh, "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel)
            print(run(fresh, ROOT / "wheels" / "smoke.py", cwd=folder).strip())


def main() -> None:
    """Build, audit, smoke-test."""
    shutil.rmtree(HOUSE, ignore_errors=True)
    HOUSE.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        sdist, wheel = build(Path(folder))
        shutil.copy(sdist, HOUSE)
        result = audit(wheel)
    smoke(result)
    for path in sorted(HOUSE.iterdir()):
        print(f"{path.stat().st_size:>10,}  {path.name}")


if __name__ == "__main__":
    main()
