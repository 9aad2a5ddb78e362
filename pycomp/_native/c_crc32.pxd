# csrc/include/pycomp/crc32.h and adler32.h
from libc.stdint cimport uint32_t, uint64_t

from pycomp._native.c_kernels cimport pc_kernels

cdef extern from "pycomp/crc32.h" nogil:
    uint32_t pc_crc32(const pc_kernels *kernels, uint32_t crc, const void *src, size_t n)
    uint32_t pc_crc32_combine(uint32_t first, uint32_t second, uint64_t second_len)

cdef extern from "pycomp/adler32.h" nogil:
    uint32_t pc_adler32(const pc_kernels *kernels, uint32_t adler, const void *src, size_t n)
    uint32_t pc_adler32_combine(uint32_t first, uint32_t second, uint64_t second_len)
