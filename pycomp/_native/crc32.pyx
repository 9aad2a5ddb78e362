# cython: binding=False, embedsignature=True, embedsignature.format=clinic
"""CRC-32 and Adler-32, as the standard library's zlib offers them, and their combination."""

from cpython.buffer cimport PyBuffer_Release
from cpython.long cimport PyLong_AsUnsignedLongMask
from libc.stdint cimport uint32_t, uint64_t

from pycomp._native._buf cimport borrow, start
from pycomp._native._stream cimport BRIEF_CHECKSUM
from pycomp._native.arch cimport kernels
from pycomp._native.c_crc32 cimport pc_adler32, pc_adler32_combine, pc_crc32, pc_crc32_combine


def crc32(data, value=0, /):
    """Compute a CRC-32 checksum of data, going on from the checksum value of what came before.

    >>> crc32(b"pycomp")
    2758582010
    """
    cdef Py_buffer view
    cdef uint32_t crc = <uint32_t>PyLong_AsUnsignedLongMask(value)
    borrow(data, &view)
    if view.len < BRIEF_CHECKSUM:
        crc = pc_crc32(&kernels, crc, start(&view), <size_t>view.len)
    else:
        with nogil:
            crc = pc_crc32(&kernels, crc, start(&view), <size_t>view.len)
    PyBuffer_Release(&view)
    return crc


def adler32(data, value=1, /):
    """Compute an Adler-32 checksum of data, going on from the checksum value of what came before.

    >>> adler32(b"Wikipedia")
    300286872
    """
    cdef Py_buffer view
    cdef uint32_t adler = <uint32_t>PyLong_AsUnsignedLongMask(value)
    borrow(data, &view)
    if view.len < BRIEF_CHECKSUM:
        adler = pc_adler32(&kernels, adler, start(&view), <size_t>view.len)
    else:
        with nogil:
            adler = pc_adler32(&kernels, adler, start(&view), <size_t>view.len)
    PyBuffer_Release(&view)
    return adler


cdef uint64_t length_of(object len2) except? 0xffffffffffffffff:
    if len2 < 0:
        raise ValueError("len2 must be non-negative")
    return <uint64_t>len2.__index__()


def crc32_combine(crc1, crc2, len2, /):
    """The CRC-32 of two pieces in a row, from theirs and the length of the second.

    >>> crc32_combine(crc32(b"py"), crc32(b"comp"), 4) == crc32(b"pycomp")
    True
    """
    return pc_crc32_combine(<uint32_t>PyLong_AsUnsignedLongMask(crc1),
                            <uint32_t>PyLong_AsUnsignedLongMask(crc2), length_of(len2))


def adler32_combine(adler1, adler2, len2, /):
    """The Adler-32 of two pieces in a row, from theirs and the length of the second.

    >>> adler32_combine(adler32(b"py"), adler32(b"comp"), 4) == adler32(b"pycomp")
    True
    """
    return pc_adler32_combine(<uint32_t>PyLong_AsUnsignedLongMask(adler1),
                              <uint32_t>PyLong_AsUnsignedLongMask(adler2), length_of(len2))
