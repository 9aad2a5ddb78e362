# csrc/include/pycomp/hist.h and frame.h
from libc.stdint cimport uint8_t, uint32_t

from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/hist.h" nogil:
    void pc_hist_u8(const pc_kernels *kernels, const uint8_t *src, size_t n, uint32_t *counts)

cdef extern from "pycomp/frame.h" nogil:
    ctypedef enum pc_frame_coder:
        PC_FRAME_HUFFMAN
        PC_FRAME_RANS

    size_t pc_frame_bound(size_t n)
    pc_status pc_frame_encode(const pc_kernels *kernels, pc_frame_coder coder, unsigned limit,
                              const uint8_t *src, size_t n, uint8_t *dst, size_t dst_cap, size_t *dst_len)
    pc_status pc_frame_length(pc_frame_coder coder, const uint8_t *src, size_t src_len, size_t *n)
    pc_status pc_frame_decode(const pc_kernels *kernels, pc_frame_coder coder, const uint8_t *src,
                              size_t src_len, uint8_t *dst, size_t n)
