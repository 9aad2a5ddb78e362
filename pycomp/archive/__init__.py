""".pcz archives: files and folders packed bit-exactly, and read back whole, by tensor or by row.

``pack`` and ``unpack`` convert, ``open`` reads single things lazily, ``safe_open`` does so through the
interface of the safetensors library. The format is specified in docs/formats/pcz.md.
"""

from __future__ import annotations

from pycomp.archive.pack import pack
from pycomp.archive.reader import Archive, open
from pycomp.archive.report import (
    ArchiveInfo,
    Damage,
    DtypeShare,
    PackReport,
    TensorInfo,
    UnpackReport,
    VerifyReport,
)
from pycomp.archive.safe_open import safe_open
from pycomp.archive.unpack import unpack

__all__ = [
    "pack",
    "unpack",
    "open",
    "safe_open",
    "Archive",
    "ArchiveInfo",
    "Damage",
    "DtypeShare",
    "PackReport",
    "TensorInfo",
    "UnpackReport",
    "VerifyReport",
]
