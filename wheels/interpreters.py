"""The Pythons of this machine."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

OLDEST = (3, 11)


def interpreters() -> dict[tuple[int, ...], Path]:
    """Every usable CPython, by version: on PATH as python3.N, and in pyenv's folder of versions."""
    folders = [Path(p) for p in os.environ.get("PATH", "").split(os.pathsep)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    folders += sorted(pyenv.glob("versions/*/bin"))
    found: dict[tuple[int, ...], Path] = {}
    question = "import sys, venv, ensurepip; print(sys.implementation.name, *sys.version_info[:3])"
    for folder in folders:
        if not folder.is_dir() or folder.name == "shims":
            continue
        for path in sorted(folder.iterdir()):
            if not re.fullmatch(r"python3\.\d+t?", path.name):
                continue
            answer = subprocess.run([path, "-c", question], text=True, capture_output=True)
            name, *version = answer.stdout.split() or [""]
            key = tuple(map(int, version))
            if name == "cpython" and key >= OLDEST:
                found.setdefault(key, path)
    return found
