# csrc/include/pycomp/delta.h and shuffle.h
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport uint8_t

from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/delta.h" nogil:
    enum:
        PC_DELTA_MAX_DIMS

    ctypedef struct pc_delta_job:
        const uint8_t *src
        uint8_t *dst
        unsigned dims, axis, width, order
        const size_t *shape
        const ptrdiff_t *src_strides
        const ptrdiff_t *dst_strides
        size_t distance
        int inverse, xor_bits, zigzag

    pc_status pc_delta_array(const pc_kernels *kernels, const pc_delta_job *job, unsigned threads)

cdef extern from "pycomp/shuffle.h" nogil:
    ctypedef enum pc_shuffle_kind:
        PC_SHUFFLE_BYTE
        PC_SHUFFLE_BIT
        PC_SHUFFLE_DELTA

    enum:
        PC_SHUFFLE_MAX_WIDTH

    pc_status pc_shuffle(const pc_kernels *kernels, pc_shuffle_kind kind, const uint8_t *src, size_t n,
                         size_t width, uint8_t *dst, unsigned threads)
    pc_status pc_unshuffle(const pc_kernels *kernels, pc_shuffle_kind kind, const uint8_t *src, size_t n,
                           size_t width, uint8_t *dst, unsigned threads)
