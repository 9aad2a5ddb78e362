/* Huffman encoder for one section: table, stream sizes, streams.
 *
 * Codes enter a 64-bit accumulator from the right and leave by whole 8-byte stores of which only the
 * full bytes count, so the loop has no branch on lengths. Four symbols go between two stores: at most
 * 7 bits left over and 4 * 12; longer codes go one by one. */
#include "entropy/huff_common.h"
#include "pycomp/hist.h"

enum { BATCH = 4, BATCH_LENGTH = 12 };

/* Writes 8 bytes at a time, so it must have that much room beyond the cursor to run. */
typedef struct writer {
    uint8_t *at, *end;
    uint64_t bits; /* the low `count` are still to be written */
    unsigned count;
} writer;

PC_INLINE void put(writer *w, uint32_t entry)
{
    unsigned length = entry & 15;
    w->bits = w->bits << length | entry >> 4;
    w->count += length;
}

PC_INLINE void flush(writer *w)
{
    pc_huffman_store(w->at, w->bits << (63 - w->count) << 1);
    w->at += w->count >> 3;
    w->count &= 7;
}

/* The same within the last 8 bytes of the buffer. */
static pc_status flush_checked(writer *w)
{
    while (w->count >= 8) {
        if (w->at == w->end) return PC_ERR_DST_SIZE;
        w->count -= 8;
        *w->at++ = (uint8_t)(w->bits >> w->count);
    }
    return PC_OK;
}

static pc_status encode_stream(const uint8_t *src, size_t n, const uint32_t entries[256], unsigned longest,
                               uint8_t **dst, uint8_t *dst_end)
{
    writer w = {*dst, dst_end, 0, 0};
    size_t i = 0;
    if (longest <= BATCH_LENGTH) {
        for (; n - i >= BATCH && w.end - w.at >= 8; i += BATCH) {
            put(&w, entries[src[i]]);
            put(&w, entries[src[i + 1]]);
            put(&w, entries[src[i + 2]]);
            put(&w, entries[src[i + 3]]);
            flush(&w);
        }
    }
    for (; i < n; i++) {
        put(&w, entries[src[i]]);
        pc_status status = flush_checked(&w);
        if (status != PC_OK) return status;
    }
    w.bits <<= 7; /* up to seven zero bits complete the last byte */
    w.count += 7;
    pc_status status = flush_checked(&w);
    *dst = w.at;
    return status;
}

/* Code << 4 | length for each live symbol. */
static void make_entries(const pc_huffman_order *order, uint32_t entries[256])
{
    memset(entries, 0, 256 * sizeof entries[0]);
    for (unsigned length = 1; length <= order->longest; length++) {
        for (unsigned i = 0; i < order->count[length]; i++) {
            entries[order->symbols[order->place[length] + i]] = (order->code[length] + i) << 4 | length;
        }
    }
}

/* The flat 8-bit code fits every limit, so an optimal one spends at most n bytes. */
size_t pc_huffman_bound(size_t n)
{
    size_t more = PC_HUFFMAN_LENGTHS_BOUND + PC_HUFFMAN_STREAMS * (1 + PC_HUFFMAN_SIZE_MAX);
    return n > SIZE_MAX - more ? SIZE_MAX : n + more;
}

static void put_size(uint8_t **dst, size_t size)
{
    for (; size >= 128; size >>= 7) *(*dst)++ = (uint8_t)(size | 128);
    *(*dst)++ = (uint8_t)size;
}

static size_t size_bytes(size_t size)
{
    size_t bytes = 1;
    while (size >>= 7) bytes++;
    return bytes;
}

/* Counts each stream, whose cost follows as soon as the code is known, and all of them together. */
static void count_streams(const pc_kernels *kernels, const uint8_t *src, size_t n, unsigned streams,
                          uint32_t counts[PC_HUFFMAN_STREAMS][256], uint32_t sum[256])
{
    memset(sum, 0, 256 * sizeof sum[0]);
    for (unsigned i = 0; i < streams; i++) {
        size_t start = pc_huffman_stream_start(n, streams, i);
        pc_hist_u8(kernels, src + start, pc_huffman_stream_start(n, streams, i + 1) - start, counts[i]);
        for (unsigned s = 0; s < 256; s++) sum[s] += counts[i][s];
    }
}

pc_status pc_huffman_encode(const pc_kernels *kernels, const uint8_t *src, size_t n, unsigned limit,
                            uint8_t *dst, size_t dst_cap, size_t *dst_len)
{
    uint32_t counts[PC_HUFFMAN_STREAMS][256], sum[256], entries[256];
    uint8_t lengths[256];
    size_t sizes[PC_HUFFMAN_STREAMS], head = 0;
    pc_huffman_order order;
    if (n == 0 || n > UINT32_MAX) return PC_ERR_PARAM;
    unsigned streams = pc_huffman_streams(n);
    count_streams(kernels, src, n, streams, counts, sum);
    pc_status status = pc_huffman_lengths(sum, limit, lengths);
    if (status != PC_OK) return status;
    status = pc_huffman_write_lengths(lengths, dst, dst_cap, &head);
    if (status != PC_OK) return status;
    pc_huffman_sort(lengths, &order);
    *dst_len = head;
    if (order.live == 1) return PC_OK;

    size_t total = head;
    for (unsigned i = 0; i < streams; i++) {
        sizes[i] = (size_t)((pc_huffman_cost(counts[i], lengths) + 7) / 8);
        total += sizes[i] + (i + 1 < streams ? size_bytes(sizes[i]) : 0);
    }
    if (total > dst_cap) return PC_ERR_DST_SIZE;
    make_entries(&order, entries);
    uint8_t *at = dst + head;
    for (unsigned i = 0; i + 1 < streams; i++) put_size(&at, sizes[i]);
    for (unsigned i = 0; i < streams; i++) {
        size_t start = pc_huffman_stream_start(n, streams, i);
        /* A stream may scribble over the place of the next, which comes later. */
        status = encode_stream(src + start, pc_huffman_stream_start(n, streams, i + 1) - start, entries,
                               order.longest, &at, dst + dst_cap);
        if (status != PC_OK) return status;
    }
    *dst_len = total;
    return PC_OK;
}
