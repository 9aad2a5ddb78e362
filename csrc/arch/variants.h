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
PC_VARIANTS(uint32_t, pc_crc32, uint32_t crc, const uint8_t *src, size_t n);
uint32_t pc_crc32_pmull(uint32_t crc, const uint8_t *src, size_t n);
PC_VARIANTS(uint32_t, pc_adler32, uint32_t adler, const uint8_t *src, size_t n);
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
PC_VARIANTS(void, pc_delta_stream, const uint8_t *cur, const uint8_t *prev, uint8_t *dst, size_t n,
            unsigned width, pc_delta_op op);
PC_VARIANTS(void, pc_delta_back, const uint8_t *cur, uint8_t *dst, size_t n, unsigned width, size_t back,
            pc_delta_op op);
PC_VARIANTS(void, pc_delta_scan, const uint8_t *cur, uint8_t *dst, size_t n, unsigned width, size_t back,
            pc_delta_op op);
PC_VARIANTS(void, pc_byte_split, const uint8_t *src, size_t n, size_t width, uint8_t *dst, size_t stride);
PC_VARIANTS(void, pc_byte_merge, const uint8_t *src, size_t stride, size_t n, size_t width, uint8_t *dst);
PC_VARIANTS(void, pc_bit_split, const uint8_t *src, size_t n, uint8_t *dst, size_t stride);
PC_VARIANTS(void, pc_bit_merge, const uint8_t *src, size_t stride, size_t n, uint8_t *dst);
PC_VARIANTS(void, pc_fir_pair_f32, const float *const *rows, const float *c0, const float *c1, unsigned taps,
            float *out0, float *out1, size_t n);
PC_VARIANTS(void, pc_dwt_split_f32, const float *src, size_t n, float *even, float *odd);
PC_VARIANTS(void, pc_fir_join_f32, const float *const *rows, const float *c0, const float *c1, unsigned taps,
            float *dst, size_t n);
PC_VARIANTS(void, pc_fir_pair_f64, const double *const *rows, const double *c0, const double *c1,
            unsigned taps, double *out0, double *out1, size_t n);
PC_VARIANTS(void, pc_dwt_split_f64, const double *src, size_t n, double *even, double *odd);
PC_VARIANTS(void, pc_fir_join_f64, const double *const *rows, const double *c0, const double *c1,
            unsigned taps, double *dst, size_t n);
PC_VARIANTS(void, pc_stream_copy, void *dst, const void *src, size_t n);
PC_VARIANTS(void, pc_stream_end, void);
PC_VARIANTS(void, pc_lift_predict, const void *cur, const void *a, const void *b, void *dst, size_t n,
            unsigned width, int is_signed, int back);
PC_VARIANTS(void, pc_lift_update, const void *cur, const void *a, const void *b, void *dst, size_t n,
            unsigned width, int back);
PC_VARIANTS(void, pc_lift_split, const void *src, size_t n, void *even, void *odd, unsigned width);
PC_VARIANTS(void, pc_lift_join, const void *even, const void *odd, size_t n, void *dst, unsigned width);
PC_VARIANTS(void, pc_deflate_fast, struct pc_parse_job *job);
PC_VARIANTS(void, pc_deflate_chain, struct pc_parse_job *job, unsigned ahead);
PC_VARIANTS(void, pc_deflate_path, struct pc_path_room *room, const uint8_t *src, uint32_t from, uint32_t to);
PC_VARIANTS(void, pc_deflate_emit, const uint32_t *tokens, uint32_t n, const struct pc_emit_codes *codes,
            struct pc_bit_writer *writer);
PC_VARIANTS(void, pc_dct_lines_f32, const struct pc_dct_lines *job, const void *const *src, void *const *dst,
            unsigned count, void *room);
PC_VARIANTS(void, pc_dct_lines_f64, const struct pc_dct_lines *job, const void *const *src, void *const *dst,
            unsigned count, void *room);
PC_VARIANTS(void, pc_dct_blocks_f32, const struct pc_dct_blocks *job, const void *image, void *coefs,
            size_t count);
PC_VARIANTS(void, pc_dct_blocks_f64, const struct pc_dct_blocks *job, const void *image, void *coefs,
            size_t count);
PC_VARIANTS(void, pc_idct_blocks_f32, const struct pc_dct_blocks *job, const void *coefs, void *image,
            size_t count);
PC_VARIANTS(void, pc_idct_blocks_f64, const struct pc_dct_blocks *job, const void *coefs, void *image,
            size_t count);
PC_VARIANTS(void, pc_dct_islow, const int16_t *image, ptrdiff_t row_step, int16_t *coefs, size_t count);
PC_VARIANTS(void, pc_idct_islow, const int16_t *coefs, int16_t *image, ptrdiff_t row_step, size_t count);
PC_VARIANTS(void, pc_dct_round, const float *src, size_t n, const uint16_t *order, size_t count,
            int16_t *dst);
PC_VARIANTS(void, pc_dct_quantise, const int16_t *src, const float *steps, const uint16_t *order,
            size_t count, int16_t *dst);
PC_VARIANTS(void, pc_ima_decode, struct pc_ima_lane *lanes, size_t n, size_t words,
            const struct pc_ima_layout *layout);
PC_VARIANTS(void, pc_ima_encode, struct pc_ima_lane *lanes, size_t n, size_t words,
            const struct pc_ima_layout *layout);
PC_VARIANTS(void, pc_motion_costs, const struct pc_motion_match *match, const ptrdiff_t *offsets,
            unsigned count, uint64_t *costs);
PC_VARIANTS(unsigned, pc_motion_near, const struct pc_motion_quarters *quarters, const int32_t *upper,
            const int32_t *lower, unsigned n, int32_t limit, uint8_t *places);
PC_VARIANTS(void, pc_motion_sums, const uint8_t *row, const uint8_t *old, unsigned bytes, unsigned height,
            int32_t *columns, int32_t *sums, size_t cols);
PC_VARIANTS(void, pc_motion_blend, const uint8_t *src, ptrdiff_t stride, unsigned size, unsigned bytes,
            int down, int right, uint8_t *dst);
PC_VARIANTS(int, pc_quant_encode, const struct pc_quant_chunk *chunk);
PC_VARIANTS(void, pc_quant_decode, const struct pc_quant_chunk *chunk);
PC_VARIANTS(void, pc_quant_range, const void *src, int is_double, size_t n, void *low, void *high);
PC_VARIANTS(double, pc_quant_error, const struct pc_quant_chunk *chunk);
PC_VARIANTS(void, pc_code_pack, const uint8_t *codes, size_t groups, unsigned bits, uint8_t *dst);
PC_VARIANTS(void, pc_code_unpack, const uint8_t *src, size_t groups, unsigned bits, uint8_t *codes);
PC_VARIANTS(void, pc_lpc_difference, const int32_t *x, size_t n, const int16_t *coefs, unsigned order,
            unsigned shift, int wide, int32_t *residual);
PC_VARIANTS(void, pc_lpc_restore_lanes, const struct pc_lpc_lanes *lanes, size_t n);
PC_VARIANTS(void, pc_plane_stream, const uint8_t *cur, const uint8_t *above, uint8_t *dst, size_t n,
            size_t back, unsigned width, pc_plane_method method);
PC_VARIANTS(int, pc_inflate_fast, struct pc_inflate *s, struct pc_inflate_io *io);

#endif
