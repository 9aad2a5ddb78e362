"""Quantisation of strided arrays, what calibration asks about rows of numbers, and packed codes."""

from cpython.buffer cimport PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint64_t
from libc.string cimport memset

from pycomp._native._buf cimport borrow, borrow_writable, check, start
from pycomp._native.arch cimport kernels
from pycomp._native.c_quant cimport (
    PC_QUANT_DEAD_ZONE,
    PC_QUANT_LEVELS,
    PC_QUANT_MAX_BITS,
    PC_QUANT_MAX_DIMS,
    PC_QUANT_MAX_LEVELS,
    PC_QUANT_NEAREST,
    PC_QUANT_STOCHASTIC,
    pc_pack,
    pc_packed_size,
    pc_quant_array,
    pc_quant_errors,
    pc_quant_how,
    pc_quant_job,
    pc_quant_range,
    pc_quant_rule,
    pc_unpack,
)
from pycomp._native.c_status cimport pc_status

NEAREST = PC_QUANT_NEAREST
DEAD_ZONE = PC_QUANT_DEAD_ZONE
STOCHASTIC = PC_QUANT_STOCHASTIC
LEVELS = PC_QUANT_LEVELS
MAX_BITS = PC_QUANT_MAX_BITS
MAX_LEVELS = PC_QUANT_MAX_LEVELS


def run(src, dst, scales, zeros, index_strides, uint64_t index, int rule, bint code_signed, int32_t low,
        int32_t high, double dead_zone, uint64_t seed, bounds, bint inverse, unsigned threads):
    """Numbers to codes, or back, of arrays of one shape; False if a number is not finite."""
    cdef Py_buffer source, target, scale, zero, bound
    cdef pc_quant_job job
    cdef size_t shape[PC_QUANT_MAX_DIMS]
    cdef ptrdiff_t scale_strides[PC_QUANT_MAX_DIMS]
    cdef ptrdiff_t strides[PC_QUANT_MAX_DIMS]
    cdef Py_ssize_t item
    cdef pc_status status
    cdef int d, finite = 1
    memset(&job, 0, sizeof(job))
    PyObject_GetBuffer(src, &source, PyBUF_STRIDES)
    try:
        PyObject_GetBuffer(dst, &target, PyBUF_STRIDES | PyBUF_WRITABLE)
        try:
            PyObject_GetBuffer(scales, &scale, PyBUF_STRIDES)
            try:
                PyObject_GetBuffer(zeros, &zero, PyBUF_STRIDES)
                try:
                    borrow(bounds, &bound)
                    try:
                        item = target.itemsize if inverse else source.itemsize
                        if (source.ndim > PC_QUANT_MAX_DIMS or target.ndim != source.ndim
                                or scale.ndim != source.ndim or zero.ndim != source.ndim
                                or len(index_strides) != source.ndim or item not in (4, 8)
                                or scale.itemsize != item or zero.itemsize != 4
                                or bound.len // item >= PC_QUANT_MAX_LEVELS):
                            raise ValueError("the arrays differ in rank or item size")
                        for d in range(source.ndim):
                            shape[d] = <size_t>source.shape[d]
                            if (target.shape[d] != source.shape[d] or scale.shape[d] != source.shape[d]
                                    or zero.shape[d] != source.shape[d]
                                    or zero.strides[d] // 4 != scale.strides[d] // item):
                                raise ValueError("the arrays differ in shape")
                            scale_strides[d] = <ptrdiff_t>(scale.strides[d] // item)
                            strides[d] = index_strides[d]
                        job.how.rule = <pc_quant_rule>rule
                        job.how.is_double = item == 8
                        job.how.code_bytes = <unsigned>(source.itemsize if inverse else target.itemsize)
                        job.how.code_signed = code_signed
                        job.how.low = low
                        job.how.high = high
                        job.how.dead_zone = dead_zone
                        job.how.seed = seed
                        job.how.bounds = bound.buf
                        job.how.n_bounds = <unsigned>(bound.len // item)
                        job.src = source.buf
                        job.dst = target.buf
                        job.scales = scale.buf
                        job.zeros = <const int32_t *>zero.buf
                        job.dims = <unsigned>source.ndim
                        job.shape = shape
                        job.src_strides = <const ptrdiff_t *>source.strides
                        job.dst_strides = <const ptrdiff_t *>target.strides
                        job.scale_strides = scale_strides
                        job.index_strides = strides
                        job.index = index
                        job.inverse = inverse
                        with nogil:
                            status = pc_quant_array(&kernels, &job, threads, &finite)
                    finally:
                        PyBuffer_Release(&bound)
                finally:
                    PyBuffer_Release(&zero)
            finally:
                PyBuffer_Release(&scale)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)
    check(status, "transforms.quantize")
    return finite != 0


def ranges(src, low, high, size_t rows, bint is_double, unsigned threads):
    """Least and greatest number of each of the contiguous rows; NaN where one is not finite."""
    cdef Py_buffer source, least, most
    cdef pc_status status
    cdef size_t item = 8 if is_double else 4
    borrow(src, &source)
    try:
        borrow_writable(low, &least)
        try:
            borrow_writable(high, &most)
            try:
                if (rows == 0 or <size_t>source.len % (rows * item) != 0 or <size_t>least.len != rows * item
                        or <size_t>most.len != rows * item):
                    raise ValueError("the results do not fit the rows")
                with nogil:
                    status = pc_quant_range(&kernels, source.buf, is_double, rows,
                                            <size_t>source.len // item // rows, least.buf, most.buf, threads)
            finally:
                PyBuffer_Release(&most)
        finally:
            PyBuffer_Release(&least)
    finally:
        PyBuffer_Release(&source)
    check(status, "transforms.quantize")


def errors(src, scales, zeros, results, size_t rows, bint is_double, int32_t low, int32_t high,
           unsigned threads):
    """Squared errors of the contiguous rows under [tries][rows] scales and zero points."""
    cdef Py_buffer source, scale, zero, result
    cdef pc_quant_how how
    cdef pc_status status
    cdef size_t item = 8 if is_double else 4, tries
    memset(&how, 0, sizeof(how))
    borrow(src, &source)
    try:
        borrow(scales, &scale)
        try:
            borrow(zeros, &zero)
            try:
                borrow_writable(results, &result)
                try:
                    if rows == 0 or <size_t>source.len % (rows * item) != 0:
                        raise ValueError("no whole rows")
                    tries = <size_t>result.len // 8 // rows
                    if (<size_t>scale.len != tries * rows * item or <size_t>zero.len != tries * rows * 4
                            or <size_t>result.len != tries * rows * 8):
                        raise ValueError("the results do not fit the rows")
                    how.rule = PC_QUANT_NEAREST
                    how.is_double = is_double
                    how.code_bytes = 2
                    how.low = low
                    how.high = high
                    with nogil:
                        status = pc_quant_errors(&kernels, &how, source.buf, rows,
                                                 <size_t>source.len // item // rows, scale.buf,
                                                 <const int32_t *>zero.buf, tries, <double *>result.buf,
                                                 threads)
                finally:
                    PyBuffer_Release(&result)
            finally:
                PyBuffer_Release(&zero)
        finally:
            PyBuffer_Release(&scale)
    finally:
        PyBuffer_Release(&source)
    check(status, "transforms.quantize")


def packed_size(size_t count, unsigned bits):
    """Bytes that so many codes take."""
    return pc_packed_size(count, bits)


def pack(codes, dst, unsigned bits):
    """Bytes of codes into as many bits each."""
    cdef Py_buffer source, target
    borrow(codes, &source)
    try:
        borrow_writable(dst, &target)
        try:
            if not 1 <= bits <= 8 or <size_t>target.len != pc_packed_size(<size_t>source.len, bits):
                raise ValueError("the packed bytes do not fit the codes")
            with nogil:
                pc_pack(&kernels, start(&source), <size_t>source.len, bits, start(&target))
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)


def unpack(packed, codes, unsigned bits, bint is_signed):
    """What pack was given."""
    cdef Py_buffer source, target
    borrow(packed, &source)
    try:
        borrow_writable(codes, &target)
        try:
            if not 1 <= bits <= 8 or <size_t>source.len != pc_packed_size(<size_t>target.len, bits):
                raise ValueError("the packed bytes do not fit the codes")
            with nogil:
                pc_unpack(&kernels, start(&source), <size_t>target.len, bits, is_signed, start(&target))
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)
