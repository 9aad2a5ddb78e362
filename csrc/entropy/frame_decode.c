/* Reads frames. Lengths are checked before anything is believed. */
#include <string.h>

#include "base/checked.h"
#include "entropy/frame_common.h"
#include "entropy/rans_common.h"
#include "pycomp/frame.h"
#include "pycomp/huffman.h"
#include "pycomp/rans.h"

/* An integer in groups of seven bits, low ones first, in the fewest bytes. */
static pc_status get_varint(const uint8_t **src, const uint8_t *src_end, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < PC_FRAME_LENGTH_MAX; i++) {
        if (*src == src_end) return PC_ERR_TRUNCATED;
        uint8_t byte = *(*src)++;
        if (i == PC_FRAME_LENGTH_MAX - 1 && byte > 1) return PC_ERR_CORRUPT;
        value |= (uint64_t)(byte & 127) << 7 * i;
        if (byte >= 128) continue;
        if (byte == 0 && i > 0) return PC_ERR_CORRUPT;
        *out = value;
        return PC_OK;
    }
    return PC_ERR_CORRUPT;
}

/* Header; moves *src to the first block. */
static pc_status read_header(pc_frame_coder coder, const uint8_t **src, const uint8_t *src_end, size_t *n)
{
    uint64_t length;
    if (src_end - *src < 2) return PC_ERR_TRUNCATED;
    if ((*src)[0] != PC_FRAME_VERSION) return (*src)[0] == 0 ? PC_ERR_CORRUPT : PC_ERR_UNSUPPORTED;
    if ((*src)[1] != coder) return PC_ERR_UNSUPPORTED;
    *src += 2;
    pc_status status = get_varint(src, src_end, &length);
    if (status != PC_OK) return status;
    if (length > SIZE_MAX) return PC_ERR_LIMIT;
    size_t blocks = pc_ceil_div((size_t)length, PC_FRAME_BLOCK), left = (size_t)(src_end - *src);
    if (left / 2 < blocks) return PC_ERR_TRUNCATED; /* no block takes less than two bytes */
    *n = (size_t)length;
    return PC_OK;
}

pc_status pc_frame_length(pc_frame_coder coder, const uint8_t *src, size_t src_len, size_t *n)
{
    return read_header(coder, &src, src + src_len, n);
}

static pc_status decode_rans(const pc_kernels *kernels, const uint8_t *src, size_t src_len, uint8_t *dst,
                             size_t n)
{
    uint16_t freqs[256];
    pc_rans_decoder_table table;
    size_t head = 0;
    pc_status status = pc_rans_read_freqs(src, src_len, freqs, &head);
    if (status != PC_OK) return status;
    pc_rans_decoder_build(&table, freqs);
    pc_rans_decode_run run = {dst, n, &table};
    return pc_rans_decode(kernels, src + head, src_len - head, &run, 1);
}

static pc_status decode_block(const pc_kernels *kernels, pc_frame_coder coder, const uint8_t **src,
                              const uint8_t *src_end, uint8_t *dst, size_t n)
{
    if (src_end - *src < 2) return PC_ERR_TRUNCATED;
    uint8_t mode = *(*src)++;
    uint64_t size = n;
    pc_status status = PC_OK;
    if (mode == PC_FRAME_CONSTANT) size = 1;
    if (mode == PC_FRAME_CODED) status = get_varint(src, src_end, &size);
    if (status != PC_OK) return status;
    if (mode > PC_FRAME_CODED) return PC_ERR_UNSUPPORTED;
    if (size > (uint64_t)(src_end - *src)) return PC_ERR_TRUNCATED;
    if (mode == PC_FRAME_RAW) {
        memcpy(dst, *src, n);
    } else if (mode == PC_FRAME_CONSTANT) {
        memset(dst, **src, n);
    } else if (coder == PC_FRAME_HUFFMAN) {
        status = pc_huffman_decode(*src, (size_t)size, dst, n);
    } else {
        status = decode_rans(kernels, *src, (size_t)size, dst, n);
    }
    *src += size;
    return status;
}

pc_status pc_frame_decode(const pc_kernels *kernels, pc_frame_coder coder, const uint8_t *src, size_t src_len,
                          uint8_t *dst, size_t n)
{
    const uint8_t *src_end = src + src_len;
    size_t length = 0;
    pc_status status = read_header(coder, &src, src_end, &length);
    if (status != PC_OK) return status;
    if (length != n) return PC_ERR_PARAM;
    for (size_t done = 0; done < n;) {
        size_t block = PC_MIN(n - done, (size_t)PC_FRAME_BLOCK);
        status = decode_block(kernels, coder, &src, src_end, dst + done, block);
        if (status != PC_OK) return status;
        done += block;
    }
    return src == src_end ? PC_OK : PC_ERR_CORRUPT;
}
