"""Cosine and sine transforms of arrays that the caller has checked: aligned, of the same shape, in the
machine's own byte order.
"""

from cpython.buffer cimport (
    PyBUF_STRIDED,
    PyBUF_STRIDED_RO,
    PyBuffer_Release,
    PyObject_GetBuffer,
)
from libc.stdint cimport uint16_t

from pycomp._native._buf cimport borrow, borrow_writable, check, start
from pycomp._native.arch cimport kernels
from pycomp._native.c_dct cimport (
    PC_DCT_ANGLES,
    PC_DCT_BLOCK_MAX,
    PC_DCT_DIMS,
    PC_DCT_MAX,
    PC_SAMPLE_F32,
    PC_SAMPLE_F64,
    PC_SAMPLE_I8,
    PC_SAMPLE_I16,
    PC_SAMPLE_U8,
    PC_SAMPLE_U16,
    pc_block_backward,
    pc_block_forward,
    pc_block_job,
    pc_dct_angles_f32,
    pc_dct_angles_f64,
    pc_dct_array,
    pc_dct_blocks,
    pc_dct_blocks_run,
    pc_dct_lines,
    pc_dct_zigzag,
    pc_sample,
)
from pycomp._native.c_status cimport pc_status

LONGEST = PC_DCT_MAX
DIMENSIONS = PC_DCT_DIMS

# Written once, here; only read afterwards.
cdef float angles_f32[PC_DCT_ANGLES]
cdef double angles_f64[PC_DCT_ANGLES]
pc_dct_angles_f32(angles_f32)
pc_dct_angles_f64(angles_f64)

SAMPLES = {
    "uint8": PC_SAMPLE_U8,
    "int8": PC_SAMPLE_I8,
    "uint16": PC_SAMPLE_U16,
    "int16": PC_SAMPLE_I16,
    "float32": PC_SAMPLE_F32,
    "float64": PC_SAMPLE_F64,
}


cdef inline const void *angles(size_t item_size) noexcept nogil:
    return <const void *>(angles_f32 + 1) if item_size == 4 else <const void *>(angles_f64 + 1)


def lines(src, dst, unsigned axis, unsigned kind, bint sine, double first, double rest, unsigned threads):
    """Transform every line of *src* along *axis* into *dst*: pc_dct_array of csrc/include/pycomp/dct.h."""
    cdef Py_buffer source, target
    cdef pc_dct_lines job
    cdef pc_status status
    PyObject_GetBuffer(src, &source, PyBUF_STRIDED_RO)
    try:
        PyObject_GetBuffer(dst, &target, PyBUF_STRIDED)
        try:
            if target.ndim != source.ndim or target.itemsize != source.itemsize or target.len != source.len:
                raise ValueError("source and target differ")
            if axis >= <unsigned>source.ndim:
                raise ValueError(f"axis {axis} of {source.ndim}")
            job.type, job.sine, job.n = kind, sine, <size_t>source.shape[axis]
            job.first, job.rest = first, rest
            job.angles = angles(<size_t>source.itemsize)
            with nogil:
                status = pc_dct_array(
                    &kernels, &job, <size_t>source.itemsize, <unsigned>source.ndim, axis,
                    <const size_t *>source.shape, source.buf, <const ptrdiff_t *>source.strides,
                    target.buf, <const ptrdiff_t *>target.strides, threads)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)
    check(status, "transforms.dct")


def squares(src, dst, unsigned size, bint forward, factors, unsigned threads):
    """Transform the contiguous blocks of size * size numbers that *src* consists of into *dst*, maybe itself.

    *factors* is size * size numbers of their type.
    """
    cdef Py_buffer source, target, table
    cdef pc_dct_blocks job
    cdef size_t item, n = <size_t>size * size
    if size not in (4, 8, 16, 32, 64):
        raise ValueError(f"size {size}")
    borrow(src, &source)
    try:
        borrow_writable(dst, &target)
        try:
            borrow(factors, &table)
            try:
                item = <size_t>table.len // n
                if item not in (4, 8) or source.len != target.len or <size_t>source.len % (n * item):
                    raise ValueError(f"{source.len}, {target.len} and {table.len} bytes do not match")
                job.size, job.shift, job.row_step = size, 0, <ptrdiff_t>size
                job.block_step = job.coef_step = <ptrdiff_t>n
                job.factors, job.angles = start(&table), angles(item)
                with nogil:
                    pc_dct_blocks_run(&kernels, &job, item, forward, start(&source), start(&target),
                                      <size_t>source.len // (n * item), threads)
            finally:
                PyBuffer_Release(&table)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)


def zigzag(unsigned size, out):
    """Write the zigzag order of a block of *size* into *out*, size * size numbers of 16 bits."""
    cdef Py_buffer view
    if size > PC_DCT_BLOCK_MAX:
        raise ValueError(f"size {size}")
    borrow_writable(out, &view)
    try:
        if <size_t>view.len != 2 * <size_t>size * size:
            raise ValueError(f"{view.len} bytes for {size * size} numbers of 2")
        pc_dct_zigzag(size, <uint16_t *>start(&view))
    finally:
        PyBuffer_Release(&view)


cdef class BlockPlan:
    """How a picture is cut into blocks and what becomes of their numbers, ready to run."""

    cdef pc_block_job job
    cdef Py_buffer factors_view, steps_view, order_view
    cdef bint has_factors, has_steps, has_order

    def __cinit__(self, unsigned size, bint fixed, str sample, str coefficient, double shift, factors, steps,
                  order):
        cdef size_t n = <size_t>size * size
        if size > PC_DCT_BLOCK_MAX:
            raise ValueError(f"size {size}")
        self.job.size, self.job.fixed, self.job.shift = size, fixed, shift
        self.job.sample = <pc_sample><int>SAMPLES[sample]
        self.job.coefficient = <pc_sample><int>SAMPLES[coefficient]
        self.job.angles = angles(8 if self.job.coefficient == PC_SAMPLE_F64 else 4)
        if factors is not None:
            borrow(factors, &self.factors_view)
            self.has_factors = True
            if <size_t>self.factors_view.len != n * (8 if self.job.coefficient == PC_SAMPLE_F64 else 4):
                raise ValueError(f"{self.factors_view.len} bytes of factors")
            self.job.factors = start(&self.factors_view)
        elif not fixed:
            raise ValueError("no factors")
        if steps is not None:
            borrow(steps, &self.steps_view)
            self.has_steps = True
            if <size_t>self.steps_view.len != n * 2:
                raise ValueError(f"{self.steps_view.len} bytes of steps")
            self.job.steps = <const uint16_t *>start(&self.steps_view)
        if order is not None:
            borrow(order, &self.order_view)
            self.has_order = True
            if <size_t>self.order_view.len != n * 2:
                raise ValueError(f"{self.order_view.len} bytes of order")
            self.job.order = <const uint16_t *>start(&self.order_view)

    def __dealloc__(self):
        if self.has_factors:
            PyBuffer_Release(&self.factors_view)
        if self.has_steps:
            PyBuffer_Release(&self.steps_view)
        if self.has_order:
            PyBuffer_Release(&self.order_view)

    def run(self, bint forward, src, dst, unsigned threads):
        """Blocks of a (height, width) picture, or the picture of (rows, columns, ...) blocks."""
        cdef Py_buffer source, target
        cdef Py_buffer *picture
        cdef Py_buffer *blocks
        cdef pc_block_job job = self.job
        cdef pc_status status
        cdef size_t size = job.size, rows, columns
        PyObject_GetBuffer(src, &source, PyBUF_STRIDED_RO)
        try:
            PyObject_GetBuffer(dst, &target, PyBUF_STRIDED)
            try:
                picture, blocks = (&source, &target) if forward else (&target, &source)
                if picture.ndim != 2 or blocks.ndim < 3:
                    raise ValueError("a picture has two axes, blocks have more")
                job.height, job.width = <size_t>picture.shape[0], <size_t>picture.shape[1]
                rows, columns = (job.height + size - 1) // size, (job.width + size - 1) // size
                if (
                    <size_t>blocks.shape[0] != rows
                    or <size_t>blocks.shape[1] != columns
                    or <size_t>blocks.len != rows * columns * size * size * <size_t>blocks.itemsize
                ):
                    raise ValueError("picture and blocks do not match")
                job.row_stride, job.column_stride = picture.strides[0], picture.strides[1]
                job.block_row_stride, job.block_stride = blocks.strides[0], blocks.strides[1]
                with nogil:
                    if forward:
                        status = pc_block_forward(&kernels, &job, source.buf, target.buf, threads)
                    else:
                        status = pc_block_backward(&kernels, &job, source.buf, target.buf, threads)
            finally:
                PyBuffer_Release(&target)
        finally:
            PyBuffer_Release(&source)
        check(status, "transforms.block_dct" if forward else "transforms.block_idct")
