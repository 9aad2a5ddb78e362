# csrc/include/pycomp/inflate_span.h
from libc.stdint cimport uint8_t

from pycomp._native.c_inflate cimport pc_inflate, pc_inflate_state
from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/inflate_span.h" nogil:
    ctypedef struct pc_span_job:
        const uint8_t *src
        size_t src_len
        unsigned bits
        const uint8_t *window
        size_t window_len
        uint8_t *dst
        size_t dst_len
        pc_status status

    pc_inflate_state pc_inflate_to_block(const pc_kernels *kernels, pc_inflate *s, const uint8_t **src,
                                         const uint8_t *src_end, uint8_t *dst_begin, uint8_t **dst,
                                         uint8_t *dst_end, int *found, unsigned *bits)
    pc_status pc_inflate_spans(const pc_kernels *kernels, pc_span_job *jobs, size_t n, unsigned threads)
