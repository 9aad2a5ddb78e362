"""Names inside an archive: which are allowed, and why none leads out of the folder being written.

A member's path is relative, with forward slashes, without empty, ``.`` or ``..`` parts. No member lies
below one that is not a folder, so nothing can be written *through* a link that the archive itself
brings along; links that were there before are checked while unpacking. On Windows a path must also be
free of what that system reads specially (drive letters, backslashes, device names).
"""

from __future__ import annotations

import os

from pycomp.errors import CorruptError, UnsupportedError

__all__ = ["check_encodable", "check_local", "check_member", "check_members", "points_outside"]

_DEVICES = {"CON", "PRN", "AUX", "NUL"} | {f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10)}


def check_member(path: str) -> None:
    r"""Raise CorruptError unless *path* stays inside whatever folder it is joined to.

    >>> check_member("layers/0/weight.npy")
    >>> check_member("../secret")
    Traceback (most recent call last):
    pycomp.errors.CorruptError: the member path '../secret' leads outside the folder
    """
    if "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
        raise CorruptError(f"the member path {path!r} leads outside the folder")


def check_members(members: list[tuple[str, bool]]) -> None:
    """Check (path, is a folder) pairs against each other: no path twice, nothing below a non-folder."""
    # NUL is in no path and sorts before all else, so what lies below a member comes right behind it.
    previous = parent = "\0"
    for path, is_folder in sorted((path.replace("/", "\0"), is_folder) for path, is_folder in members):
        if path == previous:
            raise CorruptError(f"the path {_plain(path)!r} is there twice")
        if path.startswith(parent):
            raise CorruptError(f"{_plain(path)!r} lies below {_plain(parent[:-1])!r}, which is no folder")
        previous = path
        if not is_folder:
            parent = path + "\0"


def _plain(path: str) -> str:
    return path.replace("\0", "/")


def check_local(path: str, windows: bool = os.name == "nt") -> None:
    r"""Raise UnsupportedError for a name that this system would read as something else.

    >>> check_local("c:/windows", windows=True)
    Traceback (most recent call last):
    pycomp.errors.UnsupportedError: Windows cannot hold a file named 'c:/windows'
    """
    check_encodable(path)
    for part in path.split("/") if windows else ():
        if (
            any(char in '<>:"\\|?*' or char < " " for char in part)
            or part[-1:] in " ."
            or part.split(".")[0].upper() in _DEVICES
        ):
            raise UnsupportedError(f"Windows cannot hold a file named {path!r}")


def check_encodable(name: str) -> None:
    """Raise UnsupportedError for a name with characters that this system's names do not have."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        raise UnsupportedError(f"this system cannot hold a file named {name!r}") from None


def points_outside(path: str, target: str) -> bool:
    """Whether the link at member *path* points out of the packed folder.

    >>> points_outside("a/b", "../c"), points_outside("a/b", "../../c"), points_outside("a", "/etc")
    (False, True, True)
    """
    if os.path.isabs(target):
        return True
    resolved = os.path.normpath(os.path.join(os.path.dirname(path), target))
    return resolved.split(os.sep)[0] == ".."
