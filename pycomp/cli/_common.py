"""What the verbs share: exit codes, common options, sizes for people, names of files, JSON."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

OK, DAMAGED, USAGE, REFUSED, UNSUPPORTED, PIPE = 0, 1, 2, 3, 4, 141

LEVELS = ("fast", "default", "high", "max")
SUFFIX = ".pcz"

# The signals that asked this process to stop. Their handler raises KeyboardInterrupt, but an exception is
# lost where Python runs callbacks of its own (weak references, while importing), so whoever is called
# again and again, as the progress bar is, also looks here.
received: list[int] = []


class UsageError(Exception):
    """The command line asks for what cannot be; the message says what could."""


def failure(error: BaseException) -> tuple[str, int] | None:
    """What to say about an error and the exit code for it; None for one that nobody foresaw.

    >>> failure(FileNotFoundError(2, "No such file or directory", "model.pcz"))
    ('model.pcz: No such file or directory', 3)
    """
    from pycomp.errors import BaseError, OverlapError, PycompError, UnsupportedError

    if isinstance(error, UsageError | OverlapError):
        return _line(error), USAGE
    if isinstance(error, UnsupportedError | BaseError | ModuleNotFoundError):
        return _line(error), UNSUPPORTED
    if isinstance(error, PycompError):
        return _line(error), DAMAGED
    if isinstance(error, MemoryError):
        return "out of memory", REFUSED
    if isinstance(error, OSError):
        name, text = error.filename2 or error.filename, error.strerror or str(error)
        return _line(f"{os.fspath(name)}: {text}" if isinstance(name, str | os.PathLike) else text), REFUSED
    return None


def complain(what: str) -> None:
    """One line on standard error about what went wrong."""
    print("pycomp: error:", what, file=sys.stderr)


def _line(what: object) -> str:
    return shown(" ".join(str(what).split()))


def shown(name: str) -> str:
    r"""A name as people may see it: what would move the cursor or break the line stands escaped.

    >>> print(shown("größe\x1b[2J.txt"))
    größe\x1b[2J.txt
    """
    if name.isprintable():
        return name
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)


def escape_unencodable(error: UnicodeError) -> tuple[str | bytes, int]:
    r"""An error handler of ``codecs``: bytes of names that are no text as they were, all else escaped.

    >>> import codecs
    >>> codecs.register_error("pycomp", escape_unencodable)
    >>> "a\udcff×".encode("ascii", "pycomp")
    b'a\xff\\xd7'
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    char = error.object[error.start]
    if "\udc80" <= char <= "\udcff":
        return bytes([ord(char) - 0xDC00]), error.start + 1
    return ascii(char)[1:-1], error.start + 1


def add_threads(parser: argparse.ArgumentParser) -> None:
    """``--threads N``."""
    parser.add_argument(
        "-t", "--threads", type=positive, metavar="N", help="worker threads (default: every usable core)"
    )


def add_base(parser: argparse.ArgumentParser) -> None:
    """``--base PATH`` of what reads archives."""
    parser.add_argument(
        "--base",
        metavar="PATH",
        help="what the archive was packed with as --base (default: what has that name beside it)",
    )


def add_output_style(parser: argparse.ArgumentParser) -> None:
    """``--json`` and ``--quiet``."""
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress and no summary; errors stay")


def positive(text: str) -> int:
    """A whole number above zero, for argparse.

    >>> positive("2")
    2
    """
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not above zero")
    return value


def byte_count(text: str) -> int:
    """A size such as ``500k``, ``64M`` or ``2G`` (decimal units) in bytes, for argparse.

    >>> byte_count("64M"), byte_count("100")
    (64000000, 100)
    """
    scale = {"k": 10**3, "m": 10**6, "g": 10**9}.get(text[-1:].lower(), 1)
    try:
        value = int(float(text[:-1] if scale > 1 else text) * scale)
    except (ValueError, OverflowError):  # the latter for inf
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 64M") from None
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not above zero")
    return value


def human(size: float) -> str:
    """A number of bytes for people, in decimal units.

    >>> human(90868376), human(512), human(1.5e12)
    ('90.9 MB', '512 B', '1.50 TB')
    """
    if size < 1000:
        return f"{size:.0f} B"
    for unit in ("kB", "MB", "GB", "TB"):
        size /= 1000
        if size < 999.95 or unit == "TB":
            return (
                f"{size:.3g} {unit}"
                if size >= 100
                else f"{size:.1f} {unit}"
                if size >= 10
                else f"{size:.2f} {unit}"
            )
    raise AssertionError


def duration(seconds: float) -> str:
    """A time for people.

    >>> duration(0.0357), duration(5.67), duration(42.1), duration(75), duration(4000)
    ('0.036 s', '5.7 s', '42 s', '1:15', '1:06:40')
    """
    if seconds < 59.5:
        return f"{seconds:.0f} s" if seconds >= 9.95 else f"{max(seconds, 0.001):.2g} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def ratio(raw: int, packed: int) -> float:
    """Original over packed; 1.0 where nothing was packed into nothing."""
    return raw / packed if packed else 1.0


def packed_name(source: str) -> str:
    """Where ``pack`` puts *source* when nobody says: beside it, with ``.pcz`` after its name.

    >>> packed_name("model.safetensors"), packed_name("models/mini/")
    ('model.safetensors.pcz', 'models/mini.pcz')
    """
    return os.fspath(Path(os.path.abspath(source) if Path(source).name in ("", "..") else source)) + SUFFIX


def unpacked_name(source: str) -> str:
    """Where ``unpack`` puts *source* when nobody says: the same name without ``.pcz``.

    >>> unpacked_name("model.safetensors.pcz")
    'model.safetensors'
    """
    if not source.endswith(SUFFIX) or Path(source).name == SUFFIX:
        raise UsageError(f"{source} does not end in {SUFFIX}; name the output with -o")
    return source.removesuffix(SUFFIX)


def refuse_overwrite(path: str, force: bool) -> None:
    """Raise FileExistsError if *path* is there to be replaced and *force* is not."""
    from pycomp.archive.files import is_sink

    if not force and os.path.lexists(path) and not is_sink(path):
        raise FileExistsError(17, "exists already; --force replaces it", path)


def print_json(value: Any) -> None:
    """*value* as indented JSON on standard output."""
    import json

    text = json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:  # names that are no text, or a terminal that has none of their letters
        text = json.dumps(value, indent=2, default=_plain)
    print(text)


def _plain(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, bytes):
        return value.hex()
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    raise TypeError(f"no JSON for {type(value).__name__}")


def warn(args: argparse.Namespace, message: str) -> None:
    """One line on standard error, unless the user asked for quiet."""
    if not args.quiet:
        print(f"pycomp: warning: {_line(message)}", file=sys.stderr)
