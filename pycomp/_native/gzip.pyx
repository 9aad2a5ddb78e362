# cython: binding=False, embedsignature=True, embedsignature.format=clinic
"""Reading gzip: whole buffers, and files as a stream of members.

Words and kinds of errors are those of the standard library's gzip module; :mod:`pycomp.gzip` is the public
face. The frame (RFC 1952) is taken apart here, because that module forgives what zlib doesn't: header
checksums are not looked at, and members may be followed by zeros.
"""

cimport cython
from cpython.buffer cimport PyBuffer_Release
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memchr, memcpy, memmove

from gzip import BadGzipFile
from zlib import error

from pycomp._native._buf cimport borrow, borrow_writable, start
from pycomp._native._sink cimport (
    SINK_NEAR,
    sink,
    sink_drop,
    sink_expect,
    sink_finish,
    sink_foresee,
    sink_grow,
    sink_start,
    sink_used,
)
from pycomp._native._stream cimport announced, foresee, inflate_begin, inflate_into, load32
from pycomp._native.arch cimport kernels
from pycomp._native.c_crc32 cimport pc_crc32
from pycomp._native.c_inflate cimport *
from pycomp._native.c_spare cimport pc_spare, pc_spare_give, pc_spare_take

cdef pc_spare inflate_spare, sink_spare, room_spare

cdef enum:
    FHCRC = 2
    FEXTRA = 4
    FNAME = 8
    FCOMMENT = 16
    RAW = -15


cdef Py_ssize_t header_size(const uint8_t *p, Py_ssize_t n, uint32_t *mtime) noexcept nogil:
    # Length of the header at p; 0 if it isn't all there, -1 if it is none, -2 for an unknown method.
    cdef Py_ssize_t at = 10
    cdef const uint8_t *zero
    cdef int flags, field
    if n >= 1 and p[0] != 0x1f or n >= 2 and p[1] != 0x8b:
        return -1
    if n >= 3 and p[2] != 8:
        return -2 if n >= 10 else 0
    if n < 10:
        return 0
    flags = p[3]
    mtime[0] = p[4] | <uint32_t>p[5] << 8 | <uint32_t>p[6] << 16 | <uint32_t>p[7] << 24
    if flags & FEXTRA:
        if n - at < 2:
            return 0
        at += 2 + (p[at] | p[at + 1] << 8)
    for field in range(2):
        if flags & (FCOMMENT if field else FNAME):
            if at >= n:
                return 0
            zero = <const uint8_t *>memchr(p + at, 0, <size_t>(n - at))
            if zero == NULL:
                return 0
            at = zero + 1 - p
    if flags & FHCRC:
        at += 2
    return at if at <= n else 0


cdef object truncated():
    return EOFError("Compressed file ended before the end-of-stream marker was reached")


cdef object bad_header(Py_ssize_t code, const uint8_t *p, Py_ssize_t n):
    if code == -2:
        return BadGzipFile("Unknown compression method")
    return BadGzipFile(f"Not a gzipped file ({PyBytes_FromStringAndSize(<const char *>p, min(n, 2))!r})")


cdef object bad_data(pc_inflate *state):
    return error(f"Error -3 while decompressing data: {pc_inflate_message(state).decode()}")


def decompress(data):
    """Decompress a gzip compressed string in one shot, all its members.

    >>> import gzip
    >>> decompress(gzip.compress(b"py") + gzip.compress(b"comp"))
    b'pycomp'
    """
    cdef Py_buffer view
    cdef uint8_t near[SINK_NEAR]
    cdef sink out
    cdef const uint8_t *src
    cdef const uint8_t *src_end
    cdef pc_inflate *state
    sink_start(&out, near, &sink_spare, <size_t>-1 >> 1)
    borrow(data, &view)
    try:
        state = <pc_inflate *>pc_spare_take(&inflate_spare, pc_inflate_size())
        if state == NULL:
            raise MemoryError
        try:
            src = start(&view)
            src_end = src + view.len
            while src < src_end:
                member(state, &src, src_end, &out)
                while src < src_end and src[0] == 0:
                    src += 1
        finally:
            pc_spare_give(&inflate_spare, state)
        return sink_finish(&out)
    finally:
        sink_drop(&out)
        PyBuffer_Release(&view)


cdef int member(pc_inflate *state, const uint8_t **src, const uint8_t *src_end, sink *out) except -1:
    # One member, appended to the output.
    cdef uint32_t mtime, crc
    cdef size_t expected
    cdef Py_ssize_t left = src_end - src[0], head = header_size(src[0], left, &mtime)
    cdef const uint8_t *body = src[0] + head
    cdef size_t before = sink_used(out), begin
    cdef pc_inflate_state result
    if head < 0 or left < 2:
        raise bad_header(head, src[0], left)
    if head == 0:
        raise truncated()
    inflate_begin(state, RAW)
    src[0] = body
    while True:
        result = run_from(state, src, src_end, out, before)
        if result != PC_INFLATE_OUTPUT:
            break
        # The last member's size stands at the end, and mostly there is one member only.
        expected = announced(src_end - left, src_end, sink_used(out) - before)
        if expected:
            sink_expect(out, before + expected)
        else:
            sink_foresee(out, before + foresee(out, src[0] - body, <size_t>left))
    if result == PC_INFLATE_ERROR:
        raise bad_data(state)
    if result != PC_INFLATE_END or src_end - src[0] < 8:
        raise truncated()
    begin = sink_used(out) - before
    with nogil:
        crc = pc_crc32(&kernels, 0, out.begin + before, begin)
    if crc != load32(src[0]):
        raise BadGzipFile("CRC check failed")
    if <uint32_t>begin != load32(src[0] + 4):
        raise BadGzipFile("Incorrect length of data produced")
    src[0] += 8
    return 0


cdef pc_inflate_state run_from(pc_inflate *state, const uint8_t **src, const uint8_t *src_end, sink *out,
                               size_t begin) noexcept:
    # Like inflate_into, for a stream that began at out.begin + begin.
    cdef sink view = out[0]
    cdef pc_inflate_state result
    view.begin += begin
    result = inflate_into(state, src, src_end, &view)
    out.at = view.at
    return result


cdef enum:
    # What is decoded at a time stays in the second-level cache until it is handed out.
    HISTORY = 1 << 15
    FRESH = 1 << 17
    ROOM = HISTORY + FRESH
    READ_SIZE = 1 << 17

cdef enum phase:
    HEAD
    BODY
    TAIL
    PADDING


@cython.final
cdef class MemberReader:
    """The members of a gzip file as one stream of bytes.

    *read* is called with a number of bytes to read at most, and gives b"" at the end of the file. Never more
    than 128 KiB are read ahead, nor decoded ahead.
    """

    cdef object read
    cdef pc_inflate *state
    cdef uint8_t *room  # output: [0, at) was handed out, [at, end) was not
    cdef size_t at, end
    cdef size_t begin  # where the current member's output begins, as far as it is in the room
    cdef bytes chunk  # input not used yet, from chunk_at on
    cdef Py_ssize_t chunk_at
    cdef phase phase
    cdef uint32_t crc, size
    cdef readonly object mtime
    cdef uint64_t taken  # bytes of the file read
    cdef readonly uint64_t position  # bytes handed out
    cdef cython.pythread_type_lock lock

    def __cinit__(self, read):
        self.read = read
        self.state = <pc_inflate *>pc_spare_take(&inflate_spare, pc_inflate_size())
        self.room = <uint8_t *>pc_spare_take(&room_spare, ROOM)
        if self.state == NULL or self.room == NULL:
            raise MemoryError
        self.reset()

    def __dealloc__(self):
        pc_spare_give(&inflate_spare, self.state)
        pc_spare_give(&room_spare, self.room)

    def reset(self):
        """Begin again: the next read comes from the start of the file."""
        with self.lock:
            self.at = self.end = self.begin = 0
            self.chunk = b""
            self.chunk_at = 0
            self.phase = HEAD
            self.taken = self.position = 0

    cdef bint more_input(self) except -1:
        # False at the end of the file.
        cdef bytes more = bytes(self.read(READ_SIZE))
        self.taken += <uint64_t>len(more)
        if self.chunk_at < len(self.chunk):
            more = self.chunk[self.chunk_at:] + more
            if len(more) == len(self.chunk) - self.chunk_at:
                return False
        elif not more:
            return False
        self.chunk = more
        self.chunk_at = 0
        return True

    cdef bint step(self, sink *out, bint may_read) except -1:
        # One step on: a header, a trailer, some of a body. False when there is nothing to do before more
        # input is read and that is not allowed, or at the end of the file.
        cdef const uint8_t *src_begin = <const uint8_t *><const char *>self.chunk
        cdef const uint8_t *src = src_begin + self.chunk_at
        cdef const uint8_t *src_end = src_begin + len(self.chunk)
        cdef Py_ssize_t n = src_end - src, head
        cdef uint8_t *before = out.at
        cdef pc_inflate_state result
        cdef uint32_t mtime = 0
        if self.phase == BODY:
            result = inflate_into(self.state, &src, src_end, out)
            self.chunk_at = src - src_begin
            if out.at != before:
                with nogil:
                    self.crc = pc_crc32(&kernels, self.crc, before, <size_t>(out.at - before))
                self.size += <uint32_t>(out.at - before)
            if result == PC_INFLATE_END:
                self.phase = TAIL
            elif out.at == before:
                if result == PC_INFLATE_ERROR:
                    raise bad_data(self.state)
                if result == PC_INFLATE_INPUT:
                    if not may_read:
                        return False
                    if not self.more_input():
                        raise truncated()
            return True
        if self.phase == HEAD:
            head = header_size(src, n, &mtime)
            if n == 0 or head == 0:
                if not may_read:
                    return False
                if self.more_input():
                    return True
                if n == 0:
                    return False
                raise truncated() if n > 1 else bad_header(-1, src, n)
            if head < 0:
                if n == 1 and may_read and self.more_input():
                    return True
                raise bad_header(head, src, n)
            self.mtime = mtime
            self.chunk_at += head
            self.crc = self.size = 0
            inflate_begin(self.state, RAW)
            out.begin = out.at
            self.phase = BODY
            return True
        if self.phase == TAIL:
            if n < 8:
                if not may_read:
                    return False
                if not self.more_input():
                    raise truncated()
                return True
            if load32(src) != self.crc:
                raise BadGzipFile(f"CRC check failed {hex(load32(src))} != {hex(self.crc)}")
            if load32(src + 4) != self.size:
                raise BadGzipFile("Incorrect length of data produced")
            self.chunk_at += 8
            self.phase = PADDING
            return True
        while src < src_end and src[0] == 0:
            src += 1
        self.chunk_at = src - src_begin
        if src < src_end:
            self.phase = HEAD
            return True
        return may_read and self.more_input()

    cdef int fill(self) except -1:
        # Decodes into the empty room: until it is full, or the input at hand is used up and there is
        # something to hand out. Errors wait until what comes before them has been handed out: they will be
        # met again.
        cdef sink out
        if self.end > <size_t>(ROOM - FRESH // 2):
            memmove(self.room, self.room + self.end - HISTORY, HISTORY)
            self.begin = self.begin - (self.end - HISTORY) if self.begin > self.end - HISTORY else 0
            self.end = self.at = HISTORY
        out.begin = self.room + self.begin
        out.at = self.room + self.end
        out.end = self.room + ROOM
        try:
            while out.at < out.end:
                if not self.step(&out, out.at == self.room + self.at):
                    break
        except Exception:
            if out.at == self.room + self.at:
                raise
        finally:
            self.begin = out.begin - self.room
            self.end = out.at - self.room
        return 0

    def readinto(self, target):
        """Fill the start of a writable buffer; returns how many bytes, 0 at the end of the file."""
        cdef Py_buffer view
        cdef size_t n = 0
        borrow_writable(target, &view)
        try:
            with self.lock:
                if view.len > 0:
                    if self.at == self.end:
                        self.fill()
                    n = min(<size_t>view.len, self.end - self.at)
                    memcpy(view.buf, self.room + self.at, n)
                    self.at += n
                    self.position += n
        finally:
            PyBuffer_Release(&view)
        return n

    def skip(self, count):
        """Pass over so many bytes, or what there is; returns how many. With None, all the rest."""
        cdef size_t n
        done = 0
        with self.lock:
            while count is None or done < count:
                if self.at == self.end:
                    self.fill()
                    if self.at == self.end:
                        break
                n = self.end - self.at
                if count is not None and n > count - done:
                    n = count - done
                self.at += n
                self.position += n
                done += n
        return done

    def readall(self, size_t expected=0):
        """All the rest, as bytes; *expected* is how many bytes of input may still be there, if known."""
        cdef sink out
        cdef uint8_t near[SINK_NEAR]
        cdef Py_ssize_t left
        with self.lock:
            sink_start(&out, near, &sink_spare, <size_t>-1 >> 1)
            try:
                left = <Py_ssize_t>(self.end - self.at)
                sink_grow(&out, <size_t>left)
                memcpy(out.at, self.room + self.at, <size_t>left)
                out.at += left
                if self.phase == BODY:
                    pc_inflate_keep(self.state, self.room + self.begin, self.room + self.end)
                self.decode_all(&out, expected)
                self.position += sink_used(&out)
                return sink_finish(&out)
            finally:
                sink_drop(&out)

    cdef int decode_all(self, sink *out, size_t expected) except -1:
        # The current member's output begins at out.begin + begin; what came before is in the state.
        cdef sink view
        cdef size_t begin = sink_used(out)
        cdef uint64_t unused = <uint64_t>(len(self.chunk) - self.chunk_at), first = self.taken - unused, taken
        cdef bint more = True
        self.at = self.end = self.begin = 0
        try:
            while more:
                if out.at == out.end:
                    taken = self.taken - <uint64_t>(len(self.chunk) - self.chunk_at) - first
                    sink_foresee(out, foresee(out, taken, max(expected + unused, taken)))
                view = out[0]
                view.begin += begin
                more = self.step(&view, True)
                begin = view.begin - out.begin
                out.at = view.at
        finally:
            if self.phase == BODY:
                pc_inflate_keep(self.state, out.begin + begin, out.at)
        return 0


cdef class LineIterator:
    """``__next__`` of a file whose ``_buffer`` is a BufferedReader: a line, with nothing in between."""

    def __next__(self):
        try:
            line = self._buffer.readline()
        except (AttributeError, ValueError):  # closed, or not for reading: in the words of the file
            line = self.readline()
        if not line:
            raise StopIteration
        return line
