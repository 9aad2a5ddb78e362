# cython: binding=False, embedsignature=True, embedsignature.format=clinic
"""The zlib module of the standard library over pycomp's DEFLATE: functions and stream objects.

Names, defaults, errors and their words are those of CPython's zlibmodule; :mod:`pycomp.zlib` is the public
face. Functions are built-in functions, not methods in waiting, so that they can be put into classes as the
standard ones can.
"""

cimport cython
from cpython.buffer cimport PyBuffer_Release, PyObject_CheckBuffer
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t
from libc.string cimport memcpy

from zlib import error

from pycomp._native._buf cimport borrow, start
from pycomp._native._sink cimport (
    SINK_NEAR,
    sink,
    sink_drop,
    sink_finish,
    sink_foresee,
    sink_grow,
    sink_left,
    sink_start,
    sink_used,
)
from pycomp._native._stream cimport (
    BRIEF_DEFLATE,
    c_int,
    c_size,
    deflate_into,
    deflate_params,
    foresee,
    inflate_begin,
    inflate_into,
)
from pycomp._native.arch cimport kernels
from pycomp._native.c_deflate cimport *
from pycomp._native.c_inflate cimport *
from pycomp._native.c_spare cimport pc_spare, pc_spare_give, pc_spare_take
from pycomp._native.c_status cimport PC_ERR_PARAM, PC_OK, pc_status

cdef pc_spare inflate_spare, sink_spare, deflate_spare
cdef object OWN = object()  # who has it may make Compress and Decompress objects

cdef dict WORDS = {
    -5: "incomplete or truncated stream",
    -3: "invalid input data",
    -2: "inconsistent stream state",
}


cdef object zlib_error(int code, str when, pc_inflate *state=NULL):
    cdef const char *message = pc_inflate_message(state) if state != NULL else NULL
    text = message.decode() if message != NULL else WORDS.get(code)
    return error(f"Error {code} {when}: {text}" if text else f"Error {code} {when}")


# -- Whole buffers --------------------------------------------------------------------------------------

def compress(data, /, level=-1, wbits=15):
    """Returns a bytes object containing compressed data.

    *level* is 0 to 9, or -1 for the default; *wbits* is the window size and the container format.

    >>> decompress(compress(b"pycomp" * 100)) == b"pycomp" * 100
    True
    """
    cdef Py_buffer view
    cdef pc_deflate_params params
    cdef uint8_t near[SINK_NEAR]
    cdef sink out
    cdef pc_status status
    cdef size_t size, bound
    cdef int level_ = c_int(level), wbits_ = c_int(wbits)
    cdef pc_deflate *state
    sink_start(&out, near, &sink_spare, <size_t>-1 >> 1)
    borrow(data, &view)
    try:
        if not deflate_params(&params, level_, wbits_, 8, 0):
            raise error("Bad compression level")
        bound = pc_deflate_bound(&params, <size_t>view.len)
        state = <pc_deflate *>pc_spare_take(&deflate_spare, pc_deflate_size(&params))
        if state == NULL:
            raise MemoryError("Out of memory while compressing data")
        try:
            sink_grow(&out, bound)
            if view.len < BRIEF_DEFLATE:
                status = pc_deflate_whole(&kernels, state, &params, start(&view), <size_t>view.len, out.begin,
                                          bound, &size)
            else:
                with nogil:
                    status = pc_deflate_whole(&kernels, state, &params, start(&view), <size_t>view.len,
                                              out.begin, bound, &size)
        finally:
            pc_spare_give(&deflate_spare, state)
        if status != PC_OK:
            raise zlib_error(-2, "while compressing data")
        out.at = out.begin + size
        return sink_finish(&out)
    finally:
        sink_drop(&out)
        PyBuffer_Release(&view)


def decompress(data, /, wbits=15, bufsize=16384):
    """Returns a bytes object containing the uncompressed data.

    *wbits* is the window size and the container format; *bufsize* is the standard library's, and not used:
    the output finds its size by itself.
    """
    cdef Py_buffer view
    cdef uint8_t near[SINK_NEAR]
    cdef sink out
    cdef const uint8_t *src
    cdef const uint8_t *src_begin
    cdef const uint8_t *src_end
    cdef pc_inflate_state result
    cdef int wbits_ = c_int(wbits)
    cdef pc_inflate *state
    if c_size(bufsize) < 0:
        raise ValueError("bufsize must be non-negative")
    sink_start(&out, near, &sink_spare, <size_t>-1 >> 1)
    borrow(data, &view)
    try:
        state = <pc_inflate *>pc_spare_take(&inflate_spare, pc_inflate_size())
        if state == NULL:
            raise MemoryError("Out of memory while decompressing data")
        try:
            if not inflate_begin(state, wbits_):
                raise zlib_error(-2, "while preparing to decompress data")
            src = src_begin = start(&view)
            src_end = src + view.len
            result = inflate_into(state, &src, src_end, &out)
            while result == PC_INFLATE_OUTPUT:
                sink_foresee(&out, foresee(&out, src - src_begin, <size_t>view.len))
                result = inflate_into(state, &src, src_end, &out)
            if result != PC_INFLATE_END:
                raise inflate_error(result, state)
        finally:
            pc_spare_give(&inflate_spare, state)
        return sink_finish(&out)
    finally:
        sink_drop(&out)
        PyBuffer_Release(&view)


cdef object inflate_error(pc_inflate_state result, pc_inflate *state):
    if result == PC_INFLATE_DICT:
        return error("Error 2 while decompressing data")
    return zlib_error(-3 if result == PC_INFLATE_ERROR else -5, "while decompressing data", state)


# -- Compress -------------------------------------------------------------------------------------------

cdef const uint8_t *NOTHING = b""


@cython.final
cdef class Compress:
    """A stream on its way to compressed data; made by :func:`compressobj`."""

    cdef pc_deflate *state  # NULL before the start and after the end
    cdef size_t size
    cdef cython.pythread_type_lock lock

    def __cinit__(self, own=None):
        if own is not OWN:
            raise TypeError(f"cannot create '{type(self).__module__}.Compress' instances")

    def __dealloc__(self):
        pc_spare_give(&deflate_spare, self.state)

    cdef int allocate(self, size_t size) except -1:
        self.state = <pc_deflate *>pc_spare_take(&deflate_spare, size)
        self.size = size
        if self.state == NULL:
            raise MemoryError("Can't allocate memory for compression object")
        return 0

    cdef bytes run(self, const uint8_t *src, size_t n, pc_flush flush, str when):
        # Under the lock. As zlib does it, output comes out as soon as it is there.
        cdef uint8_t near[SINK_NEAR]
        cdef sink out
        cdef const uint8_t *src_end = src + n
        cdef int done = 0
        cdef pc_status status
        cdef bint brief = n < BRIEF_DEFLATE and flush == PC_NO_FLUSH
        if self.state == NULL:
            raise zlib_error(-2, when)
        sink_start(&out, near, &sink_spare, <size_t>-1 >> 1)
        try:
            while not done:
                status = deflate_into(self.state, &src, src_end, &out, flush, brief, &done)
                if status != PC_OK:
                    raise zlib_error(-2, when)
                if not done:
                    sink_grow(&out, 2 * sink_used(&out) + <size_t>(src_end - src) // 2)
            return sink_finish(&out)
        finally:
            sink_drop(&out)

    def compress(self, data, /):
        """Returns a bytes object containing compressed data.

        After calling this, some of the input may still be stored internally; flush() brings it out.
        """
        cdef Py_buffer view
        borrow(data, &view)
        try:
            with self.lock:
                return self.run(start(&view), <size_t>view.len, PC_NO_FLUSH, "while compressing data")
        finally:
            PyBuffer_Release(&view)

    def flush(self, mode=4, /):
        """Return a bytes object containing any remaining compressed data.

        *mode* is one of the Z_*_FLUSH constants, or Z_FINISH, after which the stream is at its end.
        """
        cdef int mode_ = c_int(mode)
        if mode_ == PC_NO_FLUSH:
            return b""
        with self.lock:
            if mode_ < 0 or mode_ > PC_BLOCK_FLUSH:
                raise zlib_error(-2, "while flushing")
            result = self.run(NOTHING, 0, <pc_flush>mode_, "while flushing")
            if mode_ == PC_FINISH:
                pc_spare_give(&deflate_spare, self.state)
                self.state = NULL
            return result

    def copy(self):
        """Return a copy of the compression object."""
        cdef Compress other = Compress.__new__(Compress, OWN)
        with self.lock:
            if self.state == NULL:
                raise ValueError("Inconsistent stream state")
            other.allocate(self.size)
            memcpy(<void *>other.state, <const void *>self.state, self.size)
        return other

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo, /):
        return self.copy()


@cython.embedsignature(False)  # the default of zdict has no name outside
def compressobj(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=OWN):
    """compressobj(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=None)
--

    Return a compressor object.

    *level* is 0 to 9 or -1; *method* is 8; *wbits* is 9 to 15 for zlib, 25 to 31 for gzip, -9 to -15 for a
    raw stream; *memLevel* is 1 to 9; *zdict* is a buffer with what is likely to occur.
    """
    cdef Py_buffer view
    cdef pc_deflate_params params
    cdef pc_status status = PC_OK
    cdef Compress self
    cdef bint right = deflate_params(&params, c_int(level), c_int(wbits), c_int(memLevel), c_int(strategy))
    if c_int(method) != 8 or not right:
        raise ValueError("Invalid initialization option")
    self = Compress.__new__(Compress, OWN)
    self.allocate(pc_deflate_size(&params))
    if pc_deflate_init(self.state, &params) != PC_OK:
        raise ValueError("Invalid initialization option")
    if zdict is not OWN:
        borrow(zdict, &view)
        try:
            status = pc_deflate_set_dictionary(&kernels, self.state, start(&view), <size_t>view.len)
        finally:
            PyBuffer_Release(&view)
        if status != PC_OK:
            raise ValueError("Invalid dictionary")
    return self


# -- Decompress -----------------------------------------------------------------------------------------

cdef bytes dictionary(object zdict):
    # Its contents, None if there is none: like zlib's own module, b"" counts as one.
    cdef Py_buffer view
    if not PyObject_CheckBuffer(zdict):
        raise TypeError("zdict argument must support the buffer protocol")
    borrow(zdict, &view)
    try:
        return PyBytes_FromStringAndSize(<const char *>start(&view), view.len)
    finally:
        PyBuffer_Release(&view)


cdef int set_dictionary(pc_inflate *state, bytes zdict) except -1:
    cdef pc_status status = pc_inflate_set_dictionary(&kernels, state, <const uint8_t *><const char *>zdict,
                                                      <size_t>len(zdict))
    if status != PC_OK:
        raise zlib_error(-2 if status == PC_ERR_PARAM else -3, "while setting zdict")
    return 0


cdef pc_inflate *inflate_state(int wbits, bytes zdict) except NULL:
    cdef pc_inflate *state = <pc_inflate *>pc_spare_take(&inflate_spare, pc_inflate_size())
    if state == NULL:
        raise MemoryError("Can't allocate memory for decompression object")
    try:
        if not inflate_begin(state, wbits):
            raise ValueError("Invalid initialization option")
        if zdict is not None and wbits < 0:
            set_dictionary(state, zdict)
    except BaseException:
        pc_spare_give(&inflate_spare, state)
        raise
    return state


@cython.final
cdef class Decompress:
    """A stream of compressed data on its way back; made by :func:`decompressobj`."""

    cdef pc_inflate *state  # NULL after the end, once flushed
    cdef bytes zdict
    cdef bytes unused, tail
    cdef bint ended
    cdef cython.pythread_type_lock lock

    def __cinit__(self, own=None):
        if own is not OWN:
            raise TypeError(f"cannot create '{type(self).__module__}.Decompress' instances")
        self.unused = self.tail = b""

    def __dealloc__(self):
        pc_spare_give(&inflate_spare, self.state)

    @property
    def unused_data(self):
        """What came after the end of the compressed data."""
        with self.lock:
            return self.unused

    @property
    def unconsumed_tail(self):
        """Input that the last call could not use because of its max_length."""
        with self.lock:
            return self.tail

    @property
    def eof(self):
        """Whether the end of the compressed data has been reached."""
        return self.ended

    cdef int keep_input(self, pc_inflate_state result, const uint8_t *src, const uint8_t *src_end) except -1:
        # What is left goes where zlib's own module puts it: at the end of the stream to unused_data, and to
        # unconsumed_tail if there was such a tail before, even then.
        cdef Py_ssize_t left = src_end - src
        cdef bytes rest = PyBytes_FromStringAndSize(<const char *>src, left)
        if result == PC_INFLATE_END:
            if left > 0:
                self.unused = self.unused + rest
            if self.tail:
                self.tail = rest
        elif left > 0 or self.tail:
            self.tail = rest
        return 0

    cdef pc_inflate_state run(self, const uint8_t **src, const uint8_t *src_end,
                              sink *out) except <pc_inflate_state>-1:
        # Under the lock: decodes until the input is taken, the limit is reached or the stream ends.
        cdef const uint8_t *src_begin = src[0]
        cdef pc_inflate_state result
        while True:
            result = inflate_into(self.state, src, src_end, out)
            if result == PC_INFLATE_OUTPUT and sink_left(out):
                sink_foresee(out, foresee(out, src[0] - src_begin, src_end - src_begin))
            elif result == PC_INFLATE_DICT and self.zdict is not None:
                set_dictionary(self.state, self.zdict)
            else:
                break
        pc_inflate_keep(self.state, out.begin, out.at)
        return result

    def decompress(self, data, /, max_length=0):
        """Return a bytes object containing the decompressed version of the data.

        With *max_length*, at most so many bytes; input that could not be used yet is then in the attribute
        unconsumed_tail.
        """
        cdef Py_buffer view
        cdef uint8_t near[SINK_NEAR]
        cdef sink out
        cdef const uint8_t *src
        cdef pc_inflate_state result
        cdef Py_ssize_t limit = c_size(max_length)
        if limit < 0:
            raise ValueError("max_length must be non-negative")
        sink_start(&out, near, &sink_spare, <size_t>limit if limit > 0 else <size_t>-1 >> 1)
        borrow(data, &view)
        try:
            with self.lock:
                src = start(&view)
                if self.state == NULL:
                    self.keep_input(PC_INFLATE_ERROR, src, src + view.len)
                    raise zlib_error(-2, "while decompressing data")
                result = self.run(&src, start(&view) + view.len, &out)
                self.keep_input(result, src, start(&view) + view.len)
                if result == PC_INFLATE_END:
                    self.ended = True
                elif result >= PC_INFLATE_DICT:
                    raise inflate_error(result, self.state)
                return sink_finish(&out)
        finally:
            sink_drop(&out)
            PyBuffer_Release(&view)

    def flush(self, length=16384, /):
        """Return a bytes object containing any remaining decompressed data.

        *length* is the standard library's, and not used but checked.
        """
        cdef uint8_t near[SINK_NEAR]
        cdef sink out
        cdef const uint8_t *src
        cdef const uint8_t *src_end
        cdef pc_inflate_state result
        cdef bytes data
        if c_size(length) <= 0:
            raise ValueError("length must be greater than zero")
        with self.lock:
            if self.state == NULL:
                return b""
            data = self.tail
            src = <const uint8_t *><const char *>data
            src_end = src + len(data)
            sink_start(&out, near, &sink_spare, <size_t>-1 >> 1)
            try:
                result = self.run(&src, src_end, &out)
                self.keep_input(result, src, src_end)
                if result == PC_INFLATE_END:
                    self.ended = True
                    pc_spare_give(&inflate_spare, self.state)
                    self.state = NULL
                return sink_finish(&out)
            finally:
                sink_drop(&out)

    def copy(self):
        """Return a copy of the decompression object."""
        cdef Decompress other = Decompress.__new__(Decompress, OWN)
        with self.lock:
            if self.state == NULL:
                raise ValueError("Inconsistent stream state")
            other.state = <pc_inflate *>pc_spare_take(&inflate_spare, pc_inflate_size())
            if other.state == NULL:
                raise MemoryError("Can't allocate memory for decompression object")
            memcpy(<void *>other.state, <const void *>self.state, pc_inflate_size())
            other.zdict, other.ended = self.zdict, self.ended
            other.unused, other.tail = self.unused, self.tail
        return other

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo, /):
        return self.copy()


def decompressobj(wbits=15, zdict=b""):
    """Return a decompressor object.

    *wbits* is the window size and the container format; *zdict* the dictionary that the data was compressed
    with, if there was one.
    """
    cdef int wbits_ = c_int(wbits)
    cdef Decompress self
    # The default is the empty bytes object only for show: then there is no dictionary.
    cdef bytes known = None if zdict is b"" else dictionary(zdict)
    self = Decompress.__new__(Decompress, OWN)
    self.state = inflate_state(wbits_, known)
    self.zdict = known
    return self


@cython.final
cdef class _ZlibDecompressor:
    """Create a decompressor object for decompressing data incrementally.

    Unlike the objects of decompressobj() it keeps input that it could not use yet to itself.
    """

    cdef pc_inflate *state
    cdef bytes zdict
    cdef bytes pending  # input not taken yet, from pending_at on
    cdef Py_ssize_t pending_at
    cdef bytes unused
    cdef bint ended, hungry
    cdef cython.pythread_type_lock lock

    def __cinit__(self, wbits=15, zdict=b""):
        cdef int wbits_ = c_int(wbits)
        self.zdict = None if zdict is b"" else dictionary(zdict)
        self.state = inflate_state(wbits_, self.zdict)
        self.pending = self.unused = b""
        self.hungry = True

    def __dealloc__(self):
        pc_spare_give(&inflate_spare, self.state)

    @property
    def eof(self):
        """True if the end-of-stream marker has been reached."""
        return self.ended

    @property
    def unused_data(self):
        """Data found after the end of the compressed stream."""
        with self.lock:
            return self.unused

    @property
    def needs_input(self):
        """True if more input is needed before more decompressed data can be produced."""
        return self.hungry

    def decompress(self, data, max_length=-1):
        """Decompress *data*, returning uncompressed data as bytes.

        With a *max_length* that is not negative, at most so many bytes; needs_input then tells whether more
        can be had for b"".
        """
        cdef Py_buffer view
        cdef uint8_t near[SINK_NEAR]
        cdef sink out
        cdef const uint8_t *src
        cdef const uint8_t *src_begin
        cdef const uint8_t *src_end
        cdef pc_inflate_state result
        cdef Py_ssize_t limit = c_size(max_length)
        cdef bytes source = None
        sink_start(&out, near, &sink_spare, <size_t>limit if limit >= 0 else <size_t>-1 >> 1)
        borrow(data, &view)
        try:
            with self.lock:
                if self.ended:
                    raise EOFError("End of stream already reached")
                if self.pending_at < len(self.pending):
                    source = self.pending
                    if view.len > 0:
                        source = source[self.pending_at:]
                        source += PyBytes_FromStringAndSize(<char *>view.buf, view.len)
                        self.pending_at = 0
                elif type(data) is bytes:
                    source = data
                    self.pending_at = 0
                if source is not None:
                    src_begin = <const uint8_t *><const char *>source
                    src_end = src_begin + len(source)
                    src = src_begin + self.pending_at
                else:
                    src = src_begin = start(&view)
                    src_end = src + view.len

                while True:
                    result = inflate_into(self.state, &src, src_end, &out)
                    if result == PC_INFLATE_OUTPUT and sink_left(&out):
                        sink_foresee(&out, foresee(&out, src - src_begin, src_end - src_begin))
                    elif result == PC_INFLATE_DICT and self.zdict is not None:
                        set_dictionary(self.state, self.zdict)
                    else:
                        break
                if result >= PC_INFLATE_DICT:
                    raise inflate_error(result, self.state)
                pc_inflate_keep(self.state, out.begin, out.at)

                self.ended = result == PC_INFLATE_END
                self.hungry = not self.ended and src == src_end
                if src == src_end or self.ended:
                    if self.ended:
                        self.unused = PyBytes_FromStringAndSize(<const char *>src, src_end - src)
                    self.pending = b""
                    self.pending_at = 0
                elif source is not None:
                    self.pending = source
                    self.pending_at = src - src_begin
                else:
                    self.pending = PyBytes_FromStringAndSize(<const char *>src, src_end - src)
                    self.pending_at = 0
                return sink_finish(&out)
        finally:
            sink_drop(&out)
            PyBuffer_Release(&view)
