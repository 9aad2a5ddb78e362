/* Linear prediction: every tier against the definition in 64 bits; blocks chosen, coded and restored by every
 * tier and number of threads alike; lying orders and shifts. */
#include "check.h"
#include "predict/lpc_common.h"

static pc_kernels tiers[3];
static int n_tiers;

static int32_t draw(uint64_t *seed, unsigned bits)
{
    uint64_t r = check_random(seed);
    if (r % 16 == 0)
        return r & 16 ? (int32_t)(((uint32_t)1 << (bits - 1)) - 1)
                      : -(int32_t)(((uint64_t)1 << (bits - 1)) - 1) - 1;
    return (int32_t)((int64_t)r >> (64 - bits));
}

static void test_kernel(uint64_t *seed, size_t n, unsigned order, unsigned shift, unsigned bits,
                        unsigned precision)
{
    size_t bytes = (n + order) * 4;
    uint8_t *memory = check_alloc(bytes), *out = check_alloc(n * 4);
    int32_t *x = (int32_t *)(void *)memory + order, *residual = (int32_t *)(void *)out;
    int16_t coefs[PC_LPC_MAX_ORDER];
    for (size_t i = 0; i < n + order; i++) x[(ptrdiff_t)i - (ptrdiff_t)order] = draw(seed, bits);
    for (unsigned j = 0; j < order; j++) coefs[j] = (int16_t)draw(seed, precision);
    int wide = pc_lpc_is_wide(coefs, order, shift, bits);
    for (int t = 0; t < n_tiers; t++) {
        tiers[t].lpc_difference(x, n, coefs, order, shift, wide, residual);
        int same = 1;
        for (size_t i = 0; i < n; i++) {
            int64_t sum = 0;
            for (unsigned j = 0; j < order; j++)
                sum += (int64_t)coefs[j] * x[(ptrdiff_t)i - 1 - (ptrdiff_t)j];
            same &= (uint32_t)residual[i] == (uint32_t)((uint64_t)x[i] - (uint64_t)(sum >> shift));
        }
        CHECK(same);
        pc_lpc_restore_block(residual, 0, coefs, order, shift, wide);
    }
    check_free(memory, bytes);
    check_free(out, n * 4);
}

static void test_blocks(uint64_t *seed, size_t lines, size_t n, size_t block, unsigned width,
                        unsigned max_order, pc_lpc_window window, unsigned bits)
{
    size_t count = lines * n, blocks = lines * ((n + block - 1) / block), bytes = count * width;
    uint8_t *samples = check_alloc(bytes), *back = check_alloc(bytes), *residual = check_alloc(count * 4);
    uint8_t *kept = check_alloc(count * 4), *orders = check_alloc(blocks), *shifts = check_alloc(blocks);
    uint8_t *coefs = check_alloc(blocks * 64), *costs = check_alloc(blocks * 8), *noise = check_alloc(bytes);
    int64_t level = 0, speed = 0;
    for (size_t i = 0; i < count; i++) {
        speed += draw(seed, bits) / 4096 - speed / 8, level += speed;
        int64_t limit = ((int64_t)1 << (bits - 1)) - 1;
        if (level > limit || level < -limit) level = draw(seed, bits), speed = 0;
        int32_t v = check_random(seed) % 1024 == 0 ? draw(seed, bits) : (int32_t)level;
        if (width == 2)
            ((int16_t *)(void *)samples)[i] = (int16_t)v;
        else
            ((int32_t *)(void *)samples)[i] = v;
    }
    for (int t = 0; t < n_tiers; t++)
        for (unsigned threads = 1; threads <= 2; threads++) {
            pc_lpc_job job = {samples,
                              (int32_t *)(void *)residual,
                              lines,
                              n,
                              block,
                              width,
                              bits,
                              orders,
                              shifts,
                              (int16_t *)(void *)coefs,
                              32,
                              max_order,
                              12,
                              window,
                              (uint64_t *)(void *)costs};
            CHECK(pc_lpc_choose(&tiers[t], &job, threads) == PC_OK);
            CHECK(pc_lpc_residual(&tiers[t], &job, threads) == PC_OK);
            if (t == 0 && threads == 1 && count != 0) memcpy(kept, residual, count * 4);
            CHECK(count == 0 || memcmp(kept, residual, count * 4) == 0);
            job.samples = back;
            CHECK(pc_lpc_restore(&tiers[t], &job, threads) == PC_OK);
            CHECK(bytes == 0 || memcmp(back, samples, bytes) == 0);
            /* Residuals and coefficients that nobody made: the same nonsense on every tier, and no overflow.
             */
            if (blocks == 0) continue;
            for (size_t i = 0; i < count; i++) ((int32_t *)(void *)residual)[i] ^= (int32_t)(i * 2654435761u);
            CHECK(pc_lpc_restore(&tiers[t], &job, threads) == PC_OK);
            if (t == 0 && threads == 1) memcpy(noise, back, bytes);
            CHECK(memcmp(noise, back, bytes) == 0);
            uint8_t order = orders[blocks - 1];
            orders[blocks - 1] = 33;
            CHECK(pc_lpc_restore(&tiers[t], &job, threads) == PC_ERR_CORRUPT);
            orders[blocks - 1] = order, shifts[0] = 16;
            CHECK(pc_lpc_restore(&tiers[t], &job, threads) == PC_ERR_CORRUPT);
        }
    check_free(samples, bytes);
    check_free(back, bytes);
    check_free(residual, count * 4);
    check_free(kept, count * 4);
    check_free(orders, blocks);
    check_free(shifts, blocks);
    check_free(coefs, blocks * 64);
    check_free(costs, blocks * 8);
    check_free(noise, bytes);
}

int main(void)
{
    static const size_t lengths[] = {0, 1, 7, 8, 15, 16, 33, 64, 65, 200};
    static const unsigned orders[] = {0, 1, 2, 3, 4, 5, 8, 12, 31, 32};
    uint64_t seed = 5;
    n_tiers = check_tables(tiers);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (size_t o = 0; o < sizeof orders / sizeof *orders; o++)
            for (unsigned shift = 0; shift <= 15; shift += 5)
                for (unsigned bits = 16; bits <= 32; bits += 8) {
                    test_kernel(&seed, lengths[i], orders[o], shift, bits, 6);
                    test_kernel(&seed, lengths[i], orders[o], shift, bits, 15);
                }
    for (int window = PC_LPC_RECTANGULAR; window <= PC_LPC_WELCH; window++)
        for (unsigned bits = 16; bits <= 32; bits += 8)
            for (unsigned order = 0; order <= 32; order += 8) {
                test_blocks(&seed, 1, 0, 16, bits == 16 ? 2 : 4, order, (pc_lpc_window)window, bits);
                test_blocks(&seed, 3, 1, 16, bits == 16 ? 2 : 4, order, (pc_lpc_window)window, bits);
                test_blocks(&seed, 2, 1000, 40, bits == 16 ? 2 : 4, order, (pc_lpc_window)window, bits);
                test_blocks(&seed, 1, 5000, 256, bits == 16 ? 2 : 4, order, (pc_lpc_window)window, bits);
            }
    return CHECK_RESULT();
}
