/* Linear prediction in vectors, written once over a vocabulary that each leaf defines before it includes this
 * file:
 *
 *     V, LANES (of 32 bits), TARGET, LEAF(name)
 *     v_load v_store v_zero v_set v_add v_sub v_mul (32 bits) v_right(v, count) (arithmetic, one v_count for
 * all, which v_counted(shift) makes) v_rights(v, counts) (a count a lane); of 64 bits: v_widen(p) (LANES / 2
 * integers from p on), v_set64 v_add64 v_mul64 (of the low 32 bits, signed) v_right64 (logical), v_narrow(a,
 * b): the low halves of a, then of b */
#include "predict/lpc_common.h"

/* Consecutive samples side by side: each tap is a load that starts one sample earlier. */
TARGET PC_INLINE size_t difference_narrow(const int32_t *x, size_t n, const int16_t *coefs, unsigned order,
                                          v_count shift, int32_t *residual)
{
    size_t i = 0;
    for (; n - i >= 4 * LANES; i += 4 * LANES) {
        const int32_t *at = x + i;
        V a = v_zero(), b = v_zero(), c = v_zero(), d = v_zero();
        for (unsigned j = 0; j < order; j++) {
            const int32_t *before = at - 1 - (ptrdiff_t)j;
            V weight = v_set(coefs[j]);
            a = v_add(a, v_mul(weight, v_load(before)));
            b = v_add(b, v_mul(weight, v_load(before + LANES)));
            c = v_add(c, v_mul(weight, v_load(before + 2 * LANES)));
            d = v_add(d, v_mul(weight, v_load(before + 3 * LANES)));
        }
        v_store(residual + i, v_sub(v_load(at), v_right(a, shift)));
        v_store(residual + i + LANES, v_sub(v_load(at + LANES), v_right(b, shift)));
        v_store(residual + i + 2 * LANES, v_sub(v_load(at + 2 * LANES), v_right(c, shift)));
        v_store(residual + i + 3 * LANES, v_sub(v_load(at + 3 * LANES), v_right(d, shift)));
    }
    return i;
}

TARGET PC_INLINE size_t difference_wide(const int32_t *x, size_t n, const int16_t *coefs, unsigned order,
                                        v_count shift, int32_t *residual)
{
    size_t i = 0;
    for (; n - i >= LANES; i += LANES) {
        V a = v_zero(), b = v_zero();
        for (unsigned j = 0; j < order; j++) {
            const int32_t *before = x + i - 1 - (ptrdiff_t)j;
            V weight = v_set64(coefs[j]);
            a = v_add64(a, v_mul64(weight, v_widen(before)));
            b = v_add64(b, v_mul64(weight, v_widen(before + LANES / 2)));
        }
        V predicted = v_narrow(v_right64(a, shift), v_right64(b, shift));
        v_store(residual + i, v_sub(v_load(x + i), predicted));
    }
    return i;
}

TARGET void LEAF(pc_lpc_difference)(const int32_t *x, size_t n, const int16_t *coefs, unsigned order,
                                    unsigned shift, int wide, int32_t *residual)
{
    v_count count = v_counted(shift);
    size_t i = wide ? difference_wide(x, n, coefs, order, count, residual)
                    : difference_narrow(x, n, coefs, order, count, residual);
    pc_lpc_difference_scalar(x + i, n - i, coefs, order, shift, wide, residual + i);
}

/* A block a lane: rows of LANES samples, PC_LPC_MAX_ORDER of history before those in work. The newest
 * sample's product is taken last, so a step waits for one multiplication. */
enum { ROWS = 128 };

TARGET PC_INLINE void restore_some(const struct pc_lpc_lanes *lanes, unsigned first, size_t n)
{
    int32_t rows[PC_LPC_MAX_ORDER + ROWS][LANES], weights[PC_LPC_MAX_ORDER][LANES], shifts[LANES];
    unsigned order = 0;
    for (unsigned t = 0; t < LANES; t++) {
        order = PC_MAX(order, lanes->orders[first + t]);
        shifts[t] = lanes->shifts[first + t];
        for (unsigned j = 0; j < PC_LPC_MAX_ORDER; j++)
            weights[j][t] = j < lanes->orders[first + t] ? lanes->coefs[first + t][j] : 0;
        for (ptrdiff_t i = 1; i <= PC_LPC_MAX_ORDER; i++)
            rows[PC_LPC_MAX_ORDER - i][t] = i <= lanes->orders[first + t] ? lanes->x[first + t][-i] : 0;
    }
    V counts = v_load(shifts);
    for (size_t done = 0; done < n; done += ROWS) {
        size_t count = PC_MIN(n - done, (size_t)ROWS);
        for (unsigned t = 0; t < LANES; t++)
            for (size_t i = 0; i < count; i++) rows[PC_LPC_MAX_ORDER + i][t] = lanes->x[first + t][done + i];
        for (size_t i = 0; i < count; i++) {
            int32_t (*row)[LANES] = rows + PC_LPC_MAX_ORDER + i;
            V sum = v_zero();
            for (unsigned j = order; j-- > 0;)
                sum = v_add(sum, v_mul(v_load(weights[j]), v_load(row[-1 - (ptrdiff_t)j])));
            v_store(row[0], v_add(v_load(row[0]), v_rights(sum, counts)));
        }
        for (unsigned t = 0; t < LANES; t++)
            for (size_t i = 0; i < count; i++) lanes->x[first + t][done + i] = rows[PC_LPC_MAX_ORDER + i][t];
        memmove(rows, rows[count], sizeof *rows * PC_LPC_MAX_ORDER);
    }
}

TARGET void LEAF(pc_lpc_restore_lanes)(const struct pc_lpc_lanes *lanes, size_t n)
{
    for (unsigned first = 0; first < PC_LPC_LANES; first += LANES) restore_some(lanes, first, n);
}
