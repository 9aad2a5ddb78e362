"""pycomp.patch(): the standard library's users run on ours, and all is put back."""

from __future__ import annotations

import encodings.zlib_codec
import gzip
import io
import subprocess
import sys
import tarfile
import xmlrpc.client
import zipfile
import zlib

import pytest

import pycomp

pytestmark = pytest.mark.thread_unsafe


def names() -> dict[str, object]:
    return {
        "sys": sys.modules["zlib"],
        "gzip": gzip.zlib,  # type: ignore[attr-defined]
        "reader": gzip._GzipReader,  # type: ignore[attr-defined]
        "compress": gzip.compress,
        "zipfile": zipfile.zlib,  # type: ignore[attr-defined]
        "crc32": zipfile.crc32,  # type: ignore[attr-defined]
        "codec": encodings.zlib_codec.zlib,  # type: ignore[attr-defined]
    }


def test_all_names_change_and_come_back() -> None:
    before = names()
    with pycomp.patch():
        inside = names()
        assert all(inside[name] is not before[name] for name in before)
        assert inside["crc32"] is pycomp.zlib.crc32
        with pycomp.patch():
            assert names() == inside
        assert names() == inside
        assert isinstance(gzip.open(io.BytesIO(gzip.compress(b""))), gzip.GzipFile)  # noqa: SIM115
    assert names() == before
    pycomp.unpatch()
    assert names() == before


def test_without_a_block() -> None:
    before = names()
    pycomp.patch()
    pycomp.patch()
    pycomp.unpatch()
    assert names() != before
    pycomp.unpatch()
    assert names() == before


def test_our_own_modules_are_left_alone() -> None:
    ours = {
        name: dict(vars(module)) for name, module in list(sys.modules.items()) if name.startswith("pycomp.")
    }
    with pycomp.patch():
        for name, before in ours.items():
            now = vars(sys.modules[name])
            assert [
                one for one in before if now.get(one) is not before[one]
            ] == [] or name == "pycomp.patching"
    assert "Z_BLOCK" in dir(pycomp.zlib)


def test_it_is_undone_after_an_error() -> None:
    before = names()
    with pytest.raises(zlib.error), pycomp.patch():
        gzip.zlib.decompress(b"nonsense")  # type: ignore[attr-defined]
    assert names() == before


def test_users_work_across_the_border() -> None:
    data = b"contents " * 10_000
    archive, ball = io.BytesIO(), io.BytesIO()
    with pycomp.patch():
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("name", data)
        with tarfile.open(fileobj=ball, mode="w:gz") as tar:
            info = tarfile.TarInfo("name")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        coded = encodings.zlib_codec.zlib_encode(data)[0]
        half_read = gzip.open(io.BytesIO(gzip.compress(data)))  # noqa: SIM115
        half_read.read(10)
        request = xmlrpc.client.gzip_encode(data)
    assert half_read.read() == data[10:]
    assert zipfile.ZipFile(archive).read("name") == data
    assert encodings.zlib_codec.zlib_decode(coded)[0] == data
    assert xmlrpc.client.gzip_decode(request) == data
    ball.seek(0)
    member = tarfile.open(fileobj=ball).extractfile("name")  # noqa: SIM115
    assert member is not None
    assert member.read() == data


def test_modules_loaded_inside_are_put_back() -> None:
    code = (
        "import sys, zlib, pycomp\n"
        "with pycomp.patch():\n"
        "    import zipfile, shutil, tarfile\n"
        "    assert zipfile.zlib is pycomp.zlib and zipfile.crc32 is pycomp.zlib.crc32\n"
        "assert zipfile.zlib is zlib and zipfile.crc32 is zlib.crc32 and sys.modules['zlib'] is zlib\n"
        "assert 'numpy' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
