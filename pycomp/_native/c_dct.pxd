# csrc/include/pycomp/dct.h
from libc.stdint cimport uint16_t

from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/dct.h" nogil:
    enum:
        PC_DCT_MAX
        PC_DCT_ANGLES
        PC_DCT_DIMS
        PC_DCT_BLOCK_MAX

    void pc_dct_angles_f64(double *table)
    void pc_dct_angles_f32(float *table)

    ctypedef struct pc_dct_lines:
        unsigned type
        int sine
        size_t n
        double first
        double rest
        const void *angles

    pc_status pc_dct_array(const pc_kernels *kernels, const pc_dct_lines *job, size_t item_size,
                           unsigned ndim, unsigned axis, const size_t *shape, const void *src,
                           const ptrdiff_t *src_strides, void *dst, const ptrdiff_t *dst_strides,
                           unsigned threads)

    ctypedef struct pc_dct_blocks:
        unsigned size
        ptrdiff_t row_step
        ptrdiff_t block_step
        ptrdiff_t coef_step
        double shift
        const void *factors
        const void *angles

    void pc_dct_blocks_run(const pc_kernels *kernels, const pc_dct_blocks *job, size_t item_size, int forward,
                           const void *src, void *dst, size_t count, unsigned threads)

    void pc_dct_zigzag(unsigned size, uint16_t *order)

    ctypedef enum pc_sample:
        PC_SAMPLE_U8
        PC_SAMPLE_I8
        PC_SAMPLE_U16
        PC_SAMPLE_I16
        PC_SAMPLE_F32
        PC_SAMPLE_F64

    ctypedef struct pc_block_job:
        unsigned size
        int fixed
        size_t height
        size_t width
        ptrdiff_t row_stride
        ptrdiff_t column_stride
        pc_sample sample
        pc_sample coefficient
        ptrdiff_t block_row_stride
        ptrdiff_t block_stride
        double shift
        const void *factors
        const uint16_t *steps
        const uint16_t *order
        const void *angles

    pc_status pc_block_forward(const pc_kernels *kernels, const pc_block_job *job, const void *picture,
                               void *coefficients, unsigned threads)
    pc_status pc_block_backward(const pc_kernels *kernels, const pc_block_job *job, const void *coefficients,
                                void *picture, unsigned threads)
