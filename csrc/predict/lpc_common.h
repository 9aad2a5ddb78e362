/* Linear prediction of integers: what the scalar twins and the vector tiers share. */
#ifndef PC_PREDICT_LPC_COMMON_H
#define PC_PREDICT_LPC_COMMON_H

#include "base/compiler.h"
#include "pycomp/lpc.h"

/* Blocks restored side by side: samples to be in the place of residuals, from x[0] on, with all history
 * before. */
struct pc_lpc_lanes {
    int32_t *x[PC_LPC_LANES];
    const int16_t *coefs[PC_LPC_LANES];
    uint8_t orders[PC_LPC_LANES], shifts[PC_LPC_LANES];
};

/* The low 32 bits of a prediction: bits above 32 + shift of the sum do not reach them, so any shift of the 64
 * bits will do, and sums that wrap around 2^64 as well. */
PC_INLINE uint32_t pc_lpc_predict_wide(const int32_t *x, const int16_t *coefs, unsigned order, unsigned shift)
{
    uint64_t sum = 0;
    for (unsigned j = 0; j < order; j++) sum += (uint64_t)((int64_t)coefs[j] * x[-1 - (ptrdiff_t)j]);
    return (uint32_t)(sum >> shift);
}

/* The same where the sum fits 32 bits; what does not fit wraps, on every tier alike. */
PC_INLINE uint32_t pc_lpc_predict_narrow(const int32_t *x, const int16_t *coefs, unsigned order,
                                         unsigned shift)
{
    uint32_t sum = 0;
    for (unsigned j = 0; j < order; j++) sum += (uint32_t)coefs[j] * (uint32_t)x[-1 - (ptrdiff_t)j];
    return (uint32_t)((int32_t)sum >> shift);
}

PC_INLINE uint32_t pc_lpc_predict(const int32_t *x, const int16_t *coefs, unsigned order, unsigned shift,
                                  int wide)
{
    return wide ? pc_lpc_predict_wide(x, coefs, order, shift) : pc_lpc_predict_narrow(x, coefs, order, shift);
}

/* One block, x[-order .. -1] being there. */
void pc_lpc_restore_block(int32_t *x, size_t n, const int16_t *coefs, unsigned order, unsigned shift,
                          int wide);

/* One block of a job, which has its number counted over all lines; `room` holds pc_lpc_room(block) bytes,
 * and `weights` are the window of a whole one. */
size_t pc_lpc_room(size_t block);
void pc_lpc_choose_block(const pc_kernels *kernels, const pc_lpc_job *job, size_t number,
                         const double *weights, void *room);
void pc_lpc_residual_block(const pc_kernels *kernels, const pc_lpc_job *job, size_t number, void *room);
/* Blocks [first, first + count), at most PC_LPC_LANES; room for as many blocks of samples. */
void pc_lpc_restore_blocks(const pc_kernels *kernels, const pc_lpc_job *job, size_t first, size_t count,
                           int32_t *room);

#endif
