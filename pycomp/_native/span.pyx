"""Random access to gzip files: finding points where decoding can begin, and decoding from them."""

cimport cython
from cpython.buffer cimport PyBuffer_Release
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memmove

from pycomp._native._buf cimport borrow, check, new_bytes, start
from pycomp._native._stream cimport EXPANSION
from pycomp._native.arch cimport kernels
from pycomp._native.c_inflate cimport *
from pycomp._native.c_span cimport pc_inflate_spans, pc_inflate_to_block, pc_span_job
from pycomp._native.c_status cimport pc_status

cdef enum:
    HISTORY = 1 << 15
    ROOM = HISTORY + (1 << 17)


@cython.final
cdef class PointFinder:
    """Walks through a gzip file that is fed in pieces and collects points *spacing* bytes of output apart.

    A point is (bytes of input before it, bytes of output before it, bits of the last byte of input that
    belong to it, history before it).
    """

    cdef pc_inflate *state
    cdef uint8_t *room
    cdef uint8_t *begin  # of the current member's output, as far as it is in the room
    cdef uint8_t *at
    cdef bint between  # members
    cdef uint64_t spacing, next_point
    cdef readonly uint64_t taken, size
    cdef readonly list points
    cdef cython.pythread_type_lock lock

    def __cinit__(self, uint64_t spacing):
        self.state = <pc_inflate *>malloc(pc_inflate_size())
        self.room = <uint8_t *>malloc(ROOM)
        if self.state == NULL or self.room == NULL:
            raise MemoryError
        self.begin = self.at = self.room
        self.between = True
        self.spacing = spacing
        self.points = []

    def __dealloc__(self):
        free(self.state)
        free(self.room)

    @property
    def complete(self):
        """Whether what was fed so far ends with a whole member."""
        return self.between

    def feed(self, data):
        """Walk on."""
        cdef Py_buffer view
        borrow(data, &view)
        try:
            with self.lock:
                self.walk(start(&view), start(&view) + view.len)
        finally:
            PyBuffer_Release(&view)

    cdef int walk(self, const uint8_t *src, const uint8_t *src_end) except -1:
        cdef const uint8_t *src_begin = src
        cdef uint64_t first = self.taken
        cdef uint8_t *before
        cdef uint8_t *end
        cdef int found
        cdef unsigned bits
        cdef pc_inflate_state result
        while src < src_end:
            if self.between:
                while src < src_end and src[0] == 0:
                    src += 1
                if src == src_end:
                    break
                pc_inflate_init(self.state, PC_WRAP_GZIP, 15)
                self.begin = self.at
                self.between = False
            if self.at == self.room + ROOM:
                memmove(self.room, self.at - HISTORY, HISTORY)
                self.begin = max(self.begin - (ROOM - HISTORY), self.room)
                self.at = self.room + HISTORY
            before = self.at
            end = self.room + ROOM
            found = 0
            if self.size >= self.next_point:
                with nogil:
                    result = pc_inflate_to_block(&kernels, self.state, &src, src_end, self.begin, &self.at,
                                                 end, &found, &bits)
            else:
                if self.next_point - self.size < <uint64_t>(end - before):
                    end = before + (self.next_point - self.size)
                with nogil:
                    result = pc_inflate_run(&kernels, self.state, &src, src_end, self.begin, &self.at, end)
            self.size += <uint64_t>(self.at - before)
            if result == PC_INFLATE_ERROR:
                from pycomp.errors import CorruptError
                raise CorruptError(f"gzip index: {pc_inflate_message(self.state).decode()} before byte "
                                   f"{first + <uint64_t>(src - src_begin)}")
            if found:
                self.note(first + <uint64_t>(src - src_begin), bits)
            self.between = result == PC_INFLATE_END
        self.taken = first + <uint64_t>(src - src_begin)
        return 0

    cdef int note(self, uint64_t taken, unsigned bits) except -1:
        cdef Py_ssize_t history = min(<Py_ssize_t>(self.at - self.begin), <Py_ssize_t>HISTORY)
        window = PyBytes_FromStringAndSize(<const char *>self.at - history, history)
        self.points.append((taken, self.size, bits, window))
        self.next_point = self.size + self.spacing
        return 0


def inflate_spans(list spans, unsigned threads):
    """Decode spans side by side. Each is (input, bits, history, bytes of output); returns all output.

    If bits is not 0, the input begins with the byte that holds them.
    """
    cdef size_t n = <size_t>len(spans), i, total = 0, borrowed = 0
    cdef Py_buffer *views = <Py_buffer *>calloc(2 * n + 1, sizeof(Py_buffer))
    cdef pc_span_job *jobs = <pc_span_job *>calloc(n + 1, sizeof(pc_span_job))
    cdef uint8_t *dst
    cdef pc_status status
    from pycomp.errors import CorruptError
    try:
        if views == NULL or jobs == NULL:
            raise MemoryError
        for i in range(n):
            data, bits, window, size = spans[i]
            borrow(data, &views[borrowed])
            jobs[i].src, jobs[i].src_len = start(&views[borrowed]), <size_t>views[borrowed].len
            borrowed += 1
            borrow(window, &views[borrowed])
            jobs[i].window, jobs[i].window_len = start(&views[borrowed]), <size_t>views[borrowed].len
            borrowed += 1
            jobs[i].bits = <unsigned>bits & 7
            # An index can say anything; what a span can become is known, and so the sum is no overflow.
            if size // EXPANSION > jobs[i].src_len:
                raise CorruptError(f"gzip index: span {i} of {n} cannot be of {size} bytes; "
                                   "build the index again")
            jobs[i].dst_len = size
            total += jobs[i].dst_len
        result = new_bytes(total, &dst)
        for i in range(n):
            jobs[i].dst = dst
            dst += jobs[i].dst_len
        with nogil:
            status = pc_inflate_spans(&kernels, jobs, n, threads)
        check(status, "gzip index")
        for i in range(n):
            check(jobs[i].status, f"gzip index: span {i} of {n}")
        return result
    finally:
        for i in range(borrowed):
            PyBuffer_Release(&views[i])
        free(views)
        free(jobs)
