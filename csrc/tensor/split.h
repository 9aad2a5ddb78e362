/* Contracts of the split and merge kernels (scalar twins in split_kernels.c).
 *
 * float_split reads exactly n elements of src. symbols, mids and lows are workspace: up to PC_SLACK
 * bytes past their ends may be written. facts is added to, not reset. lows is not touched when the
 * layout has no low bits.
 * float_merge is the inverse for keys inside the window; it reads up to PC_SLACK bytes past the ends of
 * its inputs and writes exactly n elements.
 *
 * Layouts that exist: size 2 with 0 or 3 low bits, size 4 with 16, size 8 with 48. */
#ifndef PC_TENSOR_SPLIT_H
#define PC_TENSOR_SPLIT_H

#include "base/limits.h"
#include "base/mem.h"
#include "pycomp/kernels.h"

/* Bytes of one element's low part. */
PC_INLINE size_t pc_low_size(const pc_float_layout *layout) { return (layout->low_bits + 7u) / 8u; }

/* The element at p, widened. */
PC_INLINE uint64_t pc_load_element(const uint8_t *p, unsigned size)
{
    switch (size) {
    case 1: return *p;
    case 2: return pc_load16(p);
    case 4: return pc_load32(p);
    default: return pc_load64(p);
    }
}

PC_INLINE void pc_store_element(uint8_t *p, unsigned size, uint64_t value)
{
    switch (size) {
    case 1: *p = (uint8_t)value; break;
    case 2: pc_store16(p, (uint16_t)value); break;
    case 4: pc_store32(p, (uint32_t)value); break;
    default: pc_store64(p, value); break;
    }
}

/* Zigzag of the wrapping difference x - before: 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
PC_INLINE uint64_t pc_zigzag_difference(uint64_t x, uint64_t before, unsigned size)
{
    unsigned unused = 64 - 8 * size;
    uint64_t d = (x - before) << unused; /* the difference's sign is now the word's */
    return ((d << 1) ^ (0 - (d >> 63))) >> unused;
}

/* The inverse: x from its zigzag difference. */
PC_INLINE uint64_t pc_undo_difference(uint64_t zigzag, uint64_t before, unsigned size)
{
    uint64_t d = (zigzag >> 1) ^ (0 - (zigzag & 1));
    return (before + d) & (~(uint64_t)0 >> (64 - 8 * size));
}

/* The key of an element. */
PC_INLINE unsigned pc_float_key(uint64_t element, const pc_float_layout *layout)
{
    return (unsigned)(element >> (layout->low_bits + layout->mid_bits - 1)) & ((1u << layout->key_bits) - 1);
}

PC_INLINE uint8_t pc_key_symbol(unsigned key, pc_key_window window)
{
    if (key == 0) return 0;
    if (key < window.first) return 1;
    return (uint8_t)(PC_MIN(key, window.last) - window.first + 1);
}

PC_INLINE unsigned pc_symbol_key(uint8_t symbol, pc_key_window window)
{
    return symbol == 0 ? 0 : symbol + window.first - 1u;
}

#endif
