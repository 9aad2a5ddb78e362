"""DEFLATE of whole buffers: levels 0 to 12, threads, batches, BGZF; behind :mod:`pycomp.deflate`."""

cimport cython
from cpython.buffer cimport PyBuffer_Release
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memchr, memcpy, memmove

from pycomp._native._buf cimport borrow, borrow_writable, check, new_bytes, start
from pycomp._native._sink cimport (
    SINK_NEAR,
    sink,
    sink_drop,
    sink_expect,
    sink_finish,
    sink_foresee,
    sink_grow,
    sink_left,
    sink_start,
    sink_used,
)
from pycomp._native._stream cimport EXPANSION, announced, foresee, inflate_into, load32
from pycomp._native.arch cimport kernels
from pycomp._native.c_deflate cimport *
from pycomp._native.c_inflate cimport *
from pycomp._native.c_parallel cimport *
from pycomp._native.c_spare cimport pc_spare, pc_spare_give, pc_spare_take
from pycomp._native.c_status cimport (
    PC_ERR_CORRUPT,
    PC_ERR_DST_SIZE,
    PC_ERR_LIMIT,
    PC_OK,
    pc_status,
)

RAW = PC_WRAP_RAW
ZLIB = PC_WRAP_ZLIB
GZIP = PC_WRAP_GZIP
AUTO = PC_WRAP_AUTO
BGZF_BLOCK = PC_BGZF_BLOCK
BGZF_MAX = PC_BGZF_MAX
BGZF_END = PyBytes_FromStringAndSize(<const char *>pc_bgzf_end, PC_BGZF_END)

cdef pc_spare inflate_spare, sink_spare, deflate_spare


cdef pc_deflate_params usual(int level, int wrap) noexcept nogil:
    cdef pc_deflate_params p
    p.level, p.wrap, p.window_bits, p.mem_level, p.strategy = level, <pc_wrap>wrap, 15, 8, 0
    return p


# -- Compression ----------------------------------------------------------------------------------------

def compress(data, int level, int wrap, unsigned threads, size_t block_size):
    """The buffer as one stream; with two threads and more, in blocks."""
    cdef Py_buffer view
    cdef pc_deflate_params params = usual(level, wrap)
    cdef pc_status status = PC_OK
    cdef uint8_t near[SINK_NEAR]
    cdef sink out
    cdef size_t bound, size = 0, n
    cdef uint32_t sum
    cdef pc_deflate *state
    sink_start(&out, near, &sink_spare, <size_t>-1 >> 1)
    borrow(data, &view)
    try:
        n = <size_t>view.len
        if threads > 1:
            bound = pc_deflate_parallel_bound(&params, n, block_size)
            bound += PC_DEFLATE_HEADER_MAX + PC_DEFLATE_TRAILER_MAX
        else:
            bound = pc_deflate_bound(&params, n)
        sink_grow(&out, bound)
        if threads > 1:
            out.at += pc_deflate_header(&params, out.at)
            with nogil:
                status = pc_deflate_parallel(&kernels, &params, start(&view), 0, n, 1, block_size, threads,
                                             out.at, <size_t>(out.end - out.at), &size, &sum)
            out.at += size
            if status == PC_OK:
                out.at += pc_deflate_trailer(&params, sum, n, out.at)
        else:
            state = <pc_deflate *>pc_spare_take(&deflate_spare, pc_deflate_size(&params))
            if state == NULL:
                raise MemoryError
            with nogil:
                status = pc_deflate_whole(&kernels, state, &params, start(&view), n, out.begin, bound, &size)
            pc_spare_give(&deflate_spare, state)
            out.at += size
        check(status, "deflate.compress")
        return sink_finish(&out)
    finally:
        sink_drop(&out)
        PyBuffer_Release(&view)


cdef enum:
    HISTORY = 1 << 15
    BLOCKS_A_THREAD = 4  # so many in one go: threads that finish first wait for a quarter of a turn at most


@cython.final
cdef class ParallelCompress:
    """A raw stream that is compressed in blocks on several threads; compress() and flush() as zlib's."""

    cdef pc_deflate_params params
    cdef size_t block_size, room_size
    cdef size_t begin, end  # of the input in the room that was not compressed yet; before begin is history
    cdef unsigned threads
    cdef uint8_t *room
    cdef bint ended
    cdef cython.pythread_type_lock lock

    def __cinit__(self, int level, unsigned threads, size_t block_size):
        self.params = usual(6 if level == -1 else level, PC_WRAP_RAW)
        if pc_deflate_size(&self.params) == 0:
            raise ValueError("Invalid initialization option")
        if block_size < HISTORY or block_size > 1 << 30:
            raise ValueError(f"block_size must be between {HISTORY} and {1 << 30}, not {block_size}")
        self.block_size, self.threads = block_size, threads
        self.room_size = HISTORY + block_size * BLOCKS_A_THREAD * threads
        self.room = <uint8_t *>malloc(self.room_size)
        if self.room == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.room)

    cdef bytes run(self, bint last):
        cdef size_t n = self.end - self.begin, size = 0, history
        cdef size_t bound = pc_deflate_parallel_bound(&self.params, n, self.block_size)
        cdef uint8_t *dst = <uint8_t *>malloc(bound)
        cdef pc_status status
        cdef uint32_t sum
        if dst == NULL:
            raise MemoryError
        try:
            with nogil:
                status = pc_deflate_parallel(&kernels, &self.params, self.room, self.begin, self.end, last,
                                             self.block_size, self.threads, dst, bound, &size, &sum)
            check(status, "gzip: compress")
            history = min(self.end, <size_t>HISTORY)
            memmove(self.room, self.room + self.end - history, history)
            self.begin = self.end = history
            return PyBytes_FromStringAndSize(<const char *>dst, <Py_ssize_t>size)
        finally:
            free(dst)

    def compress(self, data, /):
        """Take the data; returns what became ready, whole turns of blocks."""
        cdef Py_buffer view
        cdef size_t taken = 0, piece
        cdef list parts = []
        borrow(data, &view)
        try:
            with self.lock:
                if self.ended:
                    raise ValueError("Inconsistent stream state")
                while taken < <size_t>view.len:
                    piece = min(<size_t>view.len - taken, self.room_size - HISTORY - (self.end - self.begin))
                    memcpy(self.room + self.end, start(&view) + taken, piece)
                    self.end += piece
                    taken += piece
                    if self.end - self.begin == self.room_size - HISTORY:
                        parts.append(self.run(False))
        finally:
            PyBuffer_Release(&view)
        return b"".join(parts)

    def flush(self, int mode=4, /):
        """All that is not out yet, on a byte; with 4 (Z_FINISH) the end of the stream."""
        with self.lock:
            if self.ended:
                raise ValueError("Inconsistent stream state")
            self.ended = mode == 4
            return self.run(self.ended) if self.ended or self.end > self.begin and mode != 0 else b""


# -- Decompression --------------------------------------------------------------------------------------

cdef object failure(pc_inflate_state result, pc_inflate *state, str where):
    from pycomp.errors import ChecksumError, CorruptError, TruncatedError, UnsupportedError
    if result == PC_INFLATE_INPUT:
        return TruncatedError(f"{where}: the data is truncated; fetch or copy it again in full")
    if result == PC_INFLATE_DICT:
        return UnsupportedError(f"{where}: the stream wants a dictionary; zlib.decompressobj takes one")
    kind = CorruptError if pc_inflate_status(state) == PC_ERR_CORRUPT else ChecksumError
    return kind(f"{where}: {pc_inflate_message(state).decode()}; restore the data from another copy")


cdef object too_long(object size):
    from pycomp.errors import LimitError
    return LimitError(
        f"deflate.decompress: the output exceeds {size} bytes; raise the limit if the source is trusted"
    )


cdef bint another(pc_inflate *state, const uint8_t **src, const uint8_t *src_end) except -1:
    # After the end of a stream: whether there is a further gzip member. Zeros may follow the last one.
    from pycomp.errors import CorruptError
    if pc_inflate_wrap(state) == PC_WRAP_GZIP:
        while src[0] < src_end and src[0][0] == 0:
            src[0] += 1
        if src_end - src[0] >= 2 and src[0][0] == 0x1f and src[0][1] == 0x8b:
            return True
    if src[0] < src_end:
        raise CorruptError(f"deflate.decompress: {src_end - src[0]} bytes follow the end of the stream")
    return False


cdef int inflate_streams(pc_inflate *state, int wrap, const uint8_t *src, size_t n, sink *out) except -1:
    cdef const uint8_t *src_begin = src
    cdef const uint8_t *src_end = src + n
    cdef size_t before, size
    cdef bint gzipped
    cdef sink view
    cdef pc_inflate_state result
    while True:
        pc_inflate_init(state, <pc_wrap>wrap, 15 if wrap == PC_WRAP_RAW else 0)
        before = sink_used(out)
        while True:
            view = out[0]
            view.begin += before
            result = inflate_into(state, &src, src_end, &view)
            out.at = view.at
            if result != PC_INFLATE_OUTPUT:
                break
            if not sink_left(out):
                raise too_long(out.limit)
            gzipped = pc_inflate_wrap(state) == PC_WRAP_GZIP
            size = announced(src_begin, src_end, sink_used(out)) if gzipped else 0
            if sink_used(out) < size <= out.limit:
                sink_expect(out, size)
            else:
                sink_foresee(out, foresee(out, <size_t>(src - src_begin), n))
        if result != PC_INFLATE_END:
            raise failure(result, state, "deflate.decompress")
        if not another(state, &src, src_end):
            return 0


def decompress(data, int wrap, max_size):
    """The contents of a stream, or of all the members of a gzip file."""
    cdef Py_buffer view
    cdef uint8_t near[SINK_NEAR]
    cdef sink out
    cdef pc_inflate *state
    sink_start(&out, near, &sink_spare, <size_t>-1 >> 1 if max_size is None else max_size)
    borrow(data, &view)
    try:
        state = <pc_inflate *>pc_spare_take(&inflate_spare, pc_inflate_size())
        if state == NULL:
            raise MemoryError
        try:
            inflate_streams(state, wrap, start(&view), <size_t>view.len, &out)
        finally:
            pc_spare_give(&inflate_spare, state)
        return sink_finish(&out)
    finally:
        sink_drop(&out)
        PyBuffer_Release(&view)


def decompress_into(data, int wrap, target, max_size):
    """The same into the start of a writable buffer; returns how many bytes."""
    cdef Py_buffer view, room
    cdef const uint8_t *src
    cdef const uint8_t *src_end
    cdef uint8_t *at
    cdef uint8_t *end
    cdef size_t limit = <size_t>-1 if max_size is None else max_size
    cdef pc_inflate *state
    cdef uint8_t *before
    cdef pc_inflate_state result
    borrow(data, &view)
    try:
        borrow_writable(target, &room)
        try:
            state = <pc_inflate *>pc_spare_take(&inflate_spare, pc_inflate_size())
            if state == NULL:
                raise MemoryError
            try:
                src = start(&view)
                src_end = src + view.len
                at = start(&room)
                end = at + min(<size_t>room.len, limit)
                while True:
                    pc_inflate_init(state, <pc_wrap>wrap, 15 if wrap == PC_WRAP_RAW else 0)
                    before = at
                    with nogil:
                        result = pc_inflate_run(&kernels, state, &src, src_end, before, &at, end)
                    if result == PC_INFLATE_OUTPUT:
                        if <size_t>room.len >= limit:
                            raise too_long(max_size)
                        raise ValueError(f"deflate.decompress: out has {room.len} bytes and the output more")
                    if result != PC_INFLATE_END:
                        raise failure(result, state, "deflate.decompress")
                    if not another(state, &src, src_end):
                        return at - start(&room)
            finally:
                pc_spare_give(&inflate_spare, state)
        finally:
            PyBuffer_Release(&room)
    finally:
        PyBuffer_Release(&view)


# -- Batches --------------------------------------------------------------------------------------------

@cython.final
cdef class Batch:
    """Jobs with their borrowed inputs, and one block of memory for all the outputs."""

    cdef size_t n
    cdef size_t borrowed
    cdef Py_buffer *views
    cdef pc_stream_job *jobs
    cdef uint8_t *room

    def __cinit__(self, list items):
        cdef size_t i
        self.n = <size_t>len(items)
        self.views = <Py_buffer *>calloc(self.n + 1, sizeof(Py_buffer))
        self.jobs = <pc_stream_job *>calloc(self.n + 1, sizeof(pc_stream_job))
        if self.views == NULL or self.jobs == NULL:
            raise MemoryError
        for i in range(self.n):
            borrow(items[i], &self.views[i])
            self.borrowed += 1
            self.jobs[i].src = start(&self.views[i])
            self.jobs[i].src_len = <size_t>self.views[i].len

    def __dealloc__(self):
        cdef size_t i
        for i in range(self.borrowed):
            PyBuffer_Release(&self.views[i])
        free(self.views)
        free(self.jobs)
        free(self.room)

    cdef int allocate(self) except -1:
        # Memory for every dst_cap, anew.
        cdef size_t i, total = 1
        for i in range(self.n):
            if self.jobs[i].dst_cap > (<size_t>-1 >> 1) - total:
                raise MemoryError
            total += self.jobs[i].dst_cap
        free(self.room)
        self.room = <uint8_t *>malloc(total)
        if self.room == NULL:
            raise MemoryError
        total = 0
        for i in range(self.n):
            self.jobs[i].dst = self.room + total
            total += self.jobs[i].dst_cap
        return 0


cdef bytes output(const pc_stream_job *job):
    return PyBytes_FromStringAndSize(<const char *>job.dst, <Py_ssize_t>job.dst_len)


def compress_batch(list items, int level, int wrap, unsigned threads):
    """Each buffer as a stream of its own."""
    cdef pc_deflate_params params = usual(level, wrap)
    cdef Batch batch = Batch(items)
    cdef pc_status status
    cdef size_t i
    for i in range(batch.n):
        batch.jobs[i].dst_cap = pc_deflate_bound(&params, batch.jobs[i].src_len)
    batch.allocate()
    with nogil:
        status = pc_deflate_batch(&kernels, &params, batch.jobs, batch.n, threads)
    check(status, "deflate.compress_batch")
    for i in range(batch.n):
        check(batch.jobs[i].status, f"deflate.compress_batch: item {i}")
    return [output(&batch.jobs[i]) for i in range(batch.n)]


def decompress_batch(list items, int wrap, max_size, list sizes, unsigned threads):
    """The contents of each stream. Outputs longer than foreseen are done again with more room."""
    cdef size_t limit = <size_t>-1 >> 1 if max_size is None else max_size, i
    cdef Batch batch
    cdef pc_status status
    cdef list results = [None] * len(items), open_ = list(range(len(items)))
    cdef list caps = sizes
    if caps is None:
        caps = [4 * memoryview(item).nbytes + 256 for item in items]
    while open_:
        batch = Batch([items[i] for i in open_])
        for i in range(batch.n):
            batch.jobs[i].dst_cap = min(<size_t>caps[open_[i]], limit)
        batch.allocate()
        with nogil:
            status = pc_inflate_batch(&kernels, <pc_wrap>wrap, batch.jobs, batch.n, threads)
        check(status, "deflate.decompress_batch")
        again = []
        for i in range(batch.n):
            number = open_[i]
            if batch.jobs[i].status == PC_ERR_DST_SIZE:
                if batch.jobs[i].dst_cap >= limit:
                    check(PC_ERR_LIMIT, f"deflate.decompress_batch: item {number}")
                caps[number] = 4 * batch.jobs[i].dst_cap + 256
                again.append(number)
                continue
            check(batch.jobs[i].status, f"deflate.decompress_batch: item {number}")
            if batch.jobs[i].src_used != batch.jobs[i].src_len:
                check(PC_ERR_CORRUPT, f"deflate.decompress_batch: item {number}, after the end of the stream")
            results[number] = output(&batch.jobs[i])
        open_ = again
    return results


# -- BGZF -----------------------------------------------------------------------------------------------

def bgzf_compress(data, int level, unsigned threads):
    """The buffer as BGZF blocks without an end, and the compressed size of each."""
    cdef Py_buffer view
    cdef size_t bound, blocks, size = 0, i
    cdef uint8_t *room
    cdef uint32_t *sizes
    cdef pc_status status
    borrow(data, &view)
    try:
        bound = pc_bgzf_bound(<size_t>view.len)
        blocks = bound // PC_BGZF_MAX
        room = <uint8_t *>malloc(bound + 1)
        sizes = <uint32_t *>malloc((blocks + 1) * sizeof(uint32_t))
        try:
            if room == NULL or sizes == NULL:
                raise MemoryError
            with nogil:
                status = pc_bgzf_compress(&kernels, level, start(&view), <size_t>view.len, threads, room,
                                          bound, &size, sizes)
            check(status, "deflate: BGZF")
            blob = PyBytes_FromStringAndSize(<const char *>room, <Py_ssize_t>size)
            return blob, [sizes[i] for i in range(blocks)]
        finally:
            free(room)
            free(sizes)
    finally:
        PyBuffer_Release(&view)


def bgzf_block(data):
    """Length of the block at the start of the buffer; 0 if more is needed to know, -1 if it is none."""
    cdef Py_buffer view
    cdef int bad = 0
    cdef size_t size
    borrow(data, &view)
    size = pc_bgzf_block_size(start(&view), <size_t>view.len, &bad)
    PyBuffer_Release(&view)
    return -1 if bad else size


cdef bytes decode_members(const uint8_t *src, size_t total, list sizes, unsigned threads, str what):
    # The contents of the gzip members that stand one after the other at src, of the sizes given.
    cdef size_t count = <size_t>len(sizes), at = 0, done = 0, size, plain, i
    cdef pc_stream_job *jobs = <pc_stream_job *>calloc(count + 1, sizeof(pc_stream_job))
    cdef uint8_t *dst
    cdef pc_status status
    from pycomp.errors import CorruptError
    if jobs == NULL:
        raise MemoryError
    try:
        result = new_bytes(total, &dst)
        for i in range(count):
            size, plain = sizes[i]
            jobs[i].src, jobs[i].src_len, jobs[i].dst, jobs[i].dst_cap = src + at, size, dst + done, plain
            at += size
            done += plain
        with nogil:
            status = pc_inflate_batch(&kernels, PC_WRAP_GZIP, jobs, count, threads)
        check(status, f"deflate: {what}s")
        for i in range(count):
            if jobs[i].status == PC_ERR_DST_SIZE or jobs[i].status == PC_OK and (
                jobs[i].dst_len != jobs[i].dst_cap or jobs[i].src_used != jobs[i].src_len
            ):
                raise CorruptError(f"deflate: {what} {i} of this piece is not of the size it announces")
            check(jobs[i].status, f"deflate: {what} {i} of this piece")
        return result
    finally:
        free(jobs)


def bgzf_decompress(data, size_t limit, unsigned threads):
    """The contents of the whole blocks at the start of the buffer, as (bytes, input used, sizes).

    Blocks are taken as long as their contents stay within *limit* bytes; *sizes* are pairs of the compressed
    and plain size of each.
    """
    cdef Py_buffer view
    cdef const uint8_t *src
    cdef size_t n, at = 0, size, plain, total = 0
    cdef int bad = 0
    cdef list sizes = []
    from pycomp.errors import CorruptError
    borrow(data, &view)
    try:
        src = start(&view)
        n = <size_t>view.len
        while at < n:
            size = pc_bgzf_block_size(src + at, n - at, &bad)
            if bad:
                raise CorruptError(f"deflate: no BGZF block at byte {at} of this piece")
            if size == 0 or size > n - at:
                break
            plain = load32(src + at + size - 4)
            if plain > PC_BGZF_MAX or plain // EXPANSION > size:
                raise CorruptError("deflate: a BGZF block announces more than it can hold")
            if plain > limit - total:
                break
            sizes.append((size, plain))
            total += plain
            at += size
        return decode_members(src, total, sizes, threads, "BGZF block"), at, sizes
    finally:
        PyBuffer_Release(&view)


cdef enum:
    MEMBER_MIN = 20  # header, an empty block, checksum and length


cdef bint is_member(const uint8_t *p) noexcept nogil:
    # Ten bytes as gzip files begin: magic, method, no flags that mean nothing, and the extra flags and
    # systems that there are. By chance they stand once in some 100 GB of compressed data.
    return (
        p[0] == 0x1F and p[1] == 0x8B and p[2] == 8 and p[3] < 32
        and (p[8] == 0 or p[8] == 2 or p[8] == 4) and (p[9] <= 13 or p[9] == 255)
    )


cdef size_t next_member(const uint8_t *src, size_t at, size_t n) noexcept nogil:
    # Where the next member seems to begin, or n.
    cdef const uint8_t *p
    while at + 10 <= n:
        p = <const uint8_t *>memchr(src + at, 0x1F, n - 9 - at)
        if p == NULL:
            break
        at = <size_t>(p - src)
        if is_member(p):
            return at
        at += 1
    return n


def member_follows(data):
    """Whether behind the start of the buffer another gzip member seems to begin in it."""
    cdef Py_buffer view
    cdef bint found
    borrow(data, &view)
    found = next_member(start(&view), MEMBER_MIN, <size_t>view.len) < <size_t>view.len
    PyBuffer_Release(&view)
    return found


def members_decompress(data, size_t limit, unsigned threads):
    """The contents of the whole gzip members at the start of the buffer, as (bytes, input used, sizes).

    A member is whole if another follows it. Where it ends is guessed by how the next one looks and proved by
    decoding: exactly so many bytes have to become as many as are announced, with their checksum.
    """
    cdef Py_buffer view
    cdef const uint8_t *src
    cdef size_t n, at = 0, end, plain, total = 0
    cdef list sizes = []
    from pycomp.errors import CorruptError
    borrow(data, &view)
    try:
        src = start(&view)
        n = <size_t>view.len
        if n >= 10 and not is_member(src):
            raise CorruptError("deflate: no gzip member at the start of this piece")
        while True:
            end = at
            while True:
                end = next_member(src, end + MEMBER_MIN, n)
                if end == n:
                    break
                plain = load32(src + end - 4)
                if plain // EXPANSION <= end - at:
                    break
            if end == n or plain > limit - total:
                break
            sizes.append((end - at, plain))
            total += plain
            at = end
        return decode_members(src, total, sizes, threads, "member"), at, sizes
    finally:
        PyBuffer_Release(&view)
