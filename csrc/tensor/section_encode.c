/* Coding a section: price every method from the histogram, write the cheapest. See section.h. */
#include <string.h>

#include "base/checked.h"
#include "base/limits.h"
#include "base/mem.h"
#include "bitio/bits.h"
#include "pycomp/hist.h"
#include "pycomp/huffman.h"
#include "pycomp/pivot.h"
#include "pycomp/rans.h"
#include "tensor/section.h"

/* Pivot coding wants a table, tree walk and padding: pointless below this many symbols. */
enum { LEAST_CODED = 64 };
/* Size field and final states of a full set of lanes, for pricing. */
enum { RANS_OVERHEAD = 4 + 4 * PC_RANS_MAX_LANES };

typedef struct workspace {
    pc_pivot_code code;
    uint32_t counts[256];
    uint16_t freqs[256];
} workspace;

size_t pc_section_workspace(void)
{
    return sizeof(workspace) + pc_rans_encoder_table_size() + pc_rans_decoder_table_size() +
           PC_MAX(pc_pivot_encode_workspace(), pc_pivot_decode_workspace()) + 3 * 64;
}

static void *after(void *block, size_t size) /* the next aligned place behind a part of the workspace */
{
    return (void *)(((uintptr_t)block + size + 63) & ~(uintptr_t)63);
}

static pc_status encode_pivot(const pc_kernels *k, pc_pivot_code *code, const uint8_t lengths[256],
                              const uint8_t *src, size_t n, uint8_t *dst, size_t dst_cap, size_t *dst_len,
                              void *coder)
{
    size_t head, body;
    pc_status status = pc_huffman_write_lengths(lengths, dst, dst_cap, &head);
    if (status == PC_OK) status = pc_pivot_build(code, lengths);
    if (status == PC_OK) status = pc_pivot_encode(k, code, src, n, dst + head, dst_cap - head, &body, coder);
    if (status == PC_OK) *dst_len = head + body;
    return status;
}

static pc_status encode_rans(const pc_kernels *k, const uint16_t freqs[256], const uint8_t *src, size_t n,
                             uint8_t *dst, size_t dst_cap, size_t *dst_len, void *table)
{
    size_t head;
    pc_status status = pc_rans_write_freqs(freqs, dst, dst_cap, &head);
    if (status != PC_OK) return status;
    pc_rans_encoder_build(table, freqs);
    pc_rans_encode_run run = {src, n, table};
    size_t body;
    if (dst_cap < head + 4) return PC_ERR_DST_SIZE;
    status = pc_rans_encode(k, &run, 1, dst + head + 4, dst_cap - head - 4, &body);
    if (status != PC_OK) return status;
    pc_store32(dst + head, (uint32_t)body);
    *dst_len = head + 4 + body;
    return PC_OK;
}

pc_status pc_section_encode(const pc_kernels *k, const uint8_t *src, size_t n, int rans, uint8_t *dst,
                            size_t dst_cap, size_t *dst_len, void *space)
{
    if (dst_cap < n + 1 + PC_SLACK) return PC_ERR_DST_SIZE;
    workspace *w = after(space, 0);
    void *table = after(w, sizeof *w);
    void *coder = after(table, pc_rans_encoder_table_size() + pc_rans_decoder_table_size());
    pc_hist_u8(k, src, n, w->counts);
    unsigned live = 0, top = 0;
    for (unsigned s = 0; s < 256; s++)
        if (w->counts[s] != 0) live++, top = s;
    if (live <= 1) {
        dst[0] = PC_SECTION_CONSTANT;
        dst[1] = (uint8_t)top;
        *dst_len = n == 0 ? 1 : 2;
        if (n == 0) dst[0] = PC_SECTION_RAW;
        return PC_OK;
    }
    pc_section_method best = PC_SECTION_RAW;
    size_t best_size = n + 1;
    unsigned width = pc_log2_ceil((uint64_t)top + 1);
    if (2 + pc_bits_size(n, width) < best_size) {
        best = PC_SECTION_PACKED;
        best_size = 2 + pc_bits_size(n, width);
    }
    uint8_t lengths[256];
    if (n >= LEAST_CODED) {
        pc_status status = pc_huffman_lengths(w->counts, PC_PIVOT_MAX_DEPTH, lengths);
        if (status != PC_OK) return status;
        size_t size = 1 + PC_HUFFMAN_LENGTHS_BOUND / 2 + (size_t)(pc_huffman_cost(w->counts, lengths) / 8);
        if (size < best_size) best = PC_SECTION_PIVOT, best_size = size;
        if (rans) {
            pc_rans_normalize(w->counts, w->freqs);
            size = RANS_OVERHEAD + live + (size_t)(pc_rans_cost_q16(w->counts, w->freqs) >> 19);
            if (size < best_size) best = PC_SECTION_RANS, best_size = size;
        }
    }
    if (best == PC_SECTION_PIVOT || best == PC_SECTION_RANS) {
        size_t body = 0;
        pc_status status =
            best == PC_SECTION_PIVOT
                ? encode_pivot(k, &w->code, lengths, src, n, dst + 1, dst_cap - 1, &body, coder)
                : encode_rans(k, w->freqs, src, n, dst + 1, dst_cap - 1, &body, table);
        if (status != PC_OK && status != PC_ERR_DST_SIZE) return status;
        if (status == PC_OK && body < n) {
            dst[0] = (uint8_t)best;
            *dst_len = 1 + body;
            return PC_OK;
        }
        best = PC_SECTION_RAW; /* the price was an estimate, and wrong */
        best_size = n + 1;
    }
    dst[0] = (uint8_t)best;
    if (best == PC_SECTION_RAW) memcpy(dst + 1, src, n);
    if (best == PC_SECTION_PACKED) {
        dst[1] = (uint8_t)width;
        k->bits_pack(src, n, width, 0, dst + 2);
    }
    *dst_len = best_size;
    return PC_OK;
}
