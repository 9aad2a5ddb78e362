# csrc/include/pycomp/deflate_parallel.h and bgzf.h
from libc.stdint cimport uint8_t, uint32_t

from pycomp._native.c_deflate cimport pc_deflate_params
from pycomp._native.c_inflate cimport pc_wrap
from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/deflate_parallel.h" nogil:
    size_t pc_deflate_parallel_bound(const pc_deflate_params *params, size_t n, size_t block_size)
    pc_status pc_deflate_parallel(const pc_kernels *kernels, const pc_deflate_params *params,
                                  const uint8_t *src, size_t begin, size_t end, int last, size_t block_size,
                                  unsigned threads, uint8_t *dst, size_t dst_cap, size_t *dst_len,
                                  uint32_t *check)

    ctypedef struct pc_stream_job:
        const uint8_t *src
        size_t src_len
        uint8_t *dst
        size_t dst_cap
        size_t src_used
        size_t dst_len
        pc_status status

    pc_status pc_deflate_batch(const pc_kernels *kernels, const pc_deflate_params *params,
                               pc_stream_job *jobs, size_t n, unsigned threads)
    pc_status pc_inflate_batch(const pc_kernels *kernels, pc_wrap wrap, pc_stream_job *jobs, size_t n,
                               unsigned threads)

cdef extern from "pycomp/bgzf.h" nogil:
    enum:
        PC_BGZF_BLOCK
        PC_BGZF_MAX
        PC_BGZF_HEADER
        PC_BGZF_END

    const uint8_t *pc_bgzf_end
    size_t pc_bgzf_block_size(const uint8_t *src, size_t n, int *bad)
    size_t pc_bgzf_bound(size_t n)
    pc_status pc_bgzf_compress(const pc_kernels *kernels, int level, const uint8_t *src, size_t n,
                               unsigned threads, uint8_t *dst, size_t dst_cap, size_t *dst_len,
                               uint32_t *sizes)
