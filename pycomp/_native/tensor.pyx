"""Frames of the numeric codec: an encoder and a decoder that work on any range of chunks.

A frame is ``head | chunk payloads | chunk table``; docs/formats/tensor.md has the layout. The public
face is :mod:`pycomp.tensor`.
"""

cimport cython
from cpython.buffer cimport PyBuffer_Release
from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject
from cpython.ref cimport Py_XDECREF
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

from pycomp._native._buf cimport (
    borrow, borrow_writable, check, draft_bytes, keep_bytes, new_bytes, start
)
from pycomp._native._sink cimport SINK_NEAR, sink, sink_drop, sink_finish, sink_grow, sink_room, sink_start
from pycomp._native.arch cimport kernels
from pycomp._native.c_spare cimport pc_spare, pc_spare_give, pc_spare_take
from pycomp._native.c_status cimport PC_OK, pc_status
from pycomp._native.c_tensor cimport *

cdef enum:
    BATCH = 16  # chunks coded by each thread before interrupts are looked for: 10 ms, at level max a second

cdef pc_spare room_spare, sink_spare

LEVELS = {"fast": PC_LEVEL_FAST, "default": PC_LEVEL_DEFAULT, "high": PC_LEVEL_HIGH, "max": PC_LEVEL_MAX}
DTYPES = {pc_dtype_name(<pc_dtype>i).decode(): i for i in range(PC_DTYPE_COUNT)}
ITEM_SIZES = {name: pc_dtype_size(<pc_dtype>number) for name, number in DTYPES.items()}


cdef pc_dtype number_of(str dtype) except? PC_DTYPE_COUNT:
    if dtype not in DTYPES:
        from pycomp.errors import UnsupportedError
        raise UnsupportedError(f"dtype {dtype!r} is unknown; known are {', '.join(DTYPES)}")
    return <pc_dtype><int>DTYPES[dtype]


cdef int whole_elements(const Py_buffer *view, pc_dtype dtype) except -1:
    if view.len % <Py_ssize_t>pc_dtype_size(dtype):
        raise ValueError(
            f"{view.len} bytes are no whole number of {pc_dtype_name(dtype).decode()} elements "
            f"of {pc_dtype_size(dtype)} bytes"
        )
    return 0


@cython.final
cdef class FrameEncoder:
    """One array on its way into a frame.

    Looks at the array, decides on a model and writes ``head``; :meth:`encode` then codes any chunks. The
    array must not change until the last chunk is coded: it is read, not copied. With *base*, another array of
    the same size, the chunks may hold differences to it, and a decoder then needs it (``FrameDecoder.base``).
    """

    cdef pc_tensor_encoder *encoder
    cdef Py_buffer view, base
    cdef bint borrowed, based
    cdef void *room  # kept between calls, and then for the next encoder
    cdef size_t room_size
    cdef cython.pythread_type_lock lock
    cdef readonly bytes head
    cdef readonly size_t chunks
    cdef readonly size_t chunk_bytes

    def __cinit__(self, data, str dtype, size_t cols, int level, base=None, unsigned threads=1):
        cdef pc_status status
        cdef pc_runner runner = pc_parallel_runner(threads)
        cdef pc_dtype number
        number = number_of(dtype)
        borrow(data, &self.view)
        self.borrowed = True
        whole_elements(&self.view, number)
        if base is not None:
            borrow(base, &self.base)
            self.based = True
            if self.base.len != self.view.len:
                raise ValueError(f"the base has {self.base.len} bytes, the data {self.view.len}")
        with nogil:
            if self.based:
                status = pc_tensor_encoder_create_base(&kernels, start(&self.view), start(&self.base),
                                                       <uint64_t>self.view.len, number, cols,
                                                       <pc_level>level, &self.encoder)
            else:
                status = pc_tensor_encoder_create(&kernels, &runner, start(&self.view),
                                                  <uint64_t>self.view.len, number, cols, <pc_level>level,
                                                  &self.encoder)
        check(status, "tensor.encode")
        cdef const pc_tensor_info *info = pc_tensor_encoder_info(self.encoder)
        self.head = pc_tensor_encoder_head(self.encoder)[:info.head_size]
        self.chunks = info.chunks
        self.chunk_bytes = info.chunk_bytes

    def __dealloc__(self):
        pc_tensor_encoder_free(self.encoder)
        pc_spare_give(&room_spare, self.room)
        if self.based:
            PyBuffer_Release(&self.base)
        if self.borrowed:
            PyBuffer_Release(&self.view)

    def encode(self, size_t first, size_t count, unsigned threads=1):
        """Code chunks ``[first, first + count)``.

        Returns their payloads back to back, their table entries (4 bytes each) and the XXH3-64 of each
        chunk's decoded bytes (8 bytes each), the numbers little-endian.
        """
        cdef const pc_tensor_info *info = pc_tensor_encoder_info(self.encoder)
        cdef uint8_t near[SINK_NEAR]
        cdef sink out
        cdef uint8_t *sizes
        cdef uint8_t *hashes
        if first > info.chunks or count > info.chunks - first:
            raise ValueError(f"chunks [{first}, {first + count}) of {info.chunks}")
        table = new_bytes(4 * count, &sizes)
        digests = new_bytes(8 * count, &hashes)
        sink_start(&out, near, &sink_spare, pc_tensor_encode_reach(info, first, count))
        try:
            sink_grow(&out, out.limit)
            out.at += self._code(first, count, threads, out.at, sink_room(&out), sizes, hashes)
            return sink_finish(&out), table, digests
        finally:
            sink_drop(&out)

    def reach(self, size_t count):
        """The room that so many chunks need in :meth:`encode_into`."""
        return pc_tensor_encode_reach(pc_tensor_encoder_info(self.encoder), 0, count)

    def encode_into(self, size_t first, size_t count, out, unsigned threads=1):
        """The same with the payloads written to *out*, which has room for their ``reach``.

        Returns how many bytes they took, the table entries and the hashes.
        """
        cdef const pc_tensor_info *info = pc_tensor_encoder_info(self.encoder)
        cdef Py_buffer dst
        cdef uint8_t *sizes
        cdef uint8_t *hashes
        if first > info.chunks or count > info.chunks - first:
            raise ValueError(f"chunks [{first}, {first + count}) of {info.chunks}")
        table = new_bytes(4 * count, &sizes)
        digests = new_bytes(8 * count, &hashes)
        borrow_writable(out, &dst)
        try:
            used = self._code(first, count, threads, start(&dst), <size_t>dst.len, sizes, hashes)
            return used, table, digests
        finally:
            PyBuffer_Release(&dst)

    def frame(self, bytes before, unsigned threads=1):
        """The whole frame behind the bytes *before*. Other threads run, and interrupts are heard."""
        cdef const pc_tensor_info *info = pc_tensor_encoder_info(self.encoder)
        cdef uint8_t near[SINK_NEAR]
        cdef sink out
        cdef size_t first, count, prefix = len(before)
        cdef uint8_t *hashes
        cdef bytes notes = new_bytes(12 * info.chunks, &hashes)
        cdef const uint8_t *table = <const uint8_t *><const char *>notes + 8 * info.chunks
        sink_start(&out, near, &sink_spare, prefix + info.head_size + 4 * info.chunks
                   + pc_tensor_encode_reach(info, 0, info.chunks))
        try:
            sink_grow(&out, out.limit)
            memcpy(out.at, <const char *>before, prefix)
            memcpy(out.at + prefix, pc_tensor_encoder_head(self.encoder), info.head_size)
            out.at += prefix + info.head_size
            for first in range(0, info.chunks, <size_t>BATCH * threads):
                PyErr_CheckSignals()
                count = min(<size_t>BATCH * threads, info.chunks - first)
                out.at += self._code(first, count, threads, out.at, sink_room(&out),
                                     <uint8_t *>table + 4 * first, hashes + 8 * first)
            memcpy(out.at, table, 4 * info.chunks)
            out.at += 4 * info.chunks
            return sink_finish(&out)
        finally:
            sink_drop(&out)

    cdef size_t _code(self, size_t first, size_t count, unsigned threads, uint8_t *dst, size_t room,
                      uint8_t *sizes, uint8_t *hashes) except? 0:
        # Chunks [first, first + count) to dst, which has so much room.
        cdef pc_status status
        cdef size_t used = 0, wanted
        with self.lock:
            wanted = pc_tensor_encode_room(self.encoder, count, threads)
            if self.room_size < wanted:
                pc_spare_give(&room_spare, self.room)
                self.room_size = 0
                self.room = pc_spare_take(&room_spare, wanted)
                if self.room == NULL:
                    raise MemoryError
                self.room_size = wanted
            with nogil:
                status = pc_tensor_encode_chunks(self.encoder, first, count, threads, self.room, dst,
                                                 room, &used, <uint32_t *>sizes,
                                                 <uint64_t *>hashes)
            check(status, f"tensor.encode: chunks from {first}")
        return used


@cython.final
cdef class FrameDecoder:
    """What a frame's head says, and the means to decode its chunks."""

    cdef pc_tensor_decoder *decoder
    cdef readonly str dtype
    cdef readonly size_t cols
    cdef readonly object size
    cdef readonly size_t chunks
    cdef readonly size_t chunk_bytes
    cdef readonly size_t head_size
    cdef readonly bytes base  # None, or the XXH3-128 of the base that decoding needs

    def __cinit__(self, head):
        cdef Py_buffer view
        cdef pc_status status
        borrow(head, &view)
        try:
            with nogil:
                status = pc_tensor_decoder_create(&kernels, start(&view), <size_t>view.len, &self.decoder)
        finally:
            PyBuffer_Release(&view)
        check(status, "tensor.decode: head")
        cdef const pc_tensor_info *info = pc_tensor_decoder_info(self.decoder)
        self.dtype = pc_dtype_name(info.dtype).decode()
        self.cols = info.cols
        self.size = info.size
        self.chunks = info.chunks
        self.chunk_bytes = info.chunk_bytes
        self.head_size = info.head_size
        cdef const uint8_t *digest = pc_tensor_decoder_base(self.decoder)
        if digest != NULL:
            self.base = digest[:16]

    def __dealloc__(self):
        pc_tensor_decoder_free(self.decoder)

    def decode(self, payload, table, size_t first, size_t count, out, size_t skip=0, unsigned threads=1,
               base=None):
        """Decode bytes ``[skip, skip + len(out))``, counted from the start of chunk *first*, into *out*.

        *payload* and *table* are those of chunks ``[first, first + count)``, *base* is what the base has in
        their place. An exception about damage has the number of the first damaged chunk as its attribute
        ``chunk``; the others were decoded.
        """
        cdef Py_buffer src, entries, dst, before
        cdef pc_status status
        cdef size_t failed = first, end = self.size
        cdef bint based = self.base is not None
        if based:
            if base is None:
                from pycomp.errors import UnsupportedError
                raise UnsupportedError("tensor.decode: these are differences to a base; pass it as base=")
            if first > self.chunks or count > self.chunks - first:
                raise ValueError(f"chunks [{first}, {first + count}) of {self.chunks}")
            if first + count < self.chunks:
                end = (first + count) * self.chunk_bytes
            borrow(base, &before)
            if <size_t>before.len != (end - first * self.chunk_bytes if count else 0):
                PyBuffer_Release(&before)
                raise ValueError(f"a base of {len(memoryview(base).cast('B'))} bytes is not that of "
                                 f"chunks [{first}, {first + count})")
        try:
            borrow(payload, &src)
            try:
                borrow(table, &entries)
                try:
                    if <size_t>entries.len // 4 != count or entries.len % 4:
                        raise ValueError(
                            f"a table of {entries.len} bytes for {count} chunks of 4 bytes each"
                        )
                    borrow_writable(out, &dst)
                    try:
                        with nogil:
                            status = pc_tensor_decode_chunks(
                                self.decoder, first, count, threads, start(&before) if based else NULL,
                                start(&src), <size_t>src.len, start(&entries), skip, start(&dst),
                                <size_t>dst.len, &failed)
                    finally:
                        PyBuffer_Release(&dst)
                finally:
                    PyBuffer_Release(&entries)
            finally:
                PyBuffer_Release(&src)
        finally:
            if based:
                PyBuffer_Release(&before)
        if status != PC_OK:
            from pycomp.errors import from_status
            error = from_status(status, f"tensor.decode: chunk {failed}")
            error.chunk = failed
            raise error


# -- Many frames at a time --------------------------------------------------------------------------------

def encode_frames(list items, int level, unsigned threads):
    """Frames of many arrays, several at a time.

    An item is (bytes to come before the frame, data, dtype, cols). Returns for each (those bytes and the
    frame, the XXH3-64 of each chunk's decoded bytes, the size of the frame's head).
    """
    cdef size_t n = len(items), held = 0, chunks, room, skip, i
    cdef Py_buffer *views = <Py_buffer *>calloc(n + 1, sizeof(Py_buffer))
    cdef pc_tensor_coding *codings = <pc_tensor_coding *>calloc(n + 1, sizeof(pc_tensor_coding))
    cdef PyObject **drafts = <PyObject **>calloc(n + 1, sizeof(PyObject *))
    cdef pc_tensor_coding *coding
    cdef PyObject *draft
    cdef uint8_t *data
    cdef list notes = [], results = []
    cdef bytes before
    try:
        if views == NULL or codings == NULL or drafts == NULL:
            raise MemoryError
        for i in range(n):
            before, source, dtype, cols = items[i]
            coding = &codings[i]
            coding.dtype, coding.cols, coding.level = number_of(dtype), cols, <pc_level>level
            borrow(source, &views[i])
            held += 1
            whole_elements(&views[i], coding.dtype)
            coding.data, coding.size = start(&views[i]), <uint64_t>views[i].len
            check(pc_tensor_frame_room(coding.size, coding.dtype, coding.cols, &chunks, &room),
                  "tensor.encode")
            notes.append(new_bytes(8 * chunks, &data))
            coding.hashes = <uint64_t *>data
            drafts[i] = draft_bytes(len(before) + room, &data)
            memcpy(data, <const char *>before, len(before))
            coding.dst, coding.dst_cap = data + len(before), room
        with nogil:
            pc_tensor_encode_batch(&kernels, codings, n, threads)
        for i in range(n):
            coding = &codings[i]
            check(coding.status, "tensor.encode")
            skip = len(<bytes>items[i][0])
            draft, drafts[i] = drafts[i], NULL
            frame = keep_bytes(draft, skip + coding.dst_len, coding.dst_cap - coding.dst_len)
            results.append((frame, notes[i], coding.head_size))
        return results
    finally:
        for i in range(held):
            Py_XDECREF(drafts[i])
            PyBuffer_Release(&views[i])
        free(views)
        free(codings)
        free(drafts)


def decode_frames(list items, unsigned threads):
    """Many frames, whole, their chunks several at a time.

    An item is (FrameDecoder, all payloads, the chunk table, a buffer of the size the frame decodes to). An
    exception about damage has the number of the first damaged item as ``item``, and as ``chunk`` that of the
    chunk; everything else was decoded.
    """
    cdef size_t n = len(items), held = 0, i
    cdef Py_buffer *views = <Py_buffer *>calloc(3 * n + 1, sizeof(Py_buffer))
    cdef pc_tensor_decoding *decodings = <pc_tensor_decoding *>calloc(n + 1, sizeof(pc_tensor_decoding))
    cdef FrameDecoder frame
    cdef pc_status status
    try:
        if views == NULL or decodings == NULL:
            raise MemoryError
        for i in range(n):
            frame, payload, table, out = items[i]
            borrow(payload, &views[held])
            held += 1
            borrow(table, &views[held])
            held += 1
            borrow_writable(out, &views[held])
            held += 1
            if <size_t>views[held - 2].len != 4 * frame.chunks or views[held - 1].len != frame.size:
                raise ValueError(
                    f"item {i}: {views[held - 2].len} bytes of table for {frame.chunks} chunks, "
                    f"{views[held - 1].len} bytes for the {frame.size} that are decoded"
                )
            decodings[i] = pc_tensor_decoding(
                frame.decoder, start(&views[held - 3]), <size_t>views[held - 3].len, start(&views[held - 2]),
                start(&views[held - 1]), 0, PC_OK)
        with nogil:
            status = pc_tensor_decode_batch(decodings, n, threads)
        check(status, "tensor.decode")
        for i in range(n):
            if decodings[i].status != PC_OK:
                from pycomp.errors import from_status
                error = from_status(decodings[i].status, f"tensor.decode: chunk {decodings[i].failed}")
                error.item, error.chunk = i, decodings[i].failed
                raise error
    finally:
        for i in range(held):
            PyBuffer_Release(&views[i])
        free(views)
        free(decodings)
