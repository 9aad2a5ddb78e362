# csrc/include/pycomp/arch.h and kernels.h
from libc.stdint cimport uint32_t

cdef extern from "pycomp/arch.h" nogil:
    enum:
        PC_ISA_SCALAR
        PC_ISA_AVX2
        PC_ISA_AVX512
        PC_ISA_NEON
        PC_ISA_PMULL

    uint32_t pc_isa_detect()

cdef extern from "pycomp/kernels.h" nogil:
    ctypedef struct pc_kernels:
        uint32_t isa

    void pc_kernels_fill(pc_kernels *kernels, uint32_t isa)
