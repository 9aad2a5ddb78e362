/* Serial form of a frequency table: first and last live symbol, then the frequencies from the first
 * to the last but one, each as its difference from the one before in an adaptive Rice code; the last
 * follows from the sum.
 *
 * Tables here are mostly one smooth hill with long tails of ones: neighbours are close, and the size
 * of their difference goes with their own size. So the Rice parameter is taken from the last four
 * frequencies (k bits for sums from 2^(k + 3) on), differences are folded so that no code is wasted
 * below zero, and an escape bounds the rest. On the exponent-and-mantissa tables of real models this
 * takes 0.54 bytes a live symbol; gamma codes of the value take 0.60, an adaptive binary coder 0.55
 * (docs/design/0003-rans.md). */
#include <string.h>

#include "base/mem.h"
#include "pycomp/rans.h"

/* 15 ones announce a frequency in 12 plain bits: 27 bits at most for each of 255 frequencies. */
enum { ESCAPE = 15, ESCAPE_BITS = PC_RANS_BITS, CODE_MAX_BITS = ESCAPE + ESCAPE_BITS };
PC_STATIC_ASSERT(PC_RANS_FREQS_BOUND >= 2 + (255 * CODE_MAX_BITS + 7) / 8, "bound of a serial table");

/* The predictor's memory: the last four frequencies, newest first. */
typedef struct recent {
    uint32_t f[4];
} recent;

static unsigned rice_parameter(const recent *r)
{
    uint32_t mean = (r->f[0] + r->f[1] + r->f[2] + r->f[3]) >> 4;
    return mean == 0 ? 0 : pc_log2_floor(mean) + 1;
}

static void remember(recent *r, uint32_t f)
{
    r->f[3] = r->f[2];
    r->f[2] = r->f[1];
    r->f[1] = r->f[0];
    r->f[0] = f;
}

/* Numbers the values 0, 1, 2, ... by their distance from p: p, p - 1, p + 1, p - 2, ... and, past
 * 2 p, upwards only. */
static uint32_t fold(uint32_t f, uint32_t p)
{
    if (f > 2 * p) return f;
    return f >= p ? 2 * (f - p) : 2 * (p - f) - 1;
}

static uint32_t unfold(uint32_t z, uint32_t p)
{
    if (z > 2 * p) return z;
    return z % 2 == 0 ? p + z / 2 : p - (z + 1) / 2;
}

/* Bits fill each byte from its lowest bit up. */
typedef struct bits {
    uint8_t *dst;
    size_t count;
} bits;

static void put(bits *b, uint32_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++, b->count++) {
        if (b->count % 8 == 0) b->dst[b->count / 8] = 0;
        b->dst[b->count / 8] = (uint8_t)(b->dst[b->count / 8] | ((value >> i) & 1) << b->count % 8);
    }
}

static void put_frequency(bits *b, const recent *r, uint32_t f)
{
    unsigned k = rice_parameter(r);
    uint32_t z = fold(f, r->f[0]);
    if (z >> k >= ESCAPE) {
        put(b, (1u << ESCAPE) - 1, ESCAPE);
        put(b, f, ESCAPE_BITS);
    } else {
        put(b, (1u << (z >> k)) - 1, (z >> k) + 1); /* that many ones and a zero */
        put(b, z, k);
    }
}

pc_status pc_rans_write_freqs(const uint16_t freqs[256], uint8_t *dst, size_t dst_cap, size_t *dst_len)
{
    uint8_t serial[PC_RANS_FREQS_BOUND];
    bits b = {serial + 2, 0};
    recent r = {{0, 0, 0, 0}};
    unsigned first = 0, last = 255;
    uint32_t sum = 0;
    for (unsigned s = 0; s < 256; s++) sum += freqs[s];
    if (sum != PC_RANS_TOTAL) return PC_ERR_PARAM;
    while (freqs[first] == 0) first++;
    while (freqs[last] == 0) last--;
    serial[0] = (uint8_t)first;
    serial[1] = (uint8_t)last;
    for (unsigned s = first; s < last; s++) {
        put_frequency(&b, &r, freqs[s]);
        remember(&r, freqs[s]);
    }
    size_t size = 2 + (b.count + 7) / 8;
    if (dst_cap < size) return PC_ERR_DST_SIZE;
    memcpy(dst, serial, size);
    *dst_len = size;
    return PC_OK;
}

typedef struct bit_source {
    const uint8_t *src;
    size_t count, limit;
} bit_source;

/* Bits past the end read as ones and still count, so that one look at the count tells. */
static uint32_t get(bit_source *b, unsigned width)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < width; i++, b->count++) {
        uint32_t byte = b->count < b->limit ? b->src[b->count / 8] : 0xffu;
        value |= (byte >> b->count % 8 & 1) << i;
    }
    return value;
}

static uint32_t get_frequency(bit_source *b, const recent *r)
{
    unsigned k = rice_parameter(r), ones = 0;
    while (ones < ESCAPE && get(b, 1) == 1) ones++;
    if (ones == ESCAPE) return get(b, ESCAPE_BITS);
    return unfold((ones << k) + get(b, k), r->f[0]);
}

pc_status pc_rans_read_freqs(const uint8_t *src, size_t src_len, uint16_t freqs[256], size_t *src_used)
{
    if (src_len < 2) return PC_ERR_TRUNCATED;
    unsigned first = src[0], last = src[1];
    if (last < first) return PC_ERR_CORRUPT;
    bit_source b = {src + 2, 0, 8 * PC_MIN(src_len - 2, (size_t)PC_RANS_FREQS_BOUND)};
    recent r = {{0, 0, 0, 0}};
    uint32_t sum = 0;
    memset(freqs, 0, 256 * sizeof freqs[0]);
    for (unsigned s = first; s < last; s++) {
        uint32_t f = get_frequency(&b, &r);
        if (b.count > b.limit) return PC_ERR_TRUNCATED;
        if (f >= PC_RANS_TOTAL - sum) return PC_ERR_CORRUPT; /* nothing left for the last symbol */
        freqs[s] = (uint16_t)f;
        sum += f;
        remember(&r, f);
    }
    freqs[last] = (uint16_t)(PC_RANS_TOTAL - sum);
    if (freqs[first] == 0) return PC_ERR_CORRUPT;
    size_t used = (b.count + 7) / 8;
    if (b.count % 8 != 0 && src[1 + used] >> b.count % 8 != 0) return PC_ERR_CORRUPT;
    *src_used = 2 + used;
    return PC_OK;
}
