# Where output of unknown length goes: first a small buffer that is there anyway, then bytes objects, each
# larger than the one before. What was written stays in one piece, so that the inflater finds its history in
# place, and the last object is shortened, not copied, unless too much of it would be wasted.
#
#     cdef uint8_t near[SINK_NEAR]
#     cdef sink out
#     held = sink_start(&out, near, limit)
#     while <call returned "full"> and sink_left(&out):
#         held = sink_grow(&out, held, wanted)
#     return sink_finish(&out, held)
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t
from libc.string cimport memcpy

from pycomp._native._buf cimport new_bytes
from pycomp._native.c_python cimport Py_SET_SIZE, PyVarObject

cdef enum:
    SINK_NEAR = 16384  # copying this much at the end takes less time than making and shortening an object


cdef struct sink:
    uint8_t *begin
    uint8_t *at
    uint8_t *end
    size_t limit  # never more than this in all


cdef inline bytes sink_start(sink *s, uint8_t *near, size_t limit):
    s.begin = s.at = near
    s.end = near + min(limit, <size_t>SINK_NEAR)
    s.limit = limit
    return None


cdef inline size_t sink_used(const sink *s) noexcept nogil:
    return <size_t>(s.at - s.begin)


cdef inline bint sink_left(const sink *s) noexcept nogil:
    # Whether the limit allows one byte more.
    return sink_used(s) < s.limit


cdef inline bytes sink_grow(sink *s, bytes held, size_t wanted):
    # Room for `wanted` bytes in all, at least half as many again as now, within the limit; returns the new
    # holder. The old one stays valid until the caller lets go of it.
    cdef size_t used = sink_used(s), cap = <size_t>(s.end - s.begin)
    cdef uint8_t *data
    cdef bytes grown
    cdef size_t least = min(cap + cap // 2, s.limit)
    wanted = min(max(wanted, least), s.limit)
    try:
        grown = new_bytes(wanted, &data)
    except MemoryError:  # foreseen is not needed
        if wanted == least:
            raise
        wanted = least
        grown = new_bytes(wanted, &data)
    memcpy(data, s.begin, used)
    s.begin = data
    s.at = data + used
    s.end = data + wanted
    return grown


cdef inline bytes sink_finish(sink *s, bytes held):
    cdef size_t used = sink_used(s), waste = <size_t>(s.end - s.at)
    if held is None or waste > used // 4 + 256:
        return PyBytes_FromStringAndSize(<const char *>s.begin, <Py_ssize_t>used)
    if waste > 0:
        s.at[0] = 0  # bytes end with a zero that is not theirs
        Py_SET_SIZE(<PyVarObject *><void *>held, <Py_ssize_t>used)
    return held
