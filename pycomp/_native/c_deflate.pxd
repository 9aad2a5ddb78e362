# csrc/include/pycomp/deflate.h
from libc.stdint cimport uint8_t, uint32_t, uint64_t

from pycomp._native.c_inflate cimport pc_wrap
from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/deflate.h" nogil:
    enum:
        PC_DEFLATE_MAX_LEVEL
        PC_DEFLATE_HEADER_MAX
        PC_DEFLATE_TRAILER_MAX

    ctypedef struct pc_deflate_params:
        int level
        pc_wrap wrap
        unsigned window_bits
        unsigned mem_level
        int strategy

    ctypedef struct pc_deflate:
        pass

    ctypedef enum pc_flush:
        PC_NO_FLUSH
        PC_PARTIAL_FLUSH
        PC_SYNC_FLUSH
        PC_FULL_FLUSH
        PC_FINISH
        PC_BLOCK_FLUSH
        PC_TREES_FLUSH

    size_t pc_deflate_size(const pc_deflate_params *params)
    pc_status pc_deflate_init(pc_deflate *s, const pc_deflate_params *params)
    pc_status pc_deflate_run(const pc_kernels *kernels, pc_deflate *s, const uint8_t **src,
                             const uint8_t *src_end, uint8_t **dst, uint8_t *dst_end, pc_flush flush,
                             int *done)
    pc_status pc_deflate_set_dictionary(const pc_kernels *kernels, pc_deflate *s, const uint8_t *dict,
                                        size_t n)
    size_t pc_deflate_bound(const pc_deflate_params *params, size_t n)
    pc_status pc_deflate_whole(const pc_kernels *kernels, pc_deflate *workspace,
                               const pc_deflate_params *params, const uint8_t *src, size_t n, uint8_t *dst,
                               size_t dst_cap, size_t *dst_len)
    size_t pc_deflate_header(const pc_deflate_params *params, uint8_t *dst)
    size_t pc_deflate_trailer(const pc_deflate_params *params, uint32_t check, uint64_t n, uint8_t *dst)
