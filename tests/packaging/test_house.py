"""House rules that a reader would notice: no paths of one machine, every noun everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("csrc", "pycomp", "tests", "bench", "docs", "wheels", ".github", ".ci")
SUFFIXES = {".c", ".h", ".py", ".pyi", ".pyx", ".pxd", ".md", ".toml", ".yml", ".yaml", ".mk", ""}
FILES = sorted(
    p
    for base in [ROOT, *(ROOT / f for f in FOLDERS)]
    for p in (base.glob("*") if base == ROOT else base.rglob("*"))
    if p.is_file() and p.suffix in SUFFIXES and "corpus" not in p.parts and "golden" not in p.parts
)

# Home folders and scratch folders of somebody's machine, and pip's ways to name another index.
MACHINE = re.compile(r"(?<![\w.])/(home|root|Users|work)/\w|\bindex-url\b")


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(ROOT)) for p in FILES])
def test_no_machine_is_named(path: Path) -> None:
    if path == Path(__file__):
        return
    text = path.read_text(encoding="utf-8")
    found = MACHINE.search(text)
    assert found is None, f"{path.relative_to(ROOT)}: {found and found.group(0)!r}"
    assert "\t" not in text or path.name == "Makefile" or path.suffix in {".mk", ""}
    assert text == "" or text.endswith("\n"), "a text file ends with a line end"
