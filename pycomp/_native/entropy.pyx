"""Entropy coding of bytes: histograms, and frames of Huffman- or rANS-coded blocks."""

from cpython.buffer cimport PyBuffer_Release
from libc.stdint cimport uint8_t, uint32_t, uint64_t

from pycomp._native._buf cimport borrow, borrow_writable, check, new_bytes, start
from pycomp._native._sink cimport SINK_NEAR, sink, sink_drop, sink_finish, sink_grow, sink_start
from pycomp._native.arch cimport kernels
from pycomp._native.c_entropy cimport (
    PC_FRAME_HUFFMAN,
    PC_FRAME_RANS,
    pc_frame_bound,
    pc_frame_coder,
    pc_frame_decode,
    pc_frame_encode,
    pc_frame_length,
    pc_hist_u8,
)
from pycomp._native.c_spare cimport pc_spare
from pycomp._native.c_status cimport pc_status

cdef pc_spare sink_spare

HUFFMAN = PC_FRAME_HUFFMAN
RANS = PC_FRAME_RANS


cdef int within(size_t n, object max_size) except -1:
    if max_size is not None and n > max_size:
        from pycomp.errors import LimitError
        raise LimitError(
            f"entropy.decode: {n} bytes exceed max_size={max_size}; raise the limit if the source is trusted"
        )
    return 0


def histogram(data):
    """How often each byte value occurs, as a list of 256 integers."""
    cdef Py_buffer view
    cdef uint32_t counts[256]
    cdef uint64_t totals[256]
    cdef size_t at = 0, piece
    cdef size_t most = <size_t>1 << 30  # far enough from what a 32-bit counter holds
    cdef int i
    borrow(data, &view)
    try:
        with nogil:
            for i in range(256):
                totals[i] = 0
            while at < <size_t>view.len:
                piece = min(<size_t>view.len - at, most)
                pc_hist_u8(&kernels, start(&view) + at, piece, counts)
                for i in range(256):
                    totals[i] += counts[i]
                at += piece
    finally:
        PyBuffer_Release(&view)
    return [totals[i] for i in range(256)]


def encode(data, int coder, unsigned limit):
    """A frame that holds the buffer."""
    cdef Py_buffer view
    cdef uint8_t near[SINK_NEAR]
    cdef sink out
    cdef size_t size = 0
    cdef pc_status status
    borrow(data, &view)
    sink_start(&out, near, &sink_spare, pc_frame_bound(<size_t>view.len))
    try:
        sink_grow(&out, out.limit)
        with nogil:
            status = pc_frame_encode(&kernels, <pc_frame_coder>coder, limit, start(&view), <size_t>view.len,
                                     out.at, out.limit, &size)
        check(status, "entropy.encode")
        out.at += size
        return sink_finish(&out)
    finally:
        sink_drop(&out)
        PyBuffer_Release(&view)


def decode(blob, int coder, object max_size):
    """What the frame holds, if that is not more than max_size bytes (None: any size)."""
    cdef Py_buffer view
    cdef uint8_t *dst
    cdef size_t n = 0
    cdef pc_status status
    borrow(blob, &view)
    try:
        check(pc_frame_length(<pc_frame_coder>coder, start(&view), <size_t>view.len, &n), "entropy.decode")
        within(n, max_size)
        result = new_bytes(n, &dst)
        with nogil:
            status = pc_frame_decode(&kernels, <pc_frame_coder>coder, start(&view), <size_t>view.len, dst, n)
    finally:
        PyBuffer_Release(&view)
    check(status, "entropy.decode")
    return result


def decode_into(blob, int coder, object max_size, out):
    """The same, to the start of a writable buffer; returns how many bytes that took."""
    cdef Py_buffer view, target
    cdef size_t n = 0
    cdef pc_status status
    borrow(blob, &view)
    try:
        check(pc_frame_length(<pc_frame_coder>coder, start(&view), <size_t>view.len, &n), "entropy.decode")
        within(n, max_size)
        borrow_writable(out, &target)
        try:
            if n > <size_t>target.len:
                raise ValueError(f"entropy.decode: out has {target.len} bytes, the frame holds {n}; pass a "
                                 "larger buffer, or none")
            with nogil:
                status = pc_frame_decode(&kernels, <pc_frame_coder>coder, start(&view), <size_t>view.len,
                                         start(&target), n)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&view)
    check(status, "entropy.decode")
    return n
