/* Declarations of every kernel variant, one block a kernel, named pc_<kernel>_<isa>. Only kernels.c
 * and the variants' own files include this. */
#ifndef PC_ARCH_VARIANTS_H
#define PC_ARCH_VARIANTS_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/kernels.h"

/* Writes one prototype for each tier. */
#define PC_VARIANTS(ret, name, ...)                                                                          \
    ret name##_scalar(__VA_ARGS__);                                                                          \
    ret name##_avx2(__VA_ARGS__);                                                                            \
    ret name##_avx512(__VA_ARGS__);                                                                          \
    ret name##_neon(__VA_ARGS__)

PC_VARIANTS(size_t, pc_xxh3_accumulate, uint64_t acc[8], const uint8_t *src, size_t stripes,
            const uint8_t *secret, size_t done);
PC_VARIANTS(void, pc_hist_u8, const uint8_t *src, size_t n, uint32_t counts[256]);
PC_VARIANTS(size_t, pc_rans_decode, uint32_t states[64], const uint32_t entries[4096], const uint8_t **src,
            const uint8_t *src_end, uint8_t *dst, size_t groups);
PC_VARIANTS(size_t, pc_rans_encode, uint32_t states[64], const uint64_t entries[256], const uint8_t *src,
            size_t groups, const uint8_t *dst_begin, uint8_t **dst, uint32_t *flags);
PC_VARIANTS(size_t, pc_pivot_partition, uint8_t *list, size_t n, unsigned threshold, uint8_t *mask,
            uint8_t *upper);
PC_VARIANTS(void, pc_pivot_merge, const uint8_t *mask, size_t n, const uint8_t *lower, const uint8_t *upper,
            uint8_t *dst);
PC_VARIANTS(size_t, pc_pivot_ones, const uint8_t *mask, size_t n);
PC_VARIANTS(void, pc_bits_pack, const uint8_t *src, size_t n, unsigned width, unsigned base, uint8_t *dst);
PC_VARIANTS(void, pc_bits_unpack, const uint8_t *src, size_t n, unsigned width, const uint8_t *lut,
            uint8_t *dst);
PC_VARIANTS(void, pc_map_u8, const uint8_t *src, size_t n, const uint8_t lut[256], uint8_t *dst);
PC_VARIANTS(void, pc_float_split, const uint8_t *src, size_t n, const pc_float_layout *layout,
            pc_key_window window, uint8_t *symbols, uint8_t *mids, uint8_t *lows, pc_split_facts *facts);
PC_VARIANTS(void, pc_float_merge, const uint8_t *symbols, const uint8_t *mids, const uint8_t *lows, size_t n,
            const pc_float_layout *layout, pc_key_window window, uint8_t *dst);
PC_VARIANTS(void, pc_gather_columns, const uint8_t *const rows[16], size_t cols, const uint32_t *offsets,
            uint8_t *dst);
PC_VARIANTS(void, pc_scatter_columns, const uint8_t *src, const uint32_t *offsets, size_t cols,
            uint8_t *const rows[16]);
PC_VARIANTS(void, pc_mix_spread, int32_t *sums, const int8_t *weights, size_t n, int32_t departure);
PC_VARIANTS(uint64_t, pc_sum_u8, const uint8_t *src, size_t n);
PC_VARIANTS(void, pc_accumulate_u8, const uint8_t *src, size_t n, uint32_t *sums);
PC_VARIANTS(void, pc_widen_u8, const uint8_t *src, size_t n, uint8_t *low, uint8_t *high);

#endif
