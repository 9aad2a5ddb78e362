/* Linear prediction: the scalar twins.
 *
 * Restoring is a recurrence, where only the newest sample's product waits; the rest of the sum is ready
 * before. With the order known to the compiler the coefficients stay in registers: order 8 takes a fourth of
 * the loop's time. */
#include "arch/variants.h"
#include "predict/lpc_common.h"

void pc_lpc_difference_scalar(const int32_t *x, size_t n, const int16_t *coefs, unsigned order,
                              unsigned shift, int wide, int32_t *residual)
{
    for (size_t i = 0; i < n; i++)
        residual[i] = (int32_t)((uint32_t)x[i] - pc_lpc_predict(x + i, coefs, order, shift, wide));
}

PC_INLINE void restore(int32_t *x, size_t n, const int16_t *coefs, unsigned order, unsigned shift, int wide)
{
    int16_t own[PC_LPC_MAX_ORDER] = {0};
    for (unsigned j = 0; j < order; j++) own[j] = coefs[j];
    for (size_t i = 0; i < n; i++)
        x[i] = (int32_t)((uint32_t)x[i] + pc_lpc_predict(x + i, own, order, shift, wide));
}

void pc_lpc_restore_block(int32_t *x, size_t n, const int16_t *coefs, unsigned order, unsigned shift,
                          int wide)
{
    if (wide) {
        restore(x, n, coefs, order, shift, 1);
        return;
    }
    switch (order) {
    case 0: break;
    case 1: restore(x, n, coefs, 1, shift, 0); break;
    case 2: restore(x, n, coefs, 2, shift, 0); break;
    case 3: restore(x, n, coefs, 3, shift, 0); break;
    case 4: restore(x, n, coefs, 4, shift, 0); break;
    case 6: restore(x, n, coefs, 6, shift, 0); break;
    case 8: restore(x, n, coefs, 8, shift, 0); break;
    case 12: restore(x, n, coefs, 12, shift, 0); break;
    default: restore(x, n, coefs, order, shift, 0); break;
    }
}

void pc_lpc_restore_lanes_scalar(const struct pc_lpc_lanes *lanes, size_t n)
{
    for (unsigned t = 0; t < PC_LPC_LANES; t++)
        pc_lpc_restore_block(lanes->x[t], n, lanes->coefs[t], lanes->orders[t], lanes->shifts[t], 0);
}
