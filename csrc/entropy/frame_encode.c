/* Writes frames: the header, then each block the shortest way. */
#include <string.h>

#include "base/checked.h"
#include "entropy/frame_common.h"
#include "entropy/rans_common.h"
#include "pycomp/frame.h"
#include "pycomp/hist.h"
#include "pycomp/huffman.h"
#include "pycomp/rans.h"

/* A block costs its mode byte more than itself at worst. */
size_t pc_frame_bound(size_t n)
{
    size_t more = 2 + PC_FRAME_LENGTH_MAX + pc_ceil_div(n, PC_FRAME_BLOCK), bound;
    return pc_add_size(n, more, &bound) ? bound : SIZE_MAX;
}

static size_t put_varint(uint8_t *dst, uint64_t value)
{
    size_t n = 0;
    for (; value >= 128; value >>= 7) dst[n++] = (uint8_t)(value | 128);
    dst[n++] = (uint8_t)value;
    return n;
}

static pc_status encode_rans(const pc_kernels *kernels, const uint8_t *src, size_t n, uint8_t *dst,
                             size_t dst_cap, size_t *dst_len)
{
    uint32_t counts[256];
    uint16_t freqs[256];
    pc_rans_encoder_table table;
    size_t head = 0, body = 0;
    pc_hist_u8(kernels, src, n, counts);
    pc_rans_normalize(counts, freqs);
    pc_status status = pc_rans_write_freqs(freqs, dst, dst_cap, &head);
    if (status != PC_OK) return status;
    if (pc_rans_cost_q16(counts, freqs) >> 19 > dst_cap)
        return PC_ERR_DST_SIZE; /* hopeless: spare the work */
    pc_rans_encoder_build(&table, freqs);
    pc_rans_encode_run run = {src, n, &table};
    status = pc_rans_encode(kernels, &run, 1, dst + head, dst_cap - head, &body);
    *dst_len = head + body;
    return status;
}

/* A coded block is the mode, the size in three bytes at most, as it is below the block's, and itself;
 * it is used where that is shorter than the block. */
static size_t encode_block(const pc_kernels *kernels, pc_frame_coder coder, unsigned limit,
                           const uint8_t *src, size_t n, uint8_t *dst, size_t dst_cap)
{
    enum { SIZE = 3 };
    size_t size = 0;
    if (n > 1 && memcmp(src, src + 1, n - 1) == 0 && dst_cap >= 2) {
        dst[0] = PC_FRAME_CONSTANT;
        dst[1] = src[0];
        return 2;
    }
    if (n > 1 + SIZE && dst_cap > 1 + SIZE) {
        size_t cap = PC_MIN(n, dst_cap) - 1 - SIZE;
        pc_status status = coder == PC_FRAME_HUFFMAN
                               ? pc_huffman_encode(kernels, src, n, limit, dst + 1 + SIZE, cap, &size)
                               : encode_rans(kernels, src, n, dst + 1 + SIZE, cap, &size);
        if (status == PC_OK) {
            dst[0] = PC_FRAME_CODED;
            size_t digits = put_varint(dst + 1, size);
            memmove(dst + 1 + digits, dst + 1 + SIZE, size);
            return 1 + digits + size;
        }
    }
    if (dst_cap < 1 + n) return 0;
    dst[0] = PC_FRAME_RAW;
    memcpy(dst + 1, src, n);
    return 1 + n;
}

pc_status pc_frame_encode(const pc_kernels *kernels, pc_frame_coder coder, unsigned limit, const uint8_t *src,
                          size_t n, uint8_t *dst, size_t dst_cap, size_t *dst_len)
{
    if (coder != PC_FRAME_HUFFMAN && coder != PC_FRAME_RANS) return PC_ERR_PARAM;
    if (coder == PC_FRAME_HUFFMAN && (limit < PC_HUFFMAN_MIN_LIMIT || limit > PC_HUFFMAN_MAX_LENGTH)) {
        return PC_ERR_PARAM;
    }
    if (dst_cap < 2 + PC_FRAME_LENGTH_MAX) return PC_ERR_DST_SIZE;
    dst[0] = PC_FRAME_VERSION;
    dst[1] = (uint8_t)coder;
    size_t at = 2 + put_varint(dst + 2, n);
    for (size_t done = 0; done < n;) {
        size_t block = PC_MIN(n - done, (size_t)PC_FRAME_BLOCK);
        size_t size = encode_block(kernels, coder, limit, src + done, block, dst + at, dst_cap - at);
        if (size == 0) return PC_ERR_DST_SIZE;
        at += size;
        done += block;
    }
    *dst_len = at;
    return PC_OK;
}
