"""The ``pycomp`` command: one module a verb, each with ``HELP``, ``add_arguments(parser)`` and ``run(args)``.

Starting must be quick, so verbs import what they need inside ``run``; this file and theirs cost argparse
and little more. Everything a verb raises becomes one line on standard error and an exit code here:

==== =====================================================================================
0    done
1    the data is damaged: ``verify`` found it, or reading met it
2    the command line is wrong, or names a tensor or file that the archive does not hold
3    the system refused: no such file, no permission, no space, no memory
4    the data is sound but needs a newer pycomp, its base, or a package that is not installed
130  interrupted from the keyboard (143: by SIGTERM); nothing half-written is kept
141  whoever read our output went away
==== =====================================================================================
"""

from __future__ import annotations

import argparse
import codecs
import io
import os
import signal
import sys
import threading
from typing import Any, NoReturn

from pycomp.cli import bench, cat, gzip, info, ls, pack, unpack, verify
from pycomp.cli._common import PIPE, USAGE, complain, escape_unencodable, failure, received

__all__ = ["main"]

VERBS = {
    "pack": pack,
    "unpack": unpack,
    "info": info,
    "verify": verify,
    "ls": ls,
    "cat": cat,
    "bench": bench,
    "gzip": gzip,
}


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser whose complaints are one line, like all our errors."""

    code = USAGE

    def error(self, message: str) -> NoReturn:
        self.exit(self.code, f"pycomp: error: {message} (see {self.prog} --help)\n")


class _VerbParser(_Parser):
    """One of a verb, where a list of files may have options in between."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """All of the command line, or an error."""
        found, more = super().parse_known_args(args, namespace)
        end = more.index("--") if "--" in more else len(more)
        names = [text for text in more[:end] if text == "-" or not text.startswith("-")] + more[end + 1 :]
        lists = [
            action.dest
            for action in self._actions
            if not action.option_strings and action.nargs in ("*", "+")
        ]
        if len(names) + (end < len(more)) < len(more) or (names and not lists):
            self.error("unrecognized arguments: " + " ".join(more))
        if names:
            setattr(found, lists[-1], [*getattr(found, lists[-1]), *names])
        return found, []


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = _Parser(
        prog="pycomp",
        description="Pack AI data losslessly: models and numeric files to .pcz and back, bit for bit.",
        epilog="Exit codes: 0 done, 1 damaged data, 2 wrong command line or unknown name, "
        "3 the system refused (file, permission, space), 4 unsupported or without its base, 130 interrupted, "
        "141 broken pipe.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and leave")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_VerbParser)
    for name, module in VERBS.items():
        sub = verbs.add_parser(name, help=module.HELP, description=module.__doc__)
        sub.formatter_class = argparse.RawDescriptionHelpFormatter
        sub.code = getattr(module, "USAGE", USAGE)
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code; *argv* is without the program's name.

    >>> main(["--version"])
    pycomp ...
    0
    """
    parser = build_parser()
    args = parser.parse_args(argv)
    if args.version:
        from pycomp import __version__

        print("pycomp", __version__)
        return 0
    if args.verb is None:
        parser.error("name a verb: " + ", ".join(VERBS))
    if isinstance(sys.stdout, io.TextIOWrapper):
        codecs.register_error("pycomp", escape_unencodable)
        sys.stdout.reconfigure(errors="pycomp")
    if argv is None and threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) != signal.SIG_IGN:  # as for jobs in the background of a script
                signal.signal(number, _stop)
    try:
        code = int(args.run(args))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The interpreter flushes standard output once more at exit; give it somewhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE
    except (Exception, KeyboardInterrupt) as error:
        return _failed(error)


def _stop(number: int, frame: object) -> NoReturn:
    """Unwind, so that temporary files go, whichever signal it was."""
    received.append(number)
    raise KeyboardInterrupt


def _failed(error: BaseException) -> int:
    """Say in one line what went wrong, and return the exit code; what nobody foresaw keeps its traceback."""
    # An interrupt inside somebody's import or callback may arrive here as another exception.
    if received or isinstance(error, KeyboardInterrupt):
        print("pycomp: interrupted", file=sys.stderr)
        return 128 + (received[0] if received else signal.SIGINT)
    known = failure(error)
    if known is None:
        raise error
    complain(known[0])
    return known[1]
