/* Scalar twins of the pivot kernels; contracts in pivot_common.h. Branch-free: which child a symbol
 * belongs to is a coin toss, and a mispredicted branch costs more than moving a byte twice. */
#include "entropy/pivot_common.h"

#include <string.h>

#include "arch/pivot_shuffles.h"
#include "arch/variants.h"
#include "base/mem.h"

size_t pc_pivot_partition_scalar(uint8_t *list, size_t n, unsigned threshold, uint8_t *mask, uint8_t *upper)
{
    size_t kept = 0, moved = 0;
    for (size_t start = 0; start < n; start += 8) {
        size_t count = PC_MIN((size_t)8, n - start);
        unsigned bits = 0;
        for (size_t i = 0; i < count; i++) {
            uint8_t rank = list[start + i];
            unsigned up = rank >= threshold;
            bits |= up << i;
            upper[moved] = rank;
            list[kept] = rank;
            moved += up;
            kept += 1 - up;
        }
        mask[start / 8] = (uint8_t)bits;
    }
    return kept;
}

/* Eight at a time: the next eight symbols of either side lie in one small array, and a table of the mask's
 * 256 values tells where each output byte is in it. */
void pc_pivot_merge_scalar(const uint8_t *mask, size_t n, const uint8_t *lower, const uint8_t *upper,
                           uint8_t *dst)
{
    for (size_t i = 0; i < n; i += 8) {
        unsigned bits = mask[i / 8], ones = pc_popcount8(bits);
        uint64_t places = pc_pivot_merge_shuffle[bits];
        uint8_t both[16];
        memcpy(both, lower, 8);
        memcpy(both + 8, upper, 8);
        uint64_t out = 0;
        for (unsigned j = 0; j < 8; j++) out |= (uint64_t)both[places >> (8 * j) & 15] << (8 * j);
        pc_store64(dst + i, out);
        upper += ones;
        lower += 8 - ones;
    }
}

size_t pc_pivot_ones_scalar(const uint8_t *mask, size_t n)
{
    size_t ones = 0, whole = n / 64 * 64;
    for (size_t i = 0; i < whole; i += 64) ones += pc_popcount64(pc_load64(mask + i / 8));
    if (whole < n) {
        uint64_t last = 0;
        memcpy(&last, mask + whole / 8, pc_ceil_div(n - whole, 8));
        ones += pc_popcount64(PC_LE64(last) & (((uint64_t)1 << (n - whole)) - 1));
    }
    return ones;
}

void pc_map_u8_scalar(const uint8_t *src, size_t n, const uint8_t lut[256], uint8_t *dst)
{
    for (size_t i = 0; i < n; i++) dst[i] = lut[src[i]];
}
