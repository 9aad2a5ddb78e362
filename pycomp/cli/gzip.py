"""Compress or decompress files as gzip(1) and pigz do, each file in place of the original.

  pycomp gzip report.json             report.json.gz instead of report.json
  pycomp gzip -d report.json.gz       and back
  pycomp gzip -k -9 -p 4 big.tar      keep the original; level 9, four threads
  tar c folder | pycomp gzip > folder.tar.gz

Levels go to 12; from 10 on they take long and save little. Exit codes are gzip's: 0 fine, 1 error, 2 warning.
"""

from __future__ import annotations

import argparse
import errno
import os
import stat
import struct
import sys
import time
import zlib
from typing import Any

from pycomp.cli._common import positive
from pycomp.cli._gzip_file import (
    MAGIC,
    TRAILER,
    Header,
    Source,
    copy_attributes,
    files_below,
    make_header,
    open_plain,
    original_name,
    replacing,
)

HELP = "compress or decompress as gzip(1) does"
FINE, ERROR, WARNING = 0, 1, 2
USAGE = ERROR  # gzip's exit code for a wrong command line
PIECE = 1 << 18
MORE_COLUMNS = "method  crc     date  time  "
COLUMNS = "         compressed        uncompressed  ratio uncompressed_name"


def block_size(text: str) -> int:
    """KiB that a thread takes at a time: what the window of DEFLATE asks for at least.

    >>> block_size("128")
    128
    """
    value = int(text)
    if not 32 <= value <= 1 << 20:
        raise argparse.ArgumentTypeError(f"{text} is not from 32 (KiB) to {1 << 20}")
    return value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of gzip(1), and of pigz where they have to do with threads."""
    parser.add_argument(
        "files", metavar="FILE", nargs="*", help="files; none or - is standard input to output"
    )
    flag = parser.add_argument
    flag("-c", "--stdout", "--to-stdout", action="store_true", help="to standard output; keep the originals")
    flag("-d", "--decompress", "--uncompress", action="store_true", help="decompress")
    flag("-f", "--force", action="store_true", help="overwrite, follow links, write to a terminal")
    flag("-k", "--keep", action="store_true", help="keep the originals")
    flag("-l", "--list", action="store_true", help="list what compressed files hold")
    flag("-n", "--no-name", action="store_true", help="neither store nor restore name and time")
    flag("-N", "--name", action="store_true", help="store, or restore, name and time")
    flag("-q", "--quiet", action="store_true", help="no warnings")
    flag("-r", "--recursive", action="store_true", help="go into folders")
    flag("-S", "--suffix", default=".gz", metavar="SUF", help="use suffix SUF instead of .gz")
    flag("-t", "--test", action="store_true", help="check compressed files")
    flag("-v", "--verbose", action="store_true", help="say what was done")
    flag("-V", "--version", dest="own_version", action="store_true", help="print the version and leave")
    flag("-p", "--processes", type=positive, metavar="N", help="use N threads (default: every usable core)")
    flag(
        "-b",
        "--blocksize",
        type=block_size,
        default=256,
        metavar="KIB",
        help="KiB a thread takes at a time (256)",
    )
    levels = parser.add_argument_group("levels")
    for level in range(13):
        levels.add_argument(
            f"-{level}", dest="level", action="store_const", const=level, help=argparse.SUPPRESS
        )
    levels.add_argument("--fast", dest="level", action="store_const", const=1, help="-1: fastest")
    levels.add_argument(
        "--best", dest="level", action="store_const", const=9, help="-9; up to -12 there is more"
    )
    parser.set_defaults(level=6)


def run(args: argparse.Namespace) -> int:
    """Every file in turn; the worst that happened is the exit code."""
    if args.own_version:
        from pycomp import __version__

        print("pycomp gzip", __version__)
        return FINE
    job = _Job(args)
    if not args.suffix and not job.reading:
        job.fail("invalid suffix ''")
        return job.code
    for name in args.files or ["-"]:
        job.take(name)
    if args.list and len(job.listed) > 1:
        job.totals()
    return job.code


class _Job:
    """One command: its options and what has gone wrong so far."""

    def __init__(self, args: argparse.Namespace) -> None:
        from pycomp._threads import resolve

        self.args = args
        self.threads = resolve(args.processes)
        self.reading = args.decompress or args.test or args.list
        self.aside = args.stdout or args.test or args.list  # the files stay as they are
        self.code = FINE
        self.listed: list[tuple[int, int]] = []

    # -- What goes wrong ----------------------------------------------------------------------------

    def warn(self, text: str) -> None:
        if not self.args.quiet:
            print("pycomp gzip:", text, file=sys.stderr)
        if self.code == FINE:
            self.code = WARNING

    def fail(self, text: str) -> None:
        print("pycomp gzip:", text, file=sys.stderr)
        self.code = ERROR

    def note(self, text: str) -> None:
        """What is passed over without being a fault; in folders only if asked."""
        if self.args.verbose or not (self.args.recursive or self.args.quiet):
            print("pycomp gzip:", text, file=sys.stderr)

    # -- Files --------------------------------------------------------------------------------------

    def take(self, name: str) -> None:
        """One name of the command line, or of a file in a folder."""
        shown = "stdin" if name == "-" else name
        try:
            if name == "-":
                self.pipe()
            elif os.path.isdir(name):
                self.folder(name)
            else:
                self.file(name)
        except BrokenPipeError:
            raise
        except EOFError:
            self.fail(f"{shown}: unexpected end of file")
        except zlib.error as error:
            self.fail(f"{shown}: invalid compressed data--{str(error).rpartition(': ')[2]}")
        except OSError as error:
            self.fail(f"{error.filename or shown}: {error.strerror or _worded(error)}")

    def folder(self, name: str) -> None:
        """The files in a folder and below, if that was asked for."""
        if not self.args.recursive:
            self.warn(f"{name} is a directory -- ignored")
            return
        if os.path.islink(name) and not (self.args.force or self.aside):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
        for path in files_below(name):
            self.take(path)

    def terminal(self, file: Any) -> bool:
        """Whether compressed data would be read from or written to a terminal, which it isn't without -f."""
        if self.args.force or self.args.list or not file.isatty():
            return False
        self.fail(
            f"compressed data not {'read from' if self.reading else 'written to'} a terminal; -f forces it"
        )
        return True

    def pipe(self) -> None:
        """Standard input to standard output."""
        stdin, target = sys.stdin.buffer, sys.stdout.buffer
        if not self.terminal(stdin if self.reading else target):
            # Without a buffer in between, what has arrived is read, and no more is waited for.
            self.through(Source(getattr(stdin, "raw", stdin), "stdin"), "")

    def through(self, source: Source, path: str) -> None:
        """A file or standard input to standard output, to be tested, or listed."""
        target = None if self.args.test or self.args.list else sys.stdout.buffer
        size = self.expand(source, target) if self.reading else self.squeeze(source, target, path)
        sys.stdout.flush()
        if self.args.list:
            self.list_one(source, path, size)
        elif self.args.verbose:
            said = " OK" if self.args.test else _saved(*self.sizes(source, size))
            print(f"{path}:\t{said}" if path else said, file=sys.stderr)

    def file(self, path: str) -> None:
        """One file, if it is of the kind that gzip touches."""
        suffix = self.args.suffix
        if self.reading and not os.path.lexists(path) and not path.endswith(suffix):
            path += suffix
        if self.reading and original_name(path, suffix) is None:
            # What is only looked at may have any name, but of a folder just the compressed files are meant.
            if self.args.recursive or not (self.aside or self.args.name):
                self.note(f"{path}: unknown suffix -- ignored")
                self.code = self.code or (WARNING if not self.args.recursive else FINE)
                return
        elif not self.reading and not self.aside and not self.args.force and path.endswith(suffix):
            self.note(f"{path} already has {suffix} suffix -- unchanged")
            return
        if not self.reading and self.aside and self.terminal(sys.stdout):
            return
        with open_plain(path, follow=self.args.force or self.aside) as file:
            status = os.fstat(file.fileno())
            if self.aside:
                self.through(Source(file, path), path)
            elif why := _unfit(status, self.args.force):
                self.warn(f"{path} {why}")
            else:
                self.replace(path, Source(file, path), status)

    def target_of(self, path: str, header: Header | None) -> tuple[str, float | None]:
        """Where the result goes and its time (None: the original's)."""
        if not self.reading:
            return path + self.args.suffix, None
        target, mtime = original_name(path, self.args.suffix) or path, None
        if self.args.name and header is not None:
            mtime = header.mtime or None
            if header.name:
                target = os.path.join(os.path.dirname(path), header.name)
        return target, mtime

    def replace(self, path: str, source: Source, status: os.stat_result) -> None:
        """Make the new file beside the original, which then goes; half a file is never left."""
        target, mtime = self.target_of(path, source.header)
        entry = os.lstat(path)
        if os.path.lexists(target) and not self.args.force and not _agreed(target):
            self.warn(f"{target} already exists; not overwritten")
            return
        with replacing(target) as output:
            size = self.expand(source, output) if self.reading else self.squeeze(source, output, path)
        copy_attributes(status, target, mtime)
        # Where the name in a header is the file's own, the new file has taken the old one's place already.
        if not self.args.keep and os.path.samestat(os.lstat(path), entry):
            os.unlink(path)
        if self.args.verbose:
            verb = "created" if self.args.keep else "replaced with"
            print(f"{path}:\t{_saved(*self.sizes(source, size))} -- {verb} {target}", file=sys.stderr)

    def sizes(self, source: Source, size: int) -> tuple[int, int]:
        """Packed without header and trailer, and plain; *size* is what was written."""
        read, _ = source.measure()
        packed, plain = (read, size) if self.reading else (size, read)
        header = source.header.size if self.reading and source.header else 0
        return packed - header - (TRAILER if self.reading else 0), plain

    # -- Contents -----------------------------------------------------------------------------------

    def squeeze(self, source: Source, target: Any, path: str) -> int:
        """Compress one stream; returns how many bytes that took, without header and trailer."""
        from pycomp._native.deflate import ParallelCompress
        from pycomp.zlib import compressobj, crc32

        level, mtime = self.args.level, source.mtime
        if self.args.no_name:
            path, mtime = "", 0
        elif not 0 <= mtime < 1 << 32:
            self.warn(f"{source.name}: warning: file timestamp out of range for gzip format")
            mtime = 0
        packer: Any = (
            ParallelCompress(level, self.threads, self.args.blocksize << 10)
            if self.threads > 1 or level > 9
            else compressobj(level, wbits=-15)
        )
        target.write(make_header(path, mtime, level))
        check = size = taken = 0
        while piece := source.stream.read(PIECE):
            check, taken = crc32(piece, check), taken + len(piece)
            size += target.write(packer.compress(piece))
        size += int(target.write(packer.flush()))
        target.write(struct.pack("<LL", check, taken & 0xFFFFFFFF))
        return size

    def expand(self, source: Source, target: Any) -> int:
        """Decompress one stream; with -f to standard output, what isn't compressed goes through as it is."""
        from pycomp.gzip import BadGzipFile, GzipFile

        size = 0
        onward = self.args.stdout or source.name == "stdin"
        if self.args.force and onward and not self.args.list and source.head[:2] != MAGIC:
            while piece := source.stream.read(PIECE):
                size += len(piece)
                target is None or target.write(piece)
            return size
        reader = GzipFile(fileobj=source.stream, mode="rb", threads=self.threads)
        try:
            while piece := reader.read1(PIECE):  # not read: what came before an error must not be lost
                size += len(piece)
                if target is not None:
                    target.write(piece)
        except BadGzipFile as error:
            if reader.mtime is None or not str(error).startswith("Not a gzipped file"):
                raise
            self.warn(f"{source.name}: decompression OK, trailing garbage ignored")
        if reader.mtime is None:  # not even a header: an empty file
            raise EOFError
        return size

    # -- Listing ------------------------------------------------------------------------------------

    def list_one(self, source: Source, path: str, size: int) -> None:
        """One line of -l: the size is found by decompressing, so it is right beyond 4 GiB too."""
        verbose, header = self.args.verbose, source.header
        if not self.listed and not self.args.quiet:
            print(MORE_COLUMNS * verbose + COLUMNS)
        packed, trailer = source.measure()
        self.listed.append((packed, size))
        name = original_name(path, self.args.suffix) or path or "stdout"
        seconds = source.mtime
        if header and self.args.name:
            name = os.path.join(os.path.dirname(path), header.name) if header.name else name
            seconds = header.mtime or seconds
        more = ""
        if verbose:
            when = time.localtime(seconds)
            check = int.from_bytes(trailer[:4], "little")
            day = f"{time.strftime('%b', when)} {when.tm_mday:2d} {time.strftime('%H:%M', when)}"
            more = f"defla {check:08x} {day} "
        print(f"{more}{packed:19d} {size:19d} {_saved(*self.sizes(source, size))} {name}")

    def totals(self) -> None:
        packed, size = (sum(column) for column in zip(*self.listed, strict=True))
        space = " " * len(MORE_COLUMNS) * self.args.verbose
        print(f"{space}{packed:19d} {size:19d} {_saved(packed, size)} (totals)")


def _unfit(status: os.stat_result, force: bool) -> str | None:
    """Why a file is not replaced, in gzip's words, if it isn't."""
    if not stat.S_ISREG(status.st_mode):
        return "is not a directory or a regular file - ignored"
    if force:
        return None
    for bit, name in (
        (stat.S_ISUID, "set-user-ID on execution"),
        (stat.S_ISGID, "set-group-ID on execution"),
    ):
        if status.st_mode & bit:
            return f"is {name} - ignored"
    if status.st_mode & stat.S_ISVTX:
        return "has the sticky bit set - file ignored"
    links = status.st_nlink - 1
    return f"has {links} other link{'s' * (links > 1)} -- file ignored" if links else None


def _agreed(target: str) -> bool:
    """Whether a person at the terminal wants a file to be overwritten."""
    if not sys.stdin.isatty():
        return False
    print(
        f"pycomp gzip: {target} already exists; do you wish to overwrite (y or n)? ", end="", file=sys.stderr
    )
    sys.stderr.flush()
    return sys.stdin.readline().lstrip()[:1] in ("y", "Y")


def _saved(packed: int, plain: int) -> str:
    """How much smaller, in per cent, as gzip prints it.

    >>> _saved(500, 1000), _saved(2, 0)
    (' 50.0%', '  0.0%')
    """
    return f"{100 * (1 - packed / plain) if plain else 0:5.1f}%"


def _worded(error: OSError) -> str:
    """Gzip's words for what the reader says."""
    text = str(error)
    if text.startswith("Not a gzipped file"):
        return "not in gzip format"
    if text.startswith("CRC check failed"):
        return "invalid compressed data--crc error"
    if text.startswith("Incorrect length"):
        return "invalid compressed data--length error"
    return text
