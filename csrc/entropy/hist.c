/* Byte histogram and order-0 entropy.
 *
 * Counting is a chain of load, add, store; when neighbouring bytes are equal, each increment waits
 * for the store of the one before (some 5 cycles of store forwarding). Spreading neighbours over
 * several tables breaks the chain: with four, a run of one value costs no more than noise.
 * The idea is folklore; Yann Collet's "Counting bytes fast" (2014) measures it. */
#include "pycomp/hist.h"

#include <string.h>

#include "arch/variants.h"
#include "base/mem.h"
#include "entropy/log2.h"

/* Adds eight bytes; neighbours go to different tables. Written out because compilers keep a loop of
 * eight rolled at -O2, at half the speed. */
PC_INLINE void count_word(uint32_t tables[4][256], uint64_t word)
{
    tables[0][word & 0xff]++;
    tables[1][(word >> 8) & 0xff]++;
    tables[2][(word >> 16) & 0xff]++;
    tables[3][(word >> 24) & 0xff]++;
    tables[0][(word >> 32) & 0xff]++;
    tables[1][(word >> 40) & 0xff]++;
    tables[2][(word >> 48) & 0xff]++;
    tables[3][word >> 56]++;
}

void pc_hist_u8_scalar(const uint8_t *src, size_t n, uint32_t counts[256])
{
    uint32_t tables[4][256];
    size_t i = 0;
    memset(tables, 0, sizeof tables);
    for (; n - i >= 16; i += 16) {
        /* Both loads first: the compiler must assume that src and the tables overlap. */
        uint64_t a = pc_load64(src + i), b = pc_load64(src + i + 8);
        count_word(tables, a);
        count_word(tables, b);
    }
    for (; i < n; i++) tables[0][src[i]]++;
    for (unsigned s = 0; s < 256; s++) {
        counts[s] += tables[0][s] + tables[1][s] + tables[2][s] + tables[3][s];
    }
}

void pc_hist_u8(const pc_kernels *kernels, const uint8_t *src, size_t n, uint32_t counts[256])
{
    memset(counts, 0, 256 * sizeof counts[0]);
    kernels->hist_u8(src, n, counts);
}

uint64_t pc_hist_entropy_q16(const uint32_t counts[256])
{
    uint64_t total = 0, bits = 0;
    for (unsigned s = 0; s < 256; s++) total += counts[s];
    if (total == 0) return 0;
    uint32_t log_total = pc_log2_q16((uint32_t)total); /* the contract: total < 2^32 */
    for (unsigned s = 0; s < 256; s++) {
        if (counts[s] != 0) bits += (uint64_t)counts[s] * (log_total - pc_log2_q16(counts[s]));
    }
    return bits;
}
