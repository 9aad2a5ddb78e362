"""Differences along an axis of strided arrays, and shuffles of contiguous ones."""

from cpython.buffer cimport PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport uint8_t

from pycomp._native._buf cimport borrow, borrow_writable, check, start
from pycomp._native.arch cimport kernels
from pycomp._native.c_delta cimport (
    PC_DELTA_MAX_DIMS,
    PC_SHUFFLE_BIT,
    PC_SHUFFLE_BYTE,
    PC_SHUFFLE_DELTA,
    PC_SHUFFLE_MAX_WIDTH,
    pc_delta_array,
    pc_delta_job,
    pc_shuffle,
    pc_shuffle_kind,
    pc_unshuffle,
)
from pycomp._native.c_status cimport pc_status

KINDS = {"byte": PC_SHUFFLE_BYTE, "bit": PC_SHUFFLE_BIT, "bytedelta": PC_SHUFFLE_DELTA}
MAX_WIDTH = PC_SHUFFLE_MAX_WIDTH


def difference(src, dst, unsigned axis, size_t distance, unsigned order, bint inverse, bint xor_bits,
               bint zigzag, unsigned threads):
    """Differences, or what undoes them, of one array into another of its shape and item size."""
    cdef Py_buffer source, target
    cdef pc_delta_job job
    cdef size_t shape[PC_DELTA_MAX_DIMS]
    cdef pc_status status
    cdef int d
    PyObject_GetBuffer(src, &source, PyBUF_STRIDES)
    try:
        PyObject_GetBuffer(dst, &target, PyBUF_STRIDES | PyBUF_WRITABLE)
        try:
            if (source.ndim > PC_DELTA_MAX_DIMS or source.ndim != target.ndim
                    or source.itemsize != target.itemsize):
                raise ValueError("the arrays differ in rank or item size")
            for d in range(source.ndim):
                if source.shape[d] != target.shape[d]:
                    raise ValueError("the arrays differ in shape")
                shape[d] = <size_t>source.shape[d]
            job.src = <const uint8_t *>source.buf
            job.dst = <uint8_t *>target.buf
            job.dims = <unsigned>source.ndim
            job.axis = axis
            job.width = <unsigned>source.itemsize
            job.order = order
            job.shape = shape
            job.src_strides = <const ptrdiff_t *>source.strides
            job.dst_strides = <const ptrdiff_t *>target.strides
            job.distance = distance
            job.inverse = inverse
            job.xor_bits = xor_bits
            job.zigzag = zigzag
            with nogil:
                status = pc_delta_array(&kernels, &job, threads)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)
    check(status, "transforms.delta")


def shuffle(src, dst, int kind, size_t width, bint inverse, unsigned threads):
    """A shuffle, or what undoes it, of one contiguous buffer into another of its size."""
    cdef Py_buffer source, target
    cdef pc_status status
    borrow(src, &source)
    try:
        borrow_writable(dst, &target)
        try:
            if source.len != target.len or width == 0 or <size_t>source.len % width != 0:
                raise ValueError("the buffers differ in size, or are no whole number of elements")
            with nogil:
                if inverse:
                    status = pc_unshuffle(&kernels, <pc_shuffle_kind>kind, start(&source),
                                          <size_t>source.len // width, width, start(&target), threads)
                else:
                    status = pc_shuffle(&kernels, <pc_shuffle_kind>kind, start(&source),
                                        <size_t>source.len // width, width, start(&target), threads)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)
    check(status, "transforms.shuffle")
