"""Frames of the numeric codec: an encoder and a decoder that work on any range of chunks.

A frame is ``head | chunk payloads | chunk table``; docs/formats/tensor.md has the layout. The public
face is :mod:`pycomp.tensor`.
"""

cimport cython
from cpython.buffer cimport PyBuffer_Release
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

from pycomp._native._buf cimport borrow, borrow_writable, check, new_bytes, start
from pycomp._native._sink cimport SINK_NEAR, sink, sink_drop, sink_finish, sink_grow, sink_start
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


@cython.final
cdef class FrameEncoder:
    """One array on its way into a frame.

    Looks at the array, decides on a model and writes ``head``; :meth:`encode` then codes any chunks. The
    array must not change until the last chunk is coded: it is read, not copied.
    """

    cdef pc_tensor_encoder *encoder
    cdef Py_buffer view
    cdef bint borrowed
    cdef void *room  # kept between calls, and then for the next encoder
    cdef size_t room_size
    cdef cython.pythread_type_lock lock
    cdef readonly bytes head
    cdef readonly size_t chunks
    cdef readonly size_t chunk_bytes

    def __cinit__(self, data, str dtype, size_t cols, int level):
        cdef pc_status status
        cdef pc_dtype number
        if dtype not in DTYPES:
            from pycomp.errors import UnsupportedError
            raise UnsupportedError(f"dtype {dtype!r} is unknown; known are {', '.join(DTYPES)}")
        number = <pc_dtype><int>DTYPES[dtype]
        borrow(data, &self.view)
        self.borrowed = True
        if self.view.len % <Py_ssize_t>pc_dtype_size(number):
            raise ValueError(
                f"{self.view.len} bytes are no whole number of {dtype} elements "
                f"of {pc_dtype_size(number)} bytes"
            )
        with nogil:
            status = pc_tensor_encoder_create(&kernels, start(&self.view), <uint64_t>self.view.len, number,
                                              cols, <pc_level>level, &self.encoder)
        check(status, "tensor.encode")
        cdef const pc_tensor_info *info = pc_tensor_encoder_info(self.encoder)
        self.head = pc_tensor_encoder_head(self.encoder)[:info.head_size]
        self.chunks = info.chunks
        self.chunk_bytes = info.chunk_bytes

    def __dealloc__(self):
        pc_tensor_encoder_free(self.encoder)
        pc_spare_give(&room_spare, self.room)
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
        sink_start(&out, near, &sink_spare, count * info.chunk_bound)
        try:
            sink_grow(&out, out.limit)
            out.at += self._code(first, count, threads, out.at, sizes, hashes)
            return sink_finish(&out), table, digests
        finally:
            sink_drop(&out)

    def frame(self, bytes before, unsigned threads=1):
        """The whole frame behind the bytes *before*. Other threads run, and interrupts are heard."""
        cdef const pc_tensor_info *info = pc_tensor_encoder_info(self.encoder)
        cdef uint8_t near[SINK_NEAR]
        cdef sink out
        cdef size_t first, count, prefix = len(before)
        cdef uint8_t *hashes
        cdef bytes notes = new_bytes(12 * info.chunks, &hashes)
        cdef const uint8_t *table = <const uint8_t *><const char *>notes + 8 * info.chunks
        sink_start(&out, near, &sink_spare, prefix + info.head_size + info.chunks * (info.chunk_bound + 4))
        try:
            sink_grow(&out, out.limit)
            memcpy(out.at, <const char *>before, prefix)
            memcpy(out.at + prefix, pc_tensor_encoder_head(self.encoder), info.head_size)
            out.at += prefix + info.head_size
            for first in range(0, info.chunks, BATCH * threads):
                PyErr_CheckSignals()
                count = min(<size_t>BATCH * threads, info.chunks - first)
                out.at += self._code(first, count, threads, out.at, <uint8_t *>table + 4 * first,
                                     hashes + 8 * first)
            memcpy(out.at, table, 4 * info.chunks)
            out.at += 4 * info.chunks
            return sink_finish(&out)
        finally:
            sink_drop(&out)

    cdef size_t _code(self, size_t first, size_t count, unsigned threads, uint8_t *dst, uint8_t *sizes,
                      uint8_t *hashes) except? 0:
        # Chunks [first, first + count) to dst, which has room for as many of the largest.
        cdef const pc_tensor_info *info = pc_tensor_encoder_info(self.encoder)
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
                                                 count * info.chunk_bound, &used, <uint32_t *>sizes,
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

    def __dealloc__(self):
        pc_tensor_decoder_free(self.decoder)

    def decode(self, payload, table, size_t first, size_t count, out, size_t skip=0, unsigned threads=1):
        """Decode bytes ``[skip, skip + len(out))``, counted from the start of chunk *first*, into *out*.

        *payload* and *table* are those of chunks ``[first, first + count)``. An exception about damage
        has the number of the first damaged chunk as its attribute ``chunk``; the others were decoded.
        """
        cdef Py_buffer src, entries, dst
        cdef pc_status status
        cdef size_t failed = first
        borrow(payload, &src)
        try:
            borrow(table, &entries)
            try:
                if <size_t>entries.len // 4 != count or entries.len % 4:
                    raise ValueError(f"a table of {entries.len} bytes for {count} chunks of 4 bytes each")
                borrow_writable(out, &dst)
                try:
                    with nogil:
                        status = pc_tensor_decode_chunks(
                            self.decoder, first, count, threads, start(&src), <size_t>src.len,
                            start(&entries), skip, start(&dst), <size_t>dst.len, &failed)
                finally:
                    PyBuffer_Release(&dst)
            finally:
                PyBuffer_Release(&entries)
        finally:
            PyBuffer_Release(&src)
        if status != PC_OK:
            from pycomp.errors import from_status
            error = from_status(status, f"tensor.decode: chunk {failed}")
            error.chunk = failed
            raise error
