/* Huffman sections and frames: round trips, the tabled decoder against the plain one, bounds, and damage
 * in exactly sized buffers. */
#include "check.h"
#include "pycomp/frame.h"
#include "pycomp/hist.h"
#include "pycomp/huffman.h"

static pc_kernels tiers[3];
static int n_tiers;

/* Symbols of geometric spread, the steeper the larger skew; 0 is uniform, 9 constant. */
static void fill(uint64_t *seed, uint8_t *src, size_t n, unsigned skew)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t z = check_random(seed);
        unsigned value = 0;
        if (skew == 0) value = (unsigned)(z & 255);
        for (unsigned k = 0; skew > 0 && skew < 9 && k < 60 / skew; k++) {
            if ((z >> (k * skew)) % (1u << skew) != 0) break;
            value++;
        }
        src[i] = (uint8_t)(3 * value + 100);
    }
}

/* Both decoders must agree on the verdict, and on the symbols when they accept. */
static pc_status decode_both(const uint8_t *stream, size_t size, uint8_t *a, uint8_t *b, size_t n)
{
    memset(a, 1, n);
    memset(b, 2, n);
    pc_status tabled = pc_huffman_decode(stream, size, a, n),
              plain = pc_huffman_decode_plain(stream, size, b, n);
    CHECK(tabled == plain);
    if (tabled == PC_OK) CHECK(memcmp(a, b, n) == 0);
    return tabled;
}

static void damage(const uint8_t *stream, size_t size, const uint8_t *src, uint8_t *a, uint8_t *b, size_t n)
{
    size_t stride = size / 300 + 1;
    for (size_t cut = 0; cut < size; cut += cut + stride < size ? stride : 1 + (size - cut) / 2) {
        uint8_t *exact = check_alloc(cut);
        memcpy(exact, stream, cut);
        CHECK(decode_both(exact, cut, a, b, n) != PC_OK);
        check_free(exact, cut);
    }
    uint8_t *exact = check_alloc(size + 1);
    memcpy(exact, stream, size);
    exact[size] = 0;
    CHECK(decode_both(exact, size + 1, a, b, n) != PC_OK);
    check_free(exact, size + 1);
    exact = check_alloc(size);
    memcpy(exact, stream, size);
    for (size_t bit = 0; bit < 8 * size; bit += stride == 1 ? 1 : 8 * stride + 1) {
        exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (decode_both(exact, size, a, b, n) == PC_OK) CHECK(memcmp(a, src, n) != 0);
        exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    check_free(exact, size);
}

static void check_section(uint64_t *seed, size_t n, unsigned skew, unsigned limit)
{
    uint8_t *src = check_alloc(n), *a = check_alloc(n), *b = check_alloc(n);
    size_t cap = pc_huffman_bound(n), size = 0, again = 0;
    uint8_t *dst = check_alloc(cap);
    fill(seed, src, n, skew);
    CHECK(pc_huffman_encode(&tiers[0], src, n, limit, dst, cap, &size) == PC_OK && size <= cap);
    uint8_t *exact = check_alloc(size);
    for (int tier = 0; tier < n_tiers; tier++) { /* the same bytes, in just enough room */
        CHECK(pc_huffman_encode(&tiers[tier], src, n, limit, exact, size, &again) == PC_OK && again == size);
        CHECK(memcmp(exact, dst, size) == 0);
    }
    uint8_t *small = check_alloc(size - 1);
    CHECK(pc_huffman_encode(&tiers[0], src, n, limit, small, size - 1, &again) == PC_ERR_DST_SIZE);
    check_free(small, size - 1);
    CHECK(decode_both(exact, size, a, b, n) == PC_OK && memcmp(a, src, n) == 0);
    damage(exact, size, src, a, b, n);
    check_free(exact, size);
    check_free(dst, cap);
    check_free(b, n);
    check_free(a, n);
    check_free(src, n);
}

static void test_sections(uint64_t *seed)
{
    static const size_t sizes[] = {1, 2, 3, 7, 8, 9, 255, 256, 257, 2047, 2048, 2049, 2050, 2051, 5000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (unsigned skew = 0; skew <= 9; skew += skew == 3 ? 6 : 1) {
            check_section(seed, sizes[i], skew, 8 + (unsigned)(i + skew) % 8);
        }
    }
    check_section(seed, 60000, 1, 12);
    check_section(seed, 60000, 1, 15);
    check_section(seed, 60001, 0, 11);
    uint8_t byte = 0;
    size_t size;
    CHECK(pc_huffman_encode(&tiers[0], &byte, 0, 12, &byte, 1, &size) == PC_ERR_PARAM);
    CHECK(pc_huffman_decode(&byte, 1, &byte, 0) == PC_ERR_PARAM);
}

/* Streams of very unequal length: the others stop when the first runs dry. */
static void test_unequal_streams(uint64_t *seed)
{
    enum { N = 40000 };
    for (unsigned heavy = 0; heavy < 4; heavy++) {
        uint8_t *src = check_alloc(N), *a = check_alloc(N), *b = check_alloc(N);
        memset(src, 5, N);
        fill(seed, src + heavy * (N / 4), N / 4, 0);
        size_t cap = pc_huffman_bound(N), size = 0;
        uint8_t *dst = check_alloc(cap);
        CHECK(pc_huffman_encode(&tiers[0], src, N, 12, dst, cap, &size) == PC_OK);
        CHECK(decode_both(dst, size, a, b, N) == PC_OK && memcmp(a, src, N) == 0);
        check_free(dst, cap);
        check_free(b, N);
        check_free(a, N);
        check_free(src, N);
    }
}

static void check_frame(pc_frame_coder coder, const uint8_t *src, size_t n)
{
    size_t cap = pc_frame_bound(n), size = 0, held = 0;
    uint8_t *dst = check_alloc(cap), *back = check_alloc(n);
    for (int tier = 0; tier < n_tiers; tier++) {
        CHECK(pc_frame_encode(&tiers[tier], coder, 12, src, n, dst, cap, &size) == PC_OK && size <= cap);
        uint8_t *exact = check_alloc(size);
        memcpy(exact, dst, size);
        CHECK(pc_frame_length(coder, exact, size, &held) == PC_OK && held == n);
        CHECK(pc_frame_decode(&tiers[tier], coder, exact, size, back, n) == PC_OK);
        CHECK(n == 0 || memcmp(src, back, n) == 0);
        check_free(exact, size);
    }
    for (size_t short_cap = 0; short_cap < size; short_cap += size / 50 + 1) { /* never writes beyond */
        uint8_t *small = check_alloc(short_cap);
        pc_status status = pc_frame_encode(&tiers[n_tiers - 1], coder, 12, src, n, small, short_cap, &held);
        CHECK(status == PC_ERR_DST_SIZE);
        check_free(small, short_cap);
    }
    check_free(back, n);
    check_free(dst, cap);
}

static void test_frames(uint64_t *seed)
{
    static const size_t sizes[] = {
        0, 1, 2, 3, 4, 5, 70, 3000, 70000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (3 << 20) + 77};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (unsigned skew = 0; skew <= 9; skew += 3) {
            size_t n = sizes[i];
            uint8_t *src = check_alloc(n);
            fill(seed, src, n, skew);
            check_frame(PC_FRAME_HUFFMAN, src, n);
            check_frame(PC_FRAME_RANS, src, n);
            check_free(src, n);
        }
    }
}

int main(void)
{
    uint64_t seed = 11;
    n_tiers = check_tables(tiers);
    test_sections(&seed);
    test_unequal_streams(&seed);
    test_frames(&seed);
    return CHECK_RESULT();
}
