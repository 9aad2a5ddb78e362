# The five steps of every entry point, in helpers: borrow the buffer, size the output, call C without
# the GIL, map the status, return.
#
#     cdef Py_buffer view
#     borrow(data, &view)
#     try:
#         with nogil:
#             status = pc_thing(start(&view), <size_t>view.len, ...)
#     finally:
#         PyBuffer_Release(&view)
#     check(status, "thing.encode")
from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AsString, PyBytes_FromStringAndSize
from cpython.mem cimport PyObject_Realloc
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport uint8_t

from pycomp._native.c_large cimport pc_large_block
from pycomp._native.c_python cimport Py_SET_SIZE, PyVarObject
from pycomp._native.c_status cimport PC_OK, pc_status


cdef inline int borrow(object source, Py_buffer *view) except -1:
    # A contiguous readable buffer; whoever borrows releases, with try/finally right after.
    return PyObject_GetBuffer(source, view, PyBUF_SIMPLE)


cdef inline int borrow_writable(object target, Py_buffer *view) except -1:
    return PyObject_GetBuffer(target, view, PyBUF_SIMPLE | PyBUF_WRITABLE)


cdef inline uint8_t *start(const Py_buffer *view) noexcept nogil:
    # An empty buffer may come with no address, and C forbids even memcpy(NULL, NULL, 0).
    return <uint8_t *>view.buf if view.len > 0 else <uint8_t *><const char *>b""


cdef inline bytes new_bytes(size_t size, uint8_t **data):
    # Fresh, uninitialised bytes to be written through *data before anyone else sees them.
    cdef bytes result
    if size > (<size_t>-1) >> 1:  # PY_SSIZE_T_MAX
        raise MemoryError
    result = PyBytes_FromStringAndSize(NULL, <Py_ssize_t>size)
    data[0] = <uint8_t *>PyBytes_AsString(result)
    pc_large_block(data[0], size)
    return result


# Bytes that nobody has seen yet can be grown and cut in place: the stable ABI fixes where an object keeps its
# size, and that the data ends with a zero. A draft is such an object, and a reference to it.

cdef inline PyObject *draft_bytes(size_t size, uint8_t **data) except NULL:
    # For keep_bytes, or Py_DECREF.
    result = new_bytes(size, data)
    Py_INCREF(result)
    return <PyObject *>result


cdef inline size_t draft_head(PyObject *draft) noexcept:
    return <size_t>(<const char *>PyBytes_AsString(<object>draft) - <const char *>draft)


cdef inline PyObject *grow_bytes(PyObject *draft, size_t size, uint8_t **data) except NULL:
    # The same draft with room for `size` bytes; the old one if there is no memory.
    cdef size_t head = draft_head(draft)
    cdef void *grown = NULL
    if size < (<size_t>-1 >> 1) - head:
        grown = PyObject_Realloc(draft, head + size + 1)
    if grown == NULL:
        raise MemoryError
    data[0] = <uint8_t *>grown + head
    pc_large_block(data[0], size)
    return <PyObject *>grown


cdef inline bytes keep_bytes(PyObject *draft, size_t size, size_t waste):
    # The first `size` bytes; the memory of the `waste` others is given back if it is more than a quarter.
    # Less is kept: what is let go as large as it was asked for is there for the next call (glibc), and pages
    # that were never touched don't count.
    cdef size_t head = draft_head(draft)
    cdef void *cut = PyObject_Realloc(draft, head + size + 1) if waste > size // 4 else NULL
    if cut == NULL:
        cut = draft
    Py_SET_SIZE(<PyVarObject *>cut, <Py_ssize_t>size)
    (<char *>cut)[head + size] = 0
    result = <bytes>cut
    Py_DECREF(result)
    return result


cdef inline int check(pc_status status, str where) except -1:
    if status == PC_OK:
        return 0
    from pycomp.errors import from_status
    raise from_status(status, where)
