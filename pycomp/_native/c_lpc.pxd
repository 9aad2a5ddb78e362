# csrc/include/pycomp/lpc.h
from libc.stdint cimport int16_t, int32_t, uint8_t, uint64_t

from pycomp._native.c_kernels cimport pc_kernels
from pycomp._native.c_status cimport pc_status

cdef extern from "pycomp/lpc.h" nogil:
    enum:
        PC_LPC_MAX_ORDER
        PC_LPC_MIN_PRECISION
        PC_LPC_MAX_PRECISION
        PC_LPC_MAX_SHIFT
        PC_LPC_PAD

    ctypedef enum pc_lpc_window:
        PC_LPC_RECTANGULAR
        PC_LPC_HANN
        PC_LPC_TUKEY
        PC_LPC_WELCH

    ctypedef struct pc_lpc_job:
        void *samples
        int32_t *residual
        size_t lines, n, block
        unsigned width, sample_bits
        uint8_t *orders
        uint8_t *shifts
        int16_t *coefs
        unsigned stride, max_order, precision
        pc_lpc_window window
        uint64_t *costs

    void pc_lpc_weights(pc_lpc_window window, double *weights, size_t n)
    void pc_lpc_autocorrelate(const double *x, size_t n, unsigned lags, double *r)
    unsigned pc_lpc_levinson(const double *r, unsigned order, double (*rows)[32], double *errors)
    void pc_lpc_quantise(const double *coefs, unsigned order, unsigned precision, int16_t *quantised,
                         uint8_t *shift)
    pc_status pc_lpc_choose(const pc_kernels *kernels, const pc_lpc_job *job, unsigned threads)
    pc_status pc_lpc_residual(const pc_kernels *kernels, const pc_lpc_job *job, unsigned threads)
    pc_status pc_lpc_restore(const pc_kernels *kernels, const pc_lpc_job *job, unsigned threads)
