# csrc/include/pycomp/xxh3.h
from libc.stdint cimport uint64_t

from pycomp._native.c_kernels cimport pc_kernels

cdef extern from "pycomp/xxh3.h" nogil:
    ctypedef struct pc_hash128:
        uint64_t low
        uint64_t high

    ctypedef struct pc_xxh3_state:
        pass

    uint64_t pc_xxh3_64(const pc_kernels *kernels, const void *src, size_t n)
    pc_hash128 pc_xxh3_128(const pc_kernels *kernels, const void *src, size_t n)

    void pc_xxh3_init(pc_xxh3_state *state)
    void pc_xxh3_update(const pc_kernels *kernels, pc_xxh3_state *state, const void *src, size_t n)
    uint64_t pc_xxh3_digest64(const pc_kernels *kernels, const pc_xxh3_state *state)
    pc_hash128 pc_xxh3_digest128(const pc_kernels *kernels, const pc_xxh3_state *state)
