/* Fixed-width integers and byte maps: every tier against the layout's definition, value by value, in
 * buffers with exactly the slack that the contract allows. */
#include "bitio/bits.h"
#include "base/limits.h"
#include "check.h"

static const size_t sizes[] = {0,   1,    2,    7,    8,     9,     15,    16,    63,  64,
                               65,  127,  128,  129,  255,   256,   257,   504,   511, 512,
                               513, 1000, 4095, 4097, 65535, 65536, 65537, 100003};
enum { N_SIZES = sizeof sizes / sizeof sizes[0] };

static pc_kernels tiers[3];
static int n_tiers;

/* Value i of a packed list, straight from the description in bits.h. */
static unsigned value_at(const uint8_t *packed, size_t n, unsigned width, size_t i)
{
    size_t s = n / 8, r = i < 8 * s ? i / s : 8, j = i < 8 * s ? i % s : 0;
    unsigned value = 0, position = 0;
    if (r == 8) { /* behind the regions: one little-endian integer */
        for (unsigned b = 0; b < width; b++) {
            size_t at = (i - 8 * s) * width + b;
            value |= (packed[width * s + at / 8] >> at % 8 & 1u) << b;
        }
        return value;
    }
    for (unsigned f = 8; f != 0; f /= 2) {
        if (!(width & f)) continue;
        unsigned byte = packed[(position + r % f) * s + j];
        value |= (byte >> (f * (r / f)) & ((1u << f) - 1)) << position;
        position += f;
    }
    return value;
}

/* Values below 2^width and, so that their bits are well used, mostly the highest ones at random. */
static void fill(uint64_t *seed, uint8_t *values, size_t n, unsigned width, unsigned base)
{
    unsigned pattern = (unsigned)(check_random(seed) % 4), top = (1u << width) - 1;
    for (size_t i = 0; i < n; i++) {
        unsigned v = (unsigned)check_random(seed) & top;
        if (pattern == 1) v = top;
        if (pattern == 2) v = check_random(seed) % 50 == 0 ? top : 0;
        values[i] = (uint8_t)(base + v);
    }
}

static void test_width(uint64_t *seed, size_t n, unsigned width)
{
    size_t size = pc_bits_size(n, width);
    CHECK(size == (n * width + 7) / 8);
    unsigned base = width == 8 ? 0 : (unsigned)(check_random(seed) % (257 - (1u << width)));
    uint8_t *values = check_alloc(n + PC_SLACK), lut[256];
    fill(seed, values, n, width, base);
    for (unsigned v = 0; v < 256; v++) lut[v] = (uint8_t)check_random(seed);
    uint8_t *reference = check_alloc(size); /* the scalar twin needs no slack */
    uint8_t *exact = check_alloc(n);
    if (n != 0) memcpy(exact, values, n);
    tiers[0].bits_pack(exact, n, width, base, reference);
    int same = 1;
    for (size_t i = 0; i < n; i++) same &= value_at(reference, n, width, i) == (uint8_t)(values[i] - base);
    CHECK(same);
    if (n % 8 * width % 8 != 0) CHECK(reference[size - 1] >> n % 8 * width % 8 == 0); /* the spare bits */
    check_free(exact, n);
    /* What follows a table of 2^width entries must not matter, so it gets exactly those. */
    uint8_t *small_lut = check_alloc((size_t)1 << width);
    memcpy(small_lut, lut, (size_t)1 << width);

    for (int t = 0; t < n_tiers; t++) {
        uint8_t *packed = check_alloc(size + PC_SLACK), *back = check_alloc(n + PC_SLACK);
        memset(packed, 0xa5, size + PC_SLACK);
        tiers[t].bits_pack(values, n, width, base, packed);
        CHECK(size == 0 || memcmp(packed, reference, size) == 0);
        tiers[t].bits_unpack(packed, n, width, NULL, back);
        same = 1;
        for (size_t i = 0; i < n; i++) same &= back[i] == (uint8_t)(values[i] - base);
        CHECK(same);
        tiers[t].bits_unpack(packed, n, width, small_lut, back);
        same = 1;
        for (size_t i = 0; i < n; i++) same &= back[i] == lut[(uint8_t)(values[i] - base)];
        CHECK(same);
        check_free(packed, size + PC_SLACK);
        check_free(back, n + PC_SLACK);
    }
    check_free(small_lut, (size_t)1 << width);
    check_free(reference, size);
    check_free(values, n + PC_SLACK);
}

/* `rows` of the table's sixteen rows are in use, from a random one on. */
static void test_map(uint64_t *seed, size_t n, unsigned rows)
{
    uint8_t *src = check_alloc(n + PC_SLACK), *lut = check_alloc(256);
    for (size_t i = 0; i < n + PC_SLACK; i++) src[i] = (uint8_t)check_random(seed);
    unsigned first = 16 * (unsigned)(check_random(seed) % (17 - rows));
    for (unsigned v = 0; v < 256; v++)
        lut[v] = v - first < 16 * rows && check_random(seed) % 4 ? (uint8_t)check_random(seed) : 0;
    for (int t = 0; t < n_tiers; t++) {
        uint8_t *dst = check_alloc(n + PC_SLACK);
        tiers[t].map_u8(src, n, lut, dst);
        int same = 1;
        for (size_t i = 0; i < n; i++) same &= dst[i] == lut[src[i]];
        CHECK(same);
        if (n != 0) memcpy(dst, src, n); /* in place */
        tiers[t].map_u8(dst, n, lut, dst);
        for (size_t i = 0; i < n; i++) same &= dst[i] == lut[src[i]];
        CHECK(same);
        check_free(dst, n + PC_SLACK);
    }
    check_free(src, n + PC_SLACK);
    check_free(lut, 256);
}

int main(void)
{
    uint64_t seed = 7;
    n_tiers = check_tables(tiers);
    for (size_t i = 0; i < N_SIZES; i++) {
        for (unsigned width = 0; width <= 8; width++) test_width(&seed, sizes[i], width);
        for (unsigned rows = 0; rows <= 16; rows++) test_map(&seed, sizes[i] % 5000, rows);
    }
    for (size_t n = 0; n < 600; n++) test_width(&seed, n, 1 + (unsigned)(n % 8));
    return CHECK_RESULT();
}
