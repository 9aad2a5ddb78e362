# Where output of unknown length goes: first a small buffer that is there anyway, then scratch memory kept
# from call to call, from both of which it is copied in the end, and when it is larger still, a bytes object
# of the size that is foreseen, which grows if that was too little and is cut if it was far too much. What was
# written stays in one piece: there the inflater finds its history.
#
# Why scratch: bytes that are cut go back to the system when they are let go, and the next ones come from it
# page by page, which takes longer than inflating (glibc keeps a block only if none larger was asked for).
# Of large objects the pages are large.
#
#     cdef uint8_t near[SINK_NEAR]
#     cdef sink out
#     sink_start(&out, near, &scratch_spare, limit)
#     try:
#         while <call returned "full"> and sink_left(&out):
#             sink_grow(&out, wanted)
#         return sink_finish(&out)
#     finally:
#         sink_drop(&out)
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.object cimport PyObject
from cpython.ref cimport Py_XDECREF
from libc.stdint cimport uint8_t
from libc.string cimport memcpy

from pycomp._native._buf cimport draft_bytes, grow_bytes, keep_bytes
from pycomp._native.c_large cimport PC_LARGE_SIZE
from pycomp._native.c_spare cimport pc_spare, pc_spare_give, pc_spare_take

cdef enum:
    SINK_NEAR = 16384  # copying this much at the end takes less time than fetching the scratch memory
    # How much of a long output is wanted before its length is foreseen: copied once it costs little, and by
    # then the guess is good (docs/design/0012).
    SINK_SAMPLE = 1 << 18


cdef struct sink:
    uint8_t *begin
    uint8_t *at
    uint8_t *end
    size_t limit  # never more than this in all
    pc_spare *spare
    void *scratch  # NULL, or where it is
    PyObject *draft  # NULL, or where it is


cdef inline void sink_start(sink *s, uint8_t *near, pc_spare *spare, size_t limit) noexcept:
    s.begin = s.at = near
    s.end = near + min(limit, <size_t>SINK_NEAR)
    s.limit = limit
    s.spare = spare
    s.scratch = NULL
    s.draft = NULL


cdef inline size_t sink_used(const sink *s) noexcept nogil:
    return <size_t>(s.at - s.begin)


cdef inline size_t sink_room(const sink *s) noexcept nogil:
    return <size_t>(s.end - s.at)


cdef inline bint sink_left(const sink *s) noexcept nogil:
    # Whether the limit allows one byte more.
    return sink_used(s) < s.limit


cdef inline void sink_move(sink *s, uint8_t *data, size_t size) noexcept:
    s.at = data + sink_used(s)
    s.begin = data
    s.end = data + size


cdef inline int sink_expect(sink *s, size_t size) except -1:
    # Room for `size` bytes in all, which is more than now, in the object itself: for sizes known beforehand.
    cdef uint8_t *data
    if s.draft != NULL:
        s.draft = grow_bytes(s.draft, size, &data)
    else:
        s.draft = draft_bytes(size, &data)
        memcpy(data, s.begin, sink_used(s))
    sink_move(s, data, size)
    return 0


cdef inline int sink_grow(sink *s, size_t wanted) except -1:
    # Room for `wanted` bytes in all, not beyond the limit; where that is no more than there is and it is
    # full, for half as many again.
    cdef size_t cap = <size_t>(s.end - s.begin)
    if wanted <= cap:
        if s.at < s.end:
            return 0
        wanted = cap + cap // 2
    wanted = min(wanted, s.limit)
    if wanted <= PC_LARGE_SIZE and s.draft == NULL:
        if s.scratch == NULL:
            s.scratch = pc_spare_take(s.spare, PC_LARGE_SIZE)
            if s.scratch != NULL:
                memcpy(s.scratch, s.begin, sink_used(s))
        if s.scratch != NULL:
            sink_move(s, <uint8_t *>s.scratch, min(PC_LARGE_SIZE, s.limit))
            return 0
    return sink_expect(s, wanted)


cdef inline int sink_foresee(sink *s, size_t wanted) except -1:
    # The same where `wanted` is a guess, made from what there is by now: not before the sample, and then in
    # the object itself. It is believed if it is an eighth more or more; where there is no memory for that, an
    # eighth will do for now.
    cdef size_t used = sink_used(s), least = min(used + (used // 8 if wanted > used else used // 2), s.limit)
    if used < SINK_SAMPLE:
        sink_grow(s, SINK_SAMPLE)
        if s.scratch != NULL and s.draft == NULL:
            s.end = s.begin + min(<size_t>SINK_SAMPLE, s.limit)
        return 0
    wanted = min(max(wanted, least), s.limit)
    try:
        return sink_expect(s, wanted)
    except MemoryError:  # what was foreseen is not needed yet
        if wanted == least:
            raise
        return sink_expect(s, least)


cdef inline bytes sink_finish(sink *s):
    cdef PyObject *draft = s.draft
    if draft == NULL:
        return PyBytes_FromStringAndSize(<const char *>s.begin, <Py_ssize_t>sink_used(s))
    s.draft = NULL
    return keep_bytes(draft, sink_used(s), <size_t>(s.end - s.at))


cdef inline void sink_drop(sink *s) noexcept:
    # Gives back the scratch memory, and what was not finished.
    pc_spare_give(s.spare, s.scratch)
    s.scratch = NULL
    Py_XDECREF(s.draft)
    s.draft = NULL
