"""Motion search between stacks of pictures, and the pictures that vectors predict."""

from cpython.buffer cimport PyBUF_STRIDES, PyBuffer_Release, PyObject_GetBuffer
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from pycomp._native._buf cimport borrow, borrow_writable, check
from pycomp._native.arch cimport kernels
from pycomp._native.c_motion cimport (
    PC_MOTION_DIAMOND,
    PC_MOTION_FULL,
    PC_MOTION_HEX,
    PC_MOTION_MAX_BLOCK,
    PC_MOTION_MAX_RADIUS,
    PC_MOTION_PYRAMID,
    PC_MOTION_QUARTERS,
    PC_MOTION_SAD,
    PC_MOTION_SATD,
    PC_MOTION_SSD,
    pc_motion_compensate,
    pc_motion_field,
    pc_motion_job,
    pc_motion_method,
    pc_motion_metric,
    pc_motion_pictures,
    pc_motion_search,
)
from pycomp._native.c_status cimport pc_status

METRICS = {"sad": PC_MOTION_SAD, "ssd": PC_MOTION_SSD, "satd": PC_MOTION_SATD}
METHODS = {
    "hex": PC_MOTION_HEX,
    "diamond": PC_MOTION_DIAMOND,
    "full": PC_MOTION_FULL,
    "pyramid": PC_MOTION_PYRAMID,
}
MAX_BLOCK = PC_MOTION_MAX_BLOCK
MAX_RADIUS = PC_MOTION_MAX_RADIUS
QUARTERS = PC_MOTION_QUARTERS


cdef int stack(const Py_buffer *view, pc_motion_pictures *pictures) except -1:
    # Three axes of 8- or 16-bit samples.
    cdef int d
    if view.ndim != 3 or view.itemsize not in (1, 2):
        raise ValueError("pictures are stacks of 8- or 16-bit samples")
    pictures.at = <const uint8_t *>view.buf
    for d in range(3):
        pictures.strides[d] = <ptrdiff_t>view.strides[d]
    return 0


cdef size_t blocks_of(const Py_buffer *view, unsigned block) except? 0:
    cdef size_t down, across
    if block == 0:
        raise ValueError("block 0")
    down = (<size_t>view.shape[1] + block - 1) // block
    across = (<size_t>view.shape[2] + block - 1) // block
    return <size_t>view.shape[0] * down * across


def search(frames, references, vectors, costs, unsigned block, unsigned radius, int metric, int method,
           bint subpel, uint32_t rate, unsigned threads):
    """Vectors (int32, contiguous) and costs (uint64, contiguous) of the blocks of a stack of pictures."""
    cdef Py_buffer frame, reference, vector, cost
    cdef pc_motion_job job
    cdef pc_status status
    cdef int d
    PyObject_GetBuffer(frames, &frame, PyBUF_STRIDES)
    try:
        PyObject_GetBuffer(references, &reference, PyBUF_STRIDES)
        try:
            borrow_writable(vectors, &vector)
            try:
                borrow_writable(costs, &cost)
                try:
                    stack(&frame, &job.frames)
                    stack(&reference, &job.references)
                    if frame.itemsize != reference.itemsize:
                        raise ValueError("the pictures differ in item size")
                    for d in range(3):
                        if frame.shape[d] != reference.shape[d]:
                            raise ValueError("the pictures differ in shape")
                    if (<size_t>cost.len != 8 * blocks_of(&frame, block)
                            or <size_t>vector.len != <size_t>cost.len):
                        raise ValueError("the results do not fit the pictures")
                    job.count = <size_t>frame.shape[0]
                    job.height = <size_t>frame.shape[1]
                    job.width = <size_t>frame.shape[2]
                    job.bytes = <unsigned>frame.itemsize
                    job.block = block
                    job.radius = radius
                    job.metric = <pc_motion_metric>metric
                    job.method = <pc_motion_method>method
                    job.subpel = subpel
                    job.rate = rate
                    job.vectors = <int32_t *>vector.buf
                    job.costs = <uint64_t *>cost.buf
                    with nogil:
                        status = pc_motion_search(&kernels, &job, threads)
                finally:
                    PyBuffer_Release(&cost)
            finally:
                PyBuffer_Release(&vector)
        finally:
            PyBuffer_Release(&reference)
    finally:
        PyBuffer_Release(&frame)
    check(status, "motion.search")


def compensate(references, vectors, dst, unsigned block, unsigned threads):
    """The pictures (contiguous) that vectors (int32 in quarters of a sample, contiguous) predict."""
    cdef Py_buffer reference, vector, target
    cdef pc_motion_field field
    cdef pc_status status
    PyObject_GetBuffer(references, &reference, PyBUF_STRIDES)
    try:
        borrow(vectors, &vector)
        try:
            borrow_writable(dst, &target)
            try:
                stack(&reference, &field.references)
                if <size_t>vector.len != 8 * blocks_of(&reference, block) or target.len != reference.len:
                    raise ValueError("the vectors or the target do not fit the pictures")
                field.count = <size_t>reference.shape[0]
                field.height = <size_t>reference.shape[1]
                field.width = <size_t>reference.shape[2]
                field.bytes = <unsigned>reference.itemsize
                field.block = block
                field.vectors = <const int32_t *>vector.buf
                field.dst = <uint8_t *>target.buf
                with nogil:
                    status = pc_motion_compensate(&kernels, &field, threads)
            finally:
                PyBuffer_Release(&target)
        finally:
            PyBuffer_Release(&vector)
    finally:
        PyBuffer_Release(&reference)
    check(status, "motion.compensate")
