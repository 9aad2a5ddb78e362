/* Scalar twins of float_split and float_merge: one loop, specialised by the compiler for each layout. */
#include "tensor/split.h"

#include "arch/variants.h"

PC_INLINE void split(const uint8_t *PC_RESTRICT src, size_t n, pc_float_layout layout, pc_key_window window,
                     uint8_t *PC_RESTRICT symbols, uint8_t *PC_RESTRICT mids, uint8_t *PC_RESTRICT lows,
                     pc_split_facts *facts)
{
    const unsigned low_bits = layout.low_bits, raw_bits = layout.mid_bits - 1u;
    const uint64_t raw_mask = ((uint64_t)1 << raw_bits) - 1, low_mask = ((uint64_t)1 << low_bits) - 1;
    uint64_t any = 0, all = ~(uint64_t)0;
    uint32_t outside = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = pc_load_element(src + i * layout.size, layout.size);
        unsigned key = pc_float_key(x, &layout);
        uint64_t sign = x >> (8u * layout.size - 1);
        any |= x;
        all &= x;
        outside |= (uint32_t)((key != 0) & ((key < window.first) | (key > window.last)));
        symbols[i] = pc_key_symbol(key, window);
        mids[i] = (uint8_t)((x >> low_bits & raw_mask) | sign << raw_bits);
        if (low_bits > 16) {
            pc_store32(lows + 6 * i, (uint32_t)x);
            pc_store16(lows + 6 * i + 4, (uint16_t)(x >> 32));
        } else if (low_bits > 8) {
            pc_store16(lows + 2 * i, (uint16_t)x);
        } else if (low_bits > 0) {
            lows[i] = (uint8_t)(x & low_mask);
        }
    }
    facts->any |= any;
    facts->all &= all;
    facts->outside |= outside;
}

PC_INLINE void merge(const uint8_t *PC_RESTRICT symbols, const uint8_t *PC_RESTRICT mids,
                     const uint8_t *PC_RESTRICT lows, size_t n, pc_float_layout layout, pc_key_window window,
                     uint8_t *PC_RESTRICT dst)
{
    const unsigned low_bits = layout.low_bits, raw_bits = layout.mid_bits - 1u;
    for (size_t i = 0; i < n; i++) {
        uint64_t mid = mids[i], low = 0;
        if (low_bits > 16)
            low = pc_load32(lows + 6 * i) | (uint64_t)pc_load16(lows + 6 * i + 4) << 32;
        else if (low_bits > 8)
            low = pc_load16(lows + 2 * i);
        else if (low_bits > 0)
            low = lows[i];
        uint64_t raw = mid & (((uint64_t)1 << raw_bits) - 1), sign = mid >> raw_bits;
        uint64_t key = pc_symbol_key(symbols[i], window);
        uint64_t x = sign << (8u * layout.size - 1) | key << (low_bits + raw_bits) | raw << low_bits | low;
        pc_store_element(dst + i * layout.size, layout.size, x);
    }
}

/* Calls f with the layout as a constant, so that each case is its own loop. */
#define FOR_LAYOUT(f, ...)                                                                                   \
    do {                                                                                                     \
        switch (layout->size * 64u + layout->low_bits) {                                                     \
        case 2 * 64 + 0:                                                                                     \
            if (layout->mid_bits == 6)                                                                       \
                f(__VA_ARGS__, ((pc_float_layout){2, 10, 6, 0}));                                            \
            else                                                                                             \
                f(__VA_ARGS__, ((pc_float_layout){2, 8, 8, 0}));                                             \
            break;                                                                                           \
        case 2 * 64 + 3: f(__VA_ARGS__, ((pc_float_layout){2, 8, 5, 3})); break;                             \
        case 4 * 64 + 16: f(__VA_ARGS__, ((pc_float_layout){4, 10, 6, 16})); break;                          \
        default: f(__VA_ARGS__, ((pc_float_layout){8, 13, 3, 48})); break;                                   \
        }                                                                                                    \
    } while (0)

#define SPLIT(src, n, layout_) split(src, n, layout_, window, symbols, mids, lows, facts)
#define MERGE(dst, n, layout_) merge(symbols, mids, lows, n, layout_, window, dst)

void pc_float_split_scalar(const uint8_t *src, size_t n, const pc_float_layout *layout, pc_key_window window,
                           uint8_t *symbols, uint8_t *mids, uint8_t *lows, pc_split_facts *facts)
{
    FOR_LAYOUT(SPLIT, src, n);
}

void pc_float_merge_scalar(const uint8_t *symbols, const uint8_t *mids, const uint8_t *lows, size_t n,
                           const pc_float_layout *layout, pc_key_window window, uint8_t *dst)
{
    FOR_LAYOUT(MERGE, dst, n);
}
