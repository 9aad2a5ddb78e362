/* Reading a section; see section.h. */
#include <string.h>

#include "base/checked.h"
#include "base/limits.h"
#include "base/mem.h"
#include "bitio/bits.h"
#include "pycomp/huffman.h"
#include "pycomp/pivot.h"
#include "pycomp/rans.h"
#include "tensor/section.h"

static pc_status decode_pivot(const pc_kernels *k, const uint8_t *src, size_t src_len, size_t *src_used,
                              uint8_t *dst, size_t n, void *space)
{
    pc_pivot_code *code = space;
    uint8_t lengths[256];
    size_t head, body;
    pc_status status = pc_huffman_read_lengths(src, src_len, lengths, &head);
    if (status == PC_OK) status = pc_pivot_build(code, lengths);
    if (status == PC_OK)
        status = pc_pivot_decode(k, code, src + head, src_len - head, &body, dst, n, code + 1);
    if (status == PC_OK) *src_used = head + body;
    return status;
}

static pc_status decode_rans(const pc_kernels *k, const uint8_t *src, size_t src_len, size_t *src_used,
                             uint8_t *dst, size_t n, void *space)
{
    uint16_t freqs[256];
    size_t head;
    pc_status status = pc_rans_read_freqs(src, src_len, freqs, &head);
    if (status != PC_OK) return status;
    if (src_len - head < 4) return PC_ERR_TRUNCATED;
    size_t body = pc_load32(src + head);
    if (src_len - head - 4 < body) return PC_ERR_TRUNCATED;
    pc_rans_decoder_table *table = space;
    pc_rans_decoder_build(table, freqs);
    pc_rans_decode_run run = {dst, n, table};
    status = pc_rans_decode(k, src + head + 4, body, &run, 1);
    if (status == PC_OK) *src_used = head + 4 + body;
    return status;
}

pc_status pc_section_decode(const pc_kernels *k, const uint8_t *src, size_t src_len, size_t *src_used,
                            uint8_t *dst, size_t n, void *space)
{
    if (src_len < 1) return PC_ERR_TRUNCATED;
    unsigned method = src[0];
    const uint8_t *body = src + 1;
    size_t left = src_len - 1, used = 0;
    pc_status status = PC_OK;
    void *aligned = (void *)(((uintptr_t)space + 63) & ~(uintptr_t)63);
    switch (method) {
    case PC_SECTION_RAW:
        if (left < n) return PC_ERR_TRUNCATED;
        if (n != 0) memcpy(dst, body, n);
        used = n;
        break;
    case PC_SECTION_CONSTANT:
        if (left < 1) return PC_ERR_TRUNCATED;
        memset(dst, body[0], n);
        used = 1;
        break;
    case PC_SECTION_PACKED:
        if (left < 1) return PC_ERR_TRUNCATED;
        if (body[0] == 0 || body[0] > 8) return PC_ERR_CORRUPT;
        if (left - 1 < pc_bits_size(n, body[0])) return PC_ERR_TRUNCATED;
        k->bits_unpack(body + 1, n, body[0], NULL, dst);
        used = 1 + pc_bits_size(n, body[0]);
        break;
    case PC_SECTION_PIVOT: status = decode_pivot(k, body, left, &used, dst, n, aligned); break;
    case PC_SECTION_RANS: status = decode_rans(k, body, left, &used, dst, n, aligned); break;
    default: return PC_ERR_UNSUPPORTED;
    }
    *src_used = 1 + used;
    return status;
}
