# csrc/include/pycomp/quant.h
from libc.stddef cimport ptrdiff_t
from libc.stdint cimport int32_t, uint8_t, uint64_t

from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/quant.h" nogil:
    enum:
        PC_QUANT_MAX_DIMS
        PC_QUANT_MAX_BITS
        PC_QUANT_MAX_LEVELS

    ctypedef enum pc_quant_rule:
        PC_QUANT_NEAREST
        PC_QUANT_DEAD_ZONE
        PC_QUANT_STOCHASTIC
        PC_QUANT_LEVELS

    ctypedef struct pc_quant_how:
        pc_quant_rule rule
        int is_double
        unsigned code_bytes
        int code_signed
        int32_t low, high
        double dead_zone
        uint64_t seed
        const void *bounds
        unsigned n_bounds

    ctypedef struct pc_quant_job:
        pc_quant_how how
        const void *src
        void *dst
        const void *scales
        const int32_t *zeros
        unsigned dims
        const size_t *shape
        const ptrdiff_t *src_strides
        const ptrdiff_t *dst_strides
        const ptrdiff_t *scale_strides
        const ptrdiff_t *index_strides
        uint64_t index
        int inverse

    pc_status pc_quant_array(const pc_kernels *kernels, const pc_quant_job *job, unsigned threads,
                             int *finite)
    pc_status pc_quant_range(const pc_kernels *kernels, const void *src, int is_double, size_t rows, size_t n,
                             void *low, void *high, unsigned threads)
    pc_status pc_quant_errors(const pc_kernels *kernels, const pc_quant_how *how, const void *src,
                              size_t rows, size_t n, const void *scales, const int32_t *zeros, size_t tries,
                              double *errors, unsigned threads)
    size_t pc_packed_size(size_t n, unsigned bits)
    void pc_pack(const pc_kernels *kernels, const uint8_t *codes, size_t n, unsigned bits, uint8_t *dst)
    void pc_unpack(const pc_kernels *kernels, const uint8_t *src, size_t n, unsigned bits, int is_signed,
                   uint8_t *codes)
