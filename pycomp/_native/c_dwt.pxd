# csrc/include/pycomp/dwt.h
from libc.stddef cimport ptrdiff_t

from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/dwt.h" nogil:
    ctypedef enum pc_dwt_mode:
        PC_DWT_ZERO
        PC_DWT_CONSTANT
        PC_DWT_SYMMETRIC
        PC_DWT_REFLECT
        PC_DWT_PERIODIC
        PC_DWT_SMOOTH
        PC_DWT_ANTISYMMETRIC
        PC_DWT_ANTIREFLECT
        PC_DWT_PERIODIZATION

    enum:
        PC_DWT_MAX_TAPS
        PC_DWT_MAX_DIMS

    ctypedef struct pc_dwt_bank:
        unsigned taps
        double lo[128]
        double hi[128]

    ctypedef struct pc_dwt_job:
        int is_double, inverse
        unsigned axes
        const pc_dwt_bank *bank[2]
        pc_dwt_mode mode[2]
        size_t length[2]
        const void *src[4]
        void *dst[4]
        ptrdiff_t src_stride[2]
        ptrdiff_t dst_stride[2]
        unsigned dims
        const size_t *shape
        const ptrdiff_t *src_strides
        const ptrdiff_t *dst_strides

    pc_status pc_dwt(const pc_kernels *kernels, const pc_dwt_job *job, unsigned threads)
    pc_status pc_swt(const pc_kernels *kernels, const pc_dwt_job *job, size_t step, unsigned threads)

cdef extern from "pycomp/lift.h" nogil:
    ctypedef struct pc_lift_job:
        unsigned width
        int is_signed, inverse
        size_t rows, cols
        const unsigned char *src[4]
        unsigned char *dst[4]
        ptrdiff_t image_stride[2]
        ptrdiff_t band_stride[4][2]
        size_t batch
        ptrdiff_t image_step
        ptrdiff_t band_step[4]

    pc_status pc_lift53(const pc_kernels *kernels, const pc_lift_job *job, unsigned threads)
