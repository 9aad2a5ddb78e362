/* Huffman decoder for one section, in two independent ways.
 *
 * Tabled, for codes up to 12 bits: the next bits index a table of (length, symbol). One lookup waits
 * for the one before, so the streams are decoded in step to fill the wait. A stream's only state is
 * its bit position: four lookups take at most 48 bits, and the 57 bits of an unaligned load cover them.
 *
 * Table-free, for any code and for the ends of streams: canonical codes of one length are consecutive
 * and, left-aligned, ascend with the length, so the length is found by comparing with the last code of
 * each length (Moffat and Turpin, "On the implementation of minimum redundancy prefix codes", IEEE
 * Trans. Comm. 45, 1997). It needs no table to build, only the canonical order. */
#include "entropy/huff_common.h"

enum {
    STREAMS = PC_HUFFMAN_STREAMS,
    TABLE_LENGTH = 12,
    BATCH = 4,       /* lookups to a load: 4 * 12 <= 57 */
    BATCH_BYTES = 6, /* the bytes they can use up */
    LOAD_BYTES = 8,  /* the bytes that the load reads */
    WINDOW = 16      /* bits in which codes are compared, left-aligned */
};

typedef struct stream {
    const uint8_t *src;
    size_t size; /* bytes */
    uint64_t at; /* bit position */
    uint8_t *dst;
    size_t left; /* symbols */
} stream;

/* The next 16 bits, zeros beyond the end. */
static uint32_t window(const stream *s)
{
    size_t byte = (size_t)(s->at >> 3);
    uint32_t bits = 0;
    if (s->size >= LOAD_BYTES && byte <= s->size - LOAD_BYTES) {
        return (uint32_t)(pc_huffman_load(s->src + byte) << (s->at & 7) >> (64 - WINDOW));
    }
    for (unsigned i = 0; i < 3; i++) bits = bits << 8 | (byte + i < s->size ? s->src[byte + i] : 0);
    return bits >> (8 - (s->at & 7)) & 0xffff;
}

/* Every stream must end where its size says, with zeros in the last byte's spare bits. */
static pc_status finish(const stream *s)
{
    uint64_t bits = 8 * (uint64_t)s->size;
    if (s->at > bits) return PC_ERR_TRUNCATED;
    if (bits - s->at >= 8 || window(s) != 0) return PC_ERR_CORRUPT;
    return PC_OK;
}

static void decode_plain(const pc_huffman_order *order, stream *s)
{
    uint32_t end[PC_HUFFMAN_MAX_LENGTH + 1]; /* left-aligned end of the codes of each length */
    for (unsigned length = 1; length <= PC_HUFFMAN_MAX_LENGTH; length++) {
        end[length] = (order->code[length] + order->count[length]) << (WINDOW - length);
    }
    /* Past the end all bits are zeros: the first code is met again and again, harmlessly. */
    for (; s->left > 0; s->left--) {
        uint32_t bits = window(s);
        unsigned length = 1;
        while (length < order->longest && bits >= end[length]) length++;
        *s->dst++ = order->symbols[order->place[length] + (bits >> (WINDOW - length)) - order->code[length]];
        s->at += length;
    }
}

/* One entry for every value of the next `longest` bits: symbol << 8 | length. */
static void build_table(const pc_huffman_order *order, uint16_t table[1 << TABLE_LENGTH])
{
    uint16_t *at = table;
    for (unsigned length = 1; length <= order->longest; length++) {
        for (unsigned i = 0; i < order->count[length]; i++) {
            unsigned symbol = order->symbols[order->place[length] + i];
            uint16_t entry = (uint16_t)(symbol << 8 | length);
            for (unsigned k = 0; k < 1u << (order->longest - length); k++) *at++ = entry;
        }
    }
}

/* The next batch of one stream; the caller knows that the input holds it. */
PC_INLINE uint64_t decode_batch(const uint16_t *table, unsigned drop, const uint8_t *src, uint64_t at,
                                uint8_t *dst)
{
    uint64_t bits = pc_huffman_load(src + (at >> 3)) << (at & 7);
    unsigned a = table[bits >> drop];
    bits <<= a & 63;
    unsigned b = table[bits >> drop];
    bits <<= b & 63;
    unsigned c = table[bits >> drop];
    bits <<= c & 63;
    unsigned d = table[bits >> drop];
    dst[0] = (uint8_t)(a >> 8);
    dst[1] = (uint8_t)(b >> 8);
    dst[2] = (uint8_t)(c >> 8);
    dst[3] = (uint8_t)(d >> 8);
    return at + ((a + b + c + d) & 0xff); /* four lengths make at most 48 */
}

/* Batches that every stream can take without reading past its end. */
static size_t safe_batches(const stream *streams, unsigned n)
{
    size_t batches = SIZE_MAX;
    for (unsigned i = 0; i < n; i++) {
        size_t used = (size_t)(streams[i].at >> 3);
        if (streams[i].size < used + LOAD_BYTES) return 0;
        batches = PC_MIN(batches, (streams[i].size - used - LOAD_BYTES) / BATCH_BYTES + 1);
        batches = PC_MIN(batches, streams[i].left / BATCH);
    }
    return batches;
}

static void advance(stream *s, size_t symbols)
{
    s->dst += symbols;
    s->left -= symbols;
}

PC_STATIC_ASSERT(STREAMS == 4, "decode_together spells out its streams");

/* Every cursor is a local of its own, or the stores to dst, which might alias anything, would force
 * them all out to memory and back. */
static void decode_together(const uint16_t *table, unsigned drop, stream streams[STREAMS], size_t batches)
{
    const uint8_t *src0 = streams[0].src, *src1 = streams[1].src, *src2 = streams[2].src;
    const uint8_t *src3 = streams[3].src;
    uint64_t at0 = streams[0].at, at1 = streams[1].at, at2 = streams[2].at, at3 = streams[3].at;
    uint8_t *dst0 = streams[0].dst, *dst1 = streams[1].dst, *dst2 = streams[2].dst, *dst3 = streams[3].dst;
    for (size_t i = 0; i < BATCH * batches; i += BATCH) {
        at0 = decode_batch(table, drop, src0, at0, dst0 + i);
        at1 = decode_batch(table, drop, src1, at1, dst1 + i);
        at2 = decode_batch(table, drop, src2, at2, dst2 + i);
        at3 = decode_batch(table, drop, src3, at3, dst3 + i);
    }
    streams[0].at = at0;
    streams[1].at = at1;
    streams[2].at = at2;
    streams[3].at = at3;
    for (unsigned i = 0; i < STREAMS; i++) advance(&streams[i], BATCH * batches);
}

static void decode_alone(const uint16_t *table, unsigned drop, stream *s, size_t batches)
{
    const uint8_t *src = s->src;
    uint64_t at = s->at;
    uint8_t *dst = s->dst;
    for (size_t i = 0; i < BATCH * batches; i += BATCH) at = decode_batch(table, drop, src, at, dst + i);
    s->at = at;
    advance(s, BATCH * batches);
}

static void decode_tabled(const pc_huffman_order *order, stream *streams, unsigned n)
{
    uint16_t table[1 << TABLE_LENGTH];
    unsigned drop = 64 - order->longest;
    size_t batches;
    build_table(order, table);
    while (n == STREAMS && (batches = safe_batches(streams, STREAMS)) > 0) {
        decode_together(table, drop, streams, batches);
    }
    for (unsigned i = 0; i < n; i++) { /* a single stream, or what the shortest one left of the others */
        while ((batches = safe_batches(&streams[i], 1)) > 0) decode_alone(table, drop, &streams[i], batches);
    }
}

/* A size in groups of seven bits, low ones first. */
static pc_status get_size(const uint8_t **src, const uint8_t *src_end, size_t *size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < PC_HUFFMAN_SIZE_MAX; i++) {
        if (*src == src_end) return PC_ERR_TRUNCATED;
        uint8_t byte = *(*src)++;
        value |= (uint64_t)(byte & 127) << 7 * i;
        if (byte >= 128) continue;
        if ((byte == 0 && i > 0) || value > SIZE_MAX) return PC_ERR_CORRUPT;
        *size = (size_t)value;
        return PC_OK;
    }
    return PC_ERR_CORRUPT;
}

static pc_status lay_out(const uint8_t *src, const uint8_t *src_end, uint8_t *dst, size_t n, stream *streams,
                         unsigned n_streams)
{
    for (unsigned i = 0; i + 1 < n_streams; i++) {
        pc_status status = get_size(&src, src_end, &streams[i].size);
        if (status != PC_OK) return status;
    }
    for (unsigned i = 0; i < n_streams; i++) {
        size_t start = pc_huffman_stream_start(n, n_streams, i), left = (size_t)(src_end - src);
        if (i + 1 == n_streams) streams[i].size = left;
        if (streams[i].size > left) return PC_ERR_TRUNCATED;
        streams[i].src = src;
        streams[i].at = 0;
        streams[i].dst = dst + start;
        streams[i].left = pc_huffman_stream_start(n, n_streams, i + 1) - start;
        src += streams[i].size;
    }
    return PC_OK;
}

PC_INLINE pc_status decode_section(const uint8_t *src, size_t src_len, uint8_t *dst, size_t n, int plain)
{
    uint8_t lengths[256];
    size_t head = 0;
    pc_huffman_order order;
    stream streams[STREAMS];
    if (n == 0) return PC_ERR_PARAM;
    pc_status status = pc_huffman_read_lengths(src, src_len, lengths, &head);
    if (status != PC_OK) return status;
    pc_huffman_sort(lengths, &order);
    if (order.live == 1) {
        if (head != src_len) return PC_ERR_CORRUPT;
        memset(dst, order.symbols[0], n);
        return PC_OK;
    }
    unsigned n_streams = pc_huffman_streams(n);
    status = lay_out(src + head, src + src_len, dst, n, streams, n_streams);
    if (status != PC_OK) return status;
    if (!plain && order.longest <= TABLE_LENGTH && n >= 256) decode_tabled(&order, streams, n_streams);
    for (unsigned i = 0; i < n_streams; i++) {
        decode_plain(&order, &streams[i]);
        status = finish(&streams[i]);
        if (status != PC_OK) return status;
    }
    return PC_OK;
}

pc_status pc_huffman_decode(const uint8_t *src, size_t src_len, uint8_t *dst, size_t n)
{
    return decode_section(src, src_len, dst, n, 0);
}

pc_status pc_huffman_decode_plain(const uint8_t *src, size_t src_len, uint8_t *dst, size_t n)
{
    return decode_section(src, src_len, dst, n, 1);
}
