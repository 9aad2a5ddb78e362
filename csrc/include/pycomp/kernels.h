/* The kernel table: one struct of function pointers, filled for any set of ISA tiers.
 *
 * pc_kernels_fill writes the scalar twins first and then overwrites, tier by tier, each entry that
 * has a faster variant. A table is a plain value: a caller keeps one and passes it down by pointer,
 * so a test can run every tier side by side in one process and nothing is global.
 *
 * The scalar twin is the specification of each entry: same bytes in, same bytes out. */
#ifndef PYCOMP_KERNELS_H
#define PYCOMP_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/arch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a float of `size` bytes is cut: sign | key | mid without its sign bit | low, from the top. */
typedef struct pc_float_layout {
    uint8_t size, key_bits, mid_bits, low_bits;
} pc_float_layout;

/* Keys that have a symbol: key 0 is symbol 0, keys first .. first + 254 are symbols 1 .. 255. */
typedef struct pc_key_window {
    uint16_t first, last;
} pc_key_window;

/* What a split learns on the way. */
typedef struct pc_split_facts {
    uint64_t any, all; /* or, and over the elements */
    uint32_t outside;  /* not 0: some key lies outside the window and got the nearest symbol instead */
} pc_split_facts;

/* What DEFLATE's parsers and coder work on (deflate/deflate_token_common.h). */
struct pc_parse_job;
struct pc_path_room;
struct pc_emit_codes;
struct pc_bit_writer;

struct pc_inflate;
struct pc_inflate_io;

/* What becomes of an element and the one before it; see transform/delta_common.h. */
typedef enum pc_delta_op {
    PC_DELTA_SUB,
    PC_DELTA_SUB_ZIGZAG,
    PC_DELTA_XOR,
    PC_DELTA_ADD,
    PC_DELTA_UNZIGZAG_ADD,
    PC_DELTA_ZIGZAG,
    PC_DELTA_UNZIGZAG
} pc_delta_op;

/* What the cosine transforms work on (pycomp/dct.h). */
struct pc_dct_lines;
struct pc_dct_blocks;

/* What ADPCM and linear prediction work on (pycomp/adpcm.h, predict/lpc_common.h). */
struct pc_ima_lane;
struct pc_ima_layout;
struct pc_lpc_lanes;

/* A sample of a picture is predicted from a (left), b (above) and c (above left), which are 0 outside. */
typedef enum pc_plane_method {
    PC_PLANE_LEFT,    /* a */
    PC_PLANE_UP,      /* b */
    PC_PLANE_AVERAGE, /* (a + b) / 2, rounded down */
    PC_PLANE_PAETH,   /* the nearest of a, b, c to a + b - c, in this order */
    PC_PLANE_MED      /* the median of a, b, a + b - c */
} pc_plane_method;

/* What the motion search works on (predict/motion_common.h). */
struct pc_motion_match;
struct pc_motion_quarters;

/* What quantisation works on (quant/quant_common.h). */
struct pc_quant_chunk;

typedef struct pc_kernels {
    uint32_t isa; /* the tiers this table was filled for */

    /* checksum: adds 64-byte stripes to the eight XXH3 accumulators and scrambles them after every
     * 16th; `done` says how many of the current block were done before, the result how many now are. */
    size_t (*xxh3_accumulate)(uint64_t acc[8], const uint8_t *src, size_t stripes, const uint8_t *secret,
                              size_t done);

    /* checksum: what pycomp/crc32.h and pycomp/adler32.h define, over n bytes more. */
    uint32_t (*crc32)(uint32_t crc, const uint8_t *src, size_t n);
    uint32_t (*adler32)(uint32_t adler, const uint8_t *src, size_t n);

    /* entropy: adds the n symbols of src to counts. */
    void (*hist_u8)(const uint8_t *src, size_t n, uint32_t counts[256]);

    /* entropy: whole groups of 64 rANS symbols, one a lane, over the entries of a prepared table.
     * Decoding stops early when fewer than 128 bytes are left of the input, encoding (from the last
     * group to the first, output growing down) when fewer than 128 are free. Both move their pointer
     * and return the groups done; encoding collects the flags of the entries it met. */
    size_t (*rans_decode)(uint32_t states[64], const uint32_t entries[4096], const uint8_t **src,
                          const uint8_t *src_end, uint8_t *dst, size_t groups);
    size_t (*rans_encode)(uint32_t states[64], const uint64_t entries[256], const uint8_t *src, size_t groups,
                          const uint8_t *dst_begin, uint8_t **dst, uint32_t *flags);

    /* entropy: level-ordered Huffman, contracts in entropy/pivot_common.h. */
    size_t (*pivot_partition)(uint8_t *list, size_t n, unsigned threshold, uint8_t *mask, uint8_t *upper);
    void (*pivot_merge)(const uint8_t *mask, size_t n, const uint8_t *lower, const uint8_t *upper,
                        uint8_t *dst);
    size_t (*pivot_ones)(const uint8_t *mask, size_t n);

    /* bitio: fixed-width integers in the layout of bitio/bits.h. Packing takes src[i] - base, which must
     * be below 2^width; unpacking gives lut[value], or the value itself where lut is NULL. Both may read
     * and write up to PC_SLACK bytes past the ends. */
    void (*bits_pack)(const uint8_t *src, size_t n, unsigned width, unsigned base, uint8_t *dst);
    void (*bits_unpack)(const uint8_t *src, size_t n, unsigned width, const uint8_t *lut, uint8_t *dst);

    /* base: dst[i] = lut[src[i]]; up to PC_SLACK bytes past the ends are read and written. */
    void (*map_u8)(const uint8_t *src, size_t n, const uint8_t lut[256], uint8_t *dst);

    /* tensor: cuts n floats into symbols, mids (the sign on top) and lows (ceil(low_bits / 8) bytes each),
     * and puts them together again; contracts in tensor/split.h. */
    void (*float_split)(const uint8_t *src, size_t n, const pc_float_layout *layout, pc_key_window window,
                        uint8_t *symbols, uint8_t *mids, uint8_t *lows, pc_split_facts *facts);
    void (*float_merge)(const uint8_t *symbols, const uint8_t *mids, const uint8_t *lows, size_t n,
                        const pc_float_layout *layout, pc_key_window window, uint8_t *dst);

    /* entropy, mixing: sums[i] += departure * weights[i]; |departure| <= 2048. Exactly n of each. */
    void (*mix_spread)(int32_t *sums, const int8_t *weights, size_t n, int32_t departure);

    /* transform: a strip of 16 rows turned into columns and back, contract in transform/transpose.h. */
    void (*gather_columns)(const uint8_t *const rows[16], size_t cols, const uint32_t *offsets, uint8_t *dst);
    void (*scatter_columns)(const uint8_t *src, const uint32_t *offsets, size_t cols,
                            uint8_t *const rows[16]);
    /* Adds up n bytes; adds n bytes to as many counters. */
    uint64_t (*sum_u8)(const uint8_t *src, size_t n);
    void (*accumulate_u8)(const uint8_t *src, size_t n, uint32_t *sums);
    /* Widens n ranges by a byte each: low[i] is the least of all bytes less 1 (0 counts as 256, that is not
     * at all), high[i] the greatest byte. */
    void (*widen_u8)(const uint8_t *src, size_t n, uint8_t *low, uint8_t *high);

    /* transform: dst = op(cur, prev) over n bytes of elements of `width` bytes, as transform/delta_common.h
     * defines; the streams may be one in place, prev any number of elements before cur. Differences against
     * what stands `back` bytes before, which may be in place as well. And running sums, where prev is what
     * was written `back` bytes before; the op is one of the sums or XOR. */
    void (*delta_stream)(const uint8_t *cur, const uint8_t *prev, uint8_t *dst, size_t n, unsigned width,
                         pc_delta_op op);
    void (*delta_back)(const uint8_t *cur, uint8_t *dst, size_t n, unsigned width, size_t back,
                       pc_delta_op op);
    void (*delta_scan)(const uint8_t *cur, uint8_t *dst, size_t n, unsigned width, size_t back,
                       pc_delta_op op);

    /* transform: planes of bytes and of bits, contracts in transform/shuffle_common.h. */
    void (*byte_split)(const uint8_t *src, size_t n, size_t width, uint8_t *dst, size_t stride);
    void (*byte_merge)(const uint8_t *src, size_t stride, size_t n, size_t width, uint8_t *dst);
    void (*bit_split)(const uint8_t *src, size_t n, uint8_t *dst, size_t stride);
    void (*bit_merge)(const uint8_t *src, size_t stride, size_t n, uint8_t *dst);

    /* transform: DCT of up to PC_DCT_BATCH lines, of square blocks, of 8 x 8 blocks in integers (rows
     * row_step apart, blocks side by side; coefficients 64 a block), and the steps between coefficients and
     * what is stored: contracts in pycomp/dct.h and transform/dct_common.h. */
    void (*dct_lines_f32)(const struct pc_dct_lines *job, const void *const *src, void *const *dst,
                          unsigned count, void *room);
    void (*dct_lines_f64)(const struct pc_dct_lines *job, const void *const *src, void *const *dst,
                          unsigned count, void *room);
    void (*dct_blocks_f32)(const struct pc_dct_blocks *job, const void *image, void *coefs, size_t count);
    void (*dct_blocks_f64)(const struct pc_dct_blocks *job, const void *image, void *coefs, size_t count);
    void (*idct_blocks_f32)(const struct pc_dct_blocks *job, const void *coefs, void *image, size_t count);
    void (*idct_blocks_f64)(const struct pc_dct_blocks *job, const void *coefs, void *image, size_t count);
    void (*dct_islow)(const int16_t *image, ptrdiff_t row_step, int16_t *coefs, size_t count);
    void (*idct_islow)(const int16_t *coefs, int16_t *image, ptrdiff_t row_step, size_t count);
    void (*dct_round)(const float *src, size_t n, const uint16_t *order, size_t count, int16_t *dst);
    void (*dct_quantise)(const int16_t *src, const float *steps, const uint16_t *order, size_t count,
                         int16_t *dst);
    /* transform: wavelets, contracts in transform/dwt_common.h. */
    void (*fir_pair_f32)(const float *const *rows, const float *c0, const float *c1, unsigned taps,
                         float *out0, float *out1, size_t n);
    void (*dwt_split_f32)(const float *src, size_t n, float *even, float *odd);
    void (*fir_join_f32)(const float *const *rows, const float *c0, const float *c1, unsigned taps,
                         float *dst, size_t n);
    void (*fir_pair_f64)(const double *const *rows, const double *c0, const double *c1, unsigned taps,
                         double *out0, double *out1, size_t n);
    void (*dwt_split_f64)(const double *src, size_t n, double *even, double *odd);
    void (*fir_join_f64)(const double *const *rows, const double *c0, const double *c1, unsigned taps,
                         double *dst, size_t n);

    /* transform: n bytes to memory that nobody reads soon, and the end of such (transform/stream_common.h).
     */
    void (*stream_copy)(void *dst, const void *src, size_t n);
    void (*stream_end)(void);

    /* transform: steps of the integer 5/3 wavelet, contracts in transform/lift_common.h. */
    void (*lift_predict)(const void *cur, const void *a, const void *b, void *dst, size_t n, unsigned width,
                         int is_signed, int back);
    void (*lift_update)(const void *cur, const void *a, const void *b, void *dst, size_t n, unsigned width,
                        int back);
    void (*lift_split)(const void *src, size_t n, void *even, void *odd, unsigned width);
    void (*lift_join)(const void *even, const void *odd, size_t n, void *dst, unsigned width);

    /* predict: `words` words of IMA ADPCM for n lanes, which move on by as much (pycomp/adpcm.h). */
    void (*ima_decode)(struct pc_ima_lane *lanes, size_t n, size_t words, const struct pc_ima_layout *layout);
    void (*ima_encode)(struct pc_ima_lane *lanes, size_t n, size_t words, const struct pc_ima_layout *layout);

    /* predict: block matching, contracts in predict/motion_common.h. */
    void (*motion_costs)(const struct pc_motion_match *match, const ptrdiff_t *offsets, unsigned count,
                         uint64_t *costs);
    unsigned (*motion_near)(const struct pc_motion_quarters *quarters, const int32_t *upper,
                            const int32_t *lower, unsigned n, int32_t limit, uint8_t *places);
    void (*motion_sums)(const uint8_t *row, const uint8_t *old, unsigned bytes, unsigned height,
                        int32_t *columns, int32_t *sums, size_t cols);
    void (*motion_blend)(const uint8_t *src, ptrdiff_t stride, unsigned size, unsigned bytes, int down,
                         int right, uint8_t *dst);

    /* quant: chunks of numbers to codes and back, contracts in quant/quant_common.h; and groups of eight
     * codes to as many bytes as they have bits and back, exactly these bytes. */
    int (*quant_encode)(const struct pc_quant_chunk *chunk);
    void (*quant_decode)(const struct pc_quant_chunk *chunk);
    void (*quant_range)(const void *src, int is_double, size_t n, void *low, void *high);
    double (*quant_error)(const struct pc_quant_chunk *chunk);
    void (*code_pack)(const uint8_t *codes, size_t groups, unsigned bits, uint8_t *dst);
    void (*code_unpack)(const uint8_t *src, size_t groups, unsigned bits, uint8_t *codes);

    /* predict: residuals of n samples with `order` more in front; n samples of each of PC_LPC_LANES blocks
     * back from their residuals (predict/lpc_common.h). */
    void (*lpc_difference)(const int32_t *x, size_t n, const int16_t *coefs, unsigned order, unsigned shift,
                           int wide, int32_t *residual);
    void (*lpc_restore_lanes)(const struct pc_lpc_lanes *lanes, size_t n);

    /* predict: n bytes of a row of a picture, less what the samples `back` bytes before, above and both say;
     * AVERAGE, PAETH or MED (predict/plane_common.h). */
    void (*plane_stream)(const uint8_t *cur, const uint8_t *above, uint8_t *dst, size_t n, size_t back,
                         unsigned width, pc_plane_method method);

    /* deflate: parsers, which turn bytes into tokens, and the step from tokens to bits. */
    void (*deflate_fast)(struct pc_parse_job *job);
    void (*deflate_chain)(struct pc_parse_job *job, unsigned ahead);
    void (*deflate_path)(struct pc_path_room *room, const uint8_t *src, uint32_t from, uint32_t to);
    void (*deflate_emit)(const uint32_t *tokens, uint32_t n, const struct pc_emit_codes *codes,
                         struct pc_bit_writer *writer);

    /* deflate: decodes symbols of a block, contract in deflate/inflate_fast_common.h. */
    int (*inflate_fast)(struct pc_inflate *s, struct pc_inflate_io *io);
} pc_kernels;

/* Fills every entry for the given tiers; bits the build does not know are ignored. Asking for a
 * tier that the machine lacks gives a table that must not be run. */
void pc_kernels_fill(pc_kernels *kernels, uint32_t isa);

#ifdef __cplusplus
}
#endif

#endif
