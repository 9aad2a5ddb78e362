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
from libc.stdint cimport uint8_t

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
    return result


cdef inline bytes shrink(bytes whole, size_t size):
    # The first `size` bytes: the stable ABI has no way to cut a bytes object in place.
    return whole if size == <size_t>len(whole) else whole[:size]


cdef inline int check(pc_status status, str where) except -1:
    if status == PC_OK:
        return 0
    from pycomp.errors import from_status
    raise from_status(status, where)
