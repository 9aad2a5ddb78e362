# cython: binding=False, embedsignature=True, embedsignature.format=clinic
"""CRC-32 and Adler-32, as the standard library's zlib offers them, and their combination."""

from cpython.buffer cimport PyBuffer_Release
from cpython.long cimport PyLong_AsUnsignedLongMask
from cpython.object cimport PyObject
from libc.stdint cimport uint32_t, uint64_t

from pycomp._native._buf cimport borrow, start
from pycomp._native._stream cimport BRIEF_CHECKSUM
from pycomp._native.arch cimport kernels
from pycomp._native.c_crc32 cimport pc_adler32, pc_adler32_combine, pc_crc32, pc_crc32_combine
from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_python cimport METH_FASTCALL, PyCFunction, PyCFunction_NewEx, PyMethodDef


# Cython makes functions of a stable ABI before 3.12 take a tuple, which costs a short buffer more than its
# checksum. So these two are made here, with the convention that the stable ABI has had from 3.10 on.

ctypedef uint32_t (*summing)(const pc_kernels *, uint32_t, const void *, size_t) noexcept nogil


cdef uint32_t run(summing function, uint32_t sum, object data) except? 0:
    cdef Py_buffer view
    borrow(data, &view)
    if view.len < BRIEF_CHECKSUM:
        sum = function(&kernels, sum, start(&view), <size_t>view.len)
    else:
        with nogil:
            sum = function(&kernels, sum, start(&view), <size_t>view.len)
    PyBuffer_Release(&view)
    return sum


cdef int check_count(str name, Py_ssize_t n) except -1:
    if n < 1:
        raise TypeError(f"{name} expected at least 1 argument, got {n}")
    if n > 2:
        raise TypeError(f"{name} expected at most 2 arguments, got {n}")
    return 0


cdef object call_crc32(PyObject *module, PyObject *const *args, Py_ssize_t n):
    check_count("crc32", n)
    cdef uint32_t before = <uint32_t>PyLong_AsUnsignedLongMask(<object>args[1]) if n > 1 else 0
    return run(pc_crc32, before, <object>args[0])


cdef object call_adler32(PyObject *module, PyObject *const *args, Py_ssize_t n):
    check_count("adler32", n)
    cdef uint32_t before = <uint32_t>PyLong_AsUnsignedLongMask(<object>args[1]) if n > 1 else 1
    return run(pc_adler32, before, <object>args[0])


cdef PyMethodDef crc32_method, adler32_method
crc32_method.ml_name = "crc32"
crc32_method.ml_meth = <PyCFunction><void (*)() noexcept>call_crc32
crc32_method.ml_flags = METH_FASTCALL
crc32_method.ml_doc = b"""crc32(data, value=0, /)
--

Compute a CRC-32 checksum of data, going on from the checksum value of what came before.

>>> crc32(b"pycomp")
2758582010
"""
adler32_method.ml_name = "adler32"
adler32_method.ml_meth = <PyCFunction><void (*)() noexcept>call_adler32
adler32_method.ml_flags = METH_FASTCALL
adler32_method.ml_doc = b"""adler32(data, value=1, /)
--

Compute an Adler-32 checksum of data, going on from the checksum value of what came before.

>>> adler32(b"Wikipedia")
300286872
"""
crc32 = PyCFunction_NewEx(&crc32_method, NULL, __name__)
adler32 = PyCFunction_NewEx(&adler32_method, NULL, __name__)


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
