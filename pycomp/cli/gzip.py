"""Compress or decompress files as gzip(1) and pigz do, each file in place of the original.

  pycomp gzip report.json             report.json.gz instead of report.json
  pycomp gzip -d report.json.gz       and back
  pycomp gzip -k -9 -p 4 big.tar      keep the original; level 9, four threads
  tar c folder | pycomp gzip > folder.tar.gz

Levels go to 12; from 10 on they take long and save little. Exit codes are gzip's: 0 fine, 1 error, 2 warning.
"""

from __future__ import annotations

import argparse
import os
import stat
import sys
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

from pycomp.cli._gzip_file import copy_attributes, files_below, original_name, read_header

if TYPE_CHECKING:
    from pycomp.gzip import GzipFile

HELP = "compress or decompress as gzip(1) does"
FINE, ERROR, WARNING = 0, 1, 2
PIECE = 1 << 18


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
    flag(
        "-p", "--processes", type=int, metavar="N", help="compress on N threads (default: every usable core)"
    )
    flag("-b", "--blocksize", type=int, default=256, metavar="KIB", help="KiB a thread takes at a time (256)")
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
        self.threads = resolve(args.processes or None)
        self.reading = args.decompress or args.test or args.list
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

    # -- Files --------------------------------------------------------------------------------------

    def take(self, name: str) -> None:
        """One name of the command line."""
        try:
            if name == "-":
                self.pipe()
            elif os.path.isdir(name):
                if not self.args.recursive:
                    self.warn(f"{name} is a directory -- ignored")
                    return
                for path in files_below(name):
                    if self.reading or not path.endswith(self.args.suffix):
                        self.file(path)
            else:
                self.file(name)
        except BrokenPipeError:
            raise
        except EOFError:
            self.fail(f"{name}: unexpected end of file")
        except zlib.error as error:
            self.fail(f"{name}: invalid compressed data--{str(error).rpartition(': ')[2]}")
        except OSError as error:
            self.fail(f"{error.filename or name}: {error.strerror or _worded(error)}")

    def pipe(self) -> None:
        """Standard input to standard output."""
        source, target = sys.stdin.buffer, sys.stdout.buffer
        if not self.args.force and not self.args.list:
            if not self.reading and target.isatty():
                self.fail("compressed data not written to a terminal; -f forces it")
                return
            if self.reading and source.isatty():
                self.fail("compressed data not read from a terminal; -f forces it")
                return
        if self.args.list:
            import io

            self.list_one("-", io.BytesIO(source.read()))
        elif self.reading:
            self.expand(source, None if self.args.test else target, "stdin")
        else:
            self.squeeze(source, target, "", 0)
        target.flush()

    def file(self, path: str) -> None:
        """One file, if it is of the kind that gzip touches."""
        if self.reading and not os.path.lexists(path) and os.path.lexists(path + self.args.suffix):
            path += self.args.suffix
        status = os.stat(path) if self.args.force or self.args.stdout else os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            self.warn(f"{path} is not a directory or a regular file - ignored")
            return
        in_place = not (self.args.stdout or self.args.test or self.args.list)
        if in_place and status.st_nlink > 1 and not self.args.force:
            self.warn(
                f"{path} has {status.st_nlink - 1} other link{'s' * (status.st_nlink > 2)} -- unchanged"
            )
            return
        with open(path, "rb") as source:
            if self.args.list:
                self.list_one(path, source)
            elif not in_place:
                target = None if self.args.test else sys.stdout.buffer
                if self.reading:
                    self.expand(source, target, path)
                else:
                    self.squeeze(source, sys.stdout.buffer, path, status.st_mtime)
                if self.args.test and self.args.verbose:
                    print(f"{path}:\t OK", file=sys.stderr)
            else:
                self.replace(path, source, status)

    def target_of(self, path: str, source: BinaryIO) -> tuple[str, float | None] | None:
        """Where the result goes and its time (None: the original's); None if it is not to be made."""
        if not self.reading:
            if path.endswith(self.args.suffix):
                self.warn(f"{path} already has {self.args.suffix} suffix -- unchanged")
                return None
            return path + self.args.suffix, None
        target = original_name(path, self.args.suffix)
        header = read_header(source)
        if self.args.name and header is not None:
            named = os.path.join(os.path.dirname(path), header.name) if header.name else target
            return (named, header.mtime or None) if named else None
        if target is None:
            self.warn(f"{path}: unknown suffix -- ignored")
            return None
        return target, None

    def replace(self, path: str, source: BinaryIO, status: os.stat_result) -> None:
        """Make the new file beside the original, which then goes; half a file is never left."""
        found = self.target_of(path, source)
        if found is None:
            return
        target, mtime = found
        if os.path.lexists(target):
            if not self.args.force:
                self.warn(f"{target} already exists; not overwritten")
                return
            os.unlink(target)
        done = False
        try:
            with open(target, "xb") as output:
                if self.reading:
                    size = self.expand(source, output, path)
                    packed, plain = status.st_size, size
                else:
                    self.squeeze(source, output, path, status.st_mtime)
                    packed, plain = output.tell(), status.st_size
            copy_attributes(status, target, mtime)
            done = True
        finally:
            if not done:
                os.unlink(target)
        if not self.args.keep:
            source.close()
            os.unlink(path)
        if self.args.verbose:
            verb = "created" if self.args.keep else "replaced with"
            print(f"{path}:\t{_saved(packed, plain)} -- {verb} {target}", file=sys.stderr)

    # -- Contents -----------------------------------------------------------------------------------

    def squeeze(self, source: BinaryIO, target: BinaryIO, path: str, mtime: float) -> None:
        """Compress one stream."""
        name, mtime = ("", 0) if self.args.no_name else (os.path.basename(path), mtime)
        with self.writer(target, name, mtime) as output:
            while piece := source.read(PIECE):
                output.write(piece)

    def writer(self, target: BinaryIO, name: str, mtime: float) -> GzipFile:
        from pycomp._native.deflate import ParallelCompress
        from pycomp.gzip import GzipFile

        level, block = self.args.level, self.args.blocksize << 10
        output = GzipFile(name, "wb", min(level, 9), target, int(mtime))
        if self.threads > 1 or level > 9:
            output.compress = ParallelCompress(level, self.threads, block)
        return output

    def expand(self, source: Any, target: BinaryIO | None, name: str) -> int:
        """Decompress one stream; with -f and -c, what is not compressed goes through as it is."""
        from pycomp.gzip import BadGzipFile, GzipFile

        size = 0
        if self.args.force and self.args.stdout and source.seekable() and read_header(source) is None:
            while piece := source.read(PIECE):
                target is None or target.write(piece)
            return size
        reader = GzipFile(fileobj=source, mode="rb", threads=self.threads)
        try:
            while piece := reader.read1(PIECE):  # not read: what came before an error must not be lost
                size += len(piece)
                if target is not None:
                    target.write(piece)
        except BadGzipFile as error:
            if reader.mtime is None or not str(error).startswith("Not a gzipped file"):
                raise
            self.warn(f"{name}: decompression OK, trailing garbage ignored")
        if reader.mtime is None:  # not even a header: an empty file
            raise EOFError
        return size

    # -- Listing ------------------------------------------------------------------------------------

    def list_one(self, path: str, source: Any) -> None:
        """One line of -l: the size is found by decompressing, so it is right beyond 4 GiB too."""
        header = read_header(source)
        size = self.expand(source, None, path)
        packed = source.seek(0, os.SEEK_END)
        if not self.listed and not self.args.quiet:
            print("         compressed        uncompressed  ratio uncompressed_name")
        self.listed.append((packed, size))
        stored = header.name if header and self.args.name else ""
        name = (
            os.path.join(os.path.dirname(path), stored) if stored else original_name(path, self.args.suffix)
        )
        print(f"{packed:19d} {size:19d} {_saved(packed, size)} {'stdout' if path == '-' else name or path}")

    def totals(self) -> None:
        packed, size = (sum(column) for column in zip(*self.listed, strict=True))
        print(f"{packed:19d} {size:19d} {_saved(packed, size)} (totals)")


def _saved(packed: int, plain: int) -> str:
    """How much smaller, in per cent, as gzip prints it (headers of some 18 bytes not counted).

    >>> _saved(518, 1000), _saved(20, 0)
    (' 50.0%', '  0.0%')
    """
    return f"{100 * (1 - (packed - 18) / plain) if plain else 0:5.1f}%"


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
