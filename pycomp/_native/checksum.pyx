"""Checksums of buffers: XXH3, 64 and 128 bits, seed 0."""

cimport cython
from cpython.buffer cimport PyBuffer_Release
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint64_t

from pycomp._native._buf cimport borrow, start
from pycomp._native.arch cimport kernels
from pycomp._native.c_xxh3 cimport (
    pc_hash128,
    pc_xxh3_64,
    pc_xxh3_128,
    pc_xxh3_digest64,
    pc_xxh3_digest128,
    pc_xxh3_init,
    pc_xxh3_state,
    pc_xxh3_update,
)


cdef bytes canonical(pc_hash128 h):
    # Big-endian, high word first: the order that the specification writes a hash in.
    cdef uint8_t text[16]
    cdef int i
    for i in range(8):
        text[i] = <uint8_t>(h.high >> (56 - 8 * i))
        text[8 + i] = <uint8_t>(h.low >> (56 - 8 * i))
    return PyBytes_FromStringAndSize(<const char *>text, 16)


def xxh3_64(data):
    """The 64-bit XXH3 of a buffer, as an int.

    >>> hex(xxh3_64(b"pycomp"))
    '0xff2bf559aa50f730'
    """
    cdef Py_buffer view
    cdef uint64_t h
    borrow(data, &view)
    try:
        with nogil:
            h = pc_xxh3_64(&kernels, start(&view), <size_t>view.len)
    finally:
        PyBuffer_Release(&view)
    return h


def xxh3_128(data):
    """The 128-bit XXH3 of a buffer, as 16 bytes in canonical (big-endian) order.

    >>> xxh3_128(b"pycomp").hex()
    'c1f09933b31243f7d45cb79b6c7b79cd'
    """
    cdef Py_buffer view
    cdef pc_hash128 h
    borrow(data, &view)
    try:
        with nogil:
            h = pc_xxh3_128(&kernels, start(&view), <size_t>view.len)
    finally:
        PyBuffer_Release(&view)
    return canonical(h)


cdef class Hasher128:
    """XXH3 of data that comes in pieces.

    >>> hasher = Hasher128()
    >>> hasher.update(b"py")
    >>> hasher.update(b"comp")
    >>> hasher.digest() == xxh3_128(b"pycomp")
    True
    """

    cdef pc_xxh3_state state
    cdef cython.pythread_type_lock lock

    def __cinit__(self):
        pc_xxh3_init(&self.state)

    def update(self, data):
        """Append a buffer."""
        cdef Py_buffer view
        borrow(data, &view)
        try:
            with nogil, self.lock:
                pc_xxh3_update(&kernels, &self.state, start(&view), <size_t>view.len)
        finally:
            PyBuffer_Release(&view)

    def digest(self):
        """The 128-bit hash of all so far, as 16 bytes; the stream can go on after."""
        cdef pc_hash128 h
        with self.lock:
            h = pc_xxh3_digest128(&kernels, &self.state)
        return canonical(h)

    def digest64(self):
        """The 64-bit hash of all so far, as an int."""
        cdef uint64_t h
        with self.lock:
            h = pc_xxh3_digest64(&kernels, &self.state)
        return h
