r"""The standard library's ``gzip``, faster, and on several threads where asked.

``from pycomp import gzip`` is meant to be the only line that changes: :class:`GzipFile` is a kind of the
standard one, ``BadGzipFile`` is the standard one, and defaults follow the running interpreter's version. What
is new is ``open(..., threads=N)``: writing then compresses blocks side by side, each with the 32 KiB before
it as dictionary, and reading decodes the blocks of BGZF files side by side.

>>> from pycomp import gzip
>>> with gzip.open("words.gz", "wt") as file:
...     _ = file.write("one\ntwo\n")
>>> with gzip.open("words.gz", "rt") as file:
...     [line.strip() for line in file]
['one', 'two']
"""

from __future__ import annotations

import errno
import gzip as _standard
import io
import os
import struct
import time
from gzip import READ, WRITE, BadGzipFile
from typing import TYPE_CHECKING

import pycomp.zlib as zlib
from pycomp._native.gzip import LineIterator as _LineIterator
from pycomp._native.gzip import MemberReader as _MemberReader
from pycomp._native.gzip import decompress

if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Buffer

__all__ = ["BadGzipFile", "GzipFile", "open", "compress", "decompress"]

# What Python 3.15 makes 6 and was 9 before, and 3.14 makes 0 and was None before.
_LEVEL: int = _standard.compress.__defaults__[-1]  # type: ignore[index]
_MTIME: float | None = (_standard.compress.__kwdefaults__ or {}).get("mtime")
_FILE_LEVEL: int = _standard.open.__defaults__[1]  # type: ignore[index]


def __getattr__(name: str) -> Any:
    """What else the running version's module has, private names included: some programs use those."""
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_standard, name)


class _GzipReader(io.RawIOBase):
    """The contents of a gzip file as a raw stream."""

    def __init__(self, fp: Any, prefix: bytes = b"") -> None:
        self._fp: Any = _standard._PaddedFile(fp, prefix)
        self._members = _MemberReader(self._fp.read)
        self._size = -1  # known once the end has been reached

    @property
    def _last_mtime(self) -> int | None:
        return self._members.mtime

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._fp.seekable())

    def tell(self) -> int:
        return self._members.position

    def readinto(self, buffer: Buffer) -> int:
        return self._members.readinto(buffer)

    def readall(self) -> bytes:
        return self._members.readall(self._left())

    def _left(self) -> int:
        """Bytes of the file not read yet, 0 where that takes more than a look."""
        file = self._fp.file
        try:
            if isinstance(file, io.BytesIO):
                return max(int(file.getbuffer().nbytes) - int(file.tell()), 0)
            return max(os.fstat(file.fileno()).st_size - int(file.tell()), 0)
        except (AttributeError, OSError, ValueError):
            return 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR:
            offset += self._members.position
        elif whence == io.SEEK_END:
            if self._size < 0:
                self._members.skip(None)
                self._size = self._members.position
            offset += self._size
        elif whence != io.SEEK_SET:
            raise ValueError(f"Invalid value for whence: {whence}")
        if offset < self._members.position:
            self._fp.seek(0)
            self._members.reset()
        self._members.skip(max(offset, 0) - self._members.position)
        return self._members.position


class GzipFile(_LineIterator, _standard.GzipFile):
    """The standard library's GzipFile, faster.

    Takes what that takes, and *threads* (None: all usable cores): with 2 or more, data that is written is
    compressed in blocks of *block_size* bytes side by side (the bytes depend on the block size, not on how
    many threads there are), and BGZF files and files of many members are read side by side.
    """

    def __init__(
        self,
        filename: Any = None,
        mode: Any = None,
        compresslevel: int = _FILE_LEVEL,
        fileobj: Any = None,
        mtime: float | None = None,
        *,
        threads: int | None = 1,
        block_size: int = 1 << 20,
    ) -> None:
        if not 1 << 15 <= block_size <= 1 << 30:  # before a file is opened, and emptied
            raise ValueError(f"block_size must be between {1 << 15} and {1 << 30}, not {block_size}")
        if threads != 1:
            from pycomp._threads import resolve

            threads = resolve(threads)
        super().__init__(filename, mode, compresslevel, fileobj, mtime)
        self._buffer: Any
        if self.mode == READ:
            self._buffer = io.BufferedReader(_reader(self.fileobj, threads))
        elif threads > 1:
            from pycomp._native.deflate import ParallelCompress

            self.compress: Any = ParallelCompress(compresslevel, threads, block_size)
        else:
            self.compress = zlib.compressobj(
                compresslevel, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, 0
            )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """A subclass with a readline of its own has lines made by it."""
        super().__init_subclass__(**kwargs)
        if "readline" in cls.__dict__ and "__next__" not in cls.__dict__:
            cls.__next__ = io.IOBase.__next__  # type: ignore[method-assign, assignment]

    size: int
    offset: int

    def _write_raw(self, data: Any) -> int:
        view = memoryview(data)
        if view.nbytes > 0:
            self.fileobj.write(self.compress.compress(view))  # type: ignore[union-attr]
            self.size += view.nbytes
            self.crc = zlib.crc32(view, self.crc)
            self.offset += view.nbytes
        return view.nbytes

    if not hasattr(_standard.GzipFile, "_write_raw"):  # Python 3.11 has no buffer in between

        def write(self, data: Any) -> int:
            """Compress and write; returns how many bytes were taken."""
            self._check_not_closed()  # type: ignore[attr-defined]
            if self.mode != WRITE:
                raise OSError(errno.EBADF, "write() on read-only GzipFile object")
            if self.fileobj is None:
                raise ValueError("write() on closed GzipFile object")
            return self._write_raw(data)


def _reader(file: Any, threads: int) -> io.RawIOBase:
    """One that reads side by side if that was asked for and the file has parts that are independent."""
    if threads == 1:
        return _GzipReader(file)
    from pycomp._native.deflate import bgzf_block, member_follows
    from pycomp.deflate.bgzf import BgzfReader, MembersReader, file_start

    start = file_start(file)
    head = file.read(1 << 16)
    if start is not None:
        file.seek(start)
    prefix = b"" if start is not None else head
    if bgzf_block(head) > 0:
        return BgzfReader(file, threads=threads, prefix=prefix)
    # Without going back, what is read ahead to find a second member would keep readers waiting.
    if start is not None or member_follows(head):
        return MembersReader(file, threads=threads, prefix=prefix)
    return _GzipReader(file, prefix)


def open(
    filename: Any,
    mode: str = "rb",
    compresslevel: int = _FILE_LEVEL,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    *,
    threads: int | None = 1,
    block_size: int = 1 << 20,
) -> GzipFile | io.TextIOWrapper:
    """Open a gzip file in binary or text mode, as the standard ``gzip.open`` does.

    *filename* is a path or a file object. With *threads* above 1 (None: all usable cores) writing compresses
    blocks of *block_size* bytes side by side, and reading does so with the blocks of BGZF files and with
    members, where a file has many; one long member has nothing independent in it and is read by one thread.
    """
    if "t" in mode:
        if "b" in mode:
            raise ValueError(f"Invalid mode: {mode!r}")
    elif encoding is not None:
        raise ValueError("Argument 'encoding' not supported in binary mode")
    elif errors is not None:
        raise ValueError("Argument 'errors' not supported in binary mode")
    elif newline is not None:
        raise ValueError("Argument 'newline' not supported in binary mode")
    plain = mode.replace("t", "")
    if isinstance(filename, str | bytes | os.PathLike):
        file = GzipFile(filename, plain, compresslevel, threads=threads, block_size=block_size)
    elif hasattr(filename, "read") or hasattr(filename, "write"):
        file = GzipFile(None, plain, compresslevel, filename, threads=threads, block_size=block_size)
    else:
        raise TypeError("filename must be a str or bytes object, or a file")
    if "t" in mode:
        return io.TextIOWrapper(file, io.text_encoding(encoding), errors, newline)
    return file


def compress(data: Buffer, compresslevel: int = _LEVEL, *, mtime: float | None = _MTIME) -> bytes:
    """Compress data in one shot and return the compressed string.

    *mtime* is the time for the header; None means now. Its default, and the header's last two bytes, are
    those of the running Python version.
    """
    packed = zlib.compress(data, compresslevel, 31)
    flags = packed[8]
    if hasattr(_standard, "_create_simple_gzip_header"):  # up to Python 3.12
        if mtime == 0:
            return packed
        flags = {9: 2, 1: 4}.get(compresslevel, 0)
    header = struct.pack("<4sLBB", packed, int(time.time() if mtime is None else mtime), flags, 255)
    return header + memoryview(packed)[10:]


def main() -> None:
    """``python -m pycomp.gzip``: what ``python -m gzip`` does."""
    import argparse
    import builtins
    import sys

    parser = argparse.ArgumentParser(
        description="A simple command line interface for the gzip module: act like gzip, "
        "but do not delete the input file."
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--fast", action="store_true", help="compress faster")
    group.add_argument("--best", action="store_true", help="compress better")
    group.add_argument("-d", "--decompress", action="store_true", help="act like gunzip instead of gzip")
    parser.add_argument("args", nargs="*", default=["-"], metavar="file")
    args = parser.parse_args()
    level = 1 if args.fast else 9 if args.best else 6
    for name in args.args:
        source: Any
        target: Any
        if args.decompress:
            if name == "-":
                source, target = GzipFile("", "rb", fileobj=sys.stdin.buffer), sys.stdout.buffer
            elif not name.endswith(".gz"):
                sys.exit(f"filename doesn't end in .gz: {name!r}")
            else:
                source, target = open(name, "rb"), builtins.open(name[:-3], "wb")  # noqa: SIM115
        elif name == "-":
            source = sys.stdin.buffer
            target = GzipFile("", "wb", fileobj=sys.stdout.buffer, compresslevel=level)
        else:
            source, target = builtins.open(name, "rb"), open(name + ".gz", "wb")  # noqa: SIM115
        while chunk := source.read(1 << 17):
            target.write(chunk)
        if target is not sys.stdout.buffer:
            target.close()
        if source is not sys.stdin.buffer:
            source.close()


if __name__ == "__main__":
    main()
