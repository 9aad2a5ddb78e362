/* Shuffles: every tier against the definition, at buffers that end at a page nobody may touch. */
#include "check.h"
#include "pycomp/shuffle.h"

static void plain(pc_shuffle_kind kind, const uint8_t *src, size_t n, size_t width, uint8_t *dst)
{
    size_t whole = kind == PC_SHUFFLE_BIT ? n - n % 8 : n;
    memcpy(dst + whole * width, src + whole * width, (n - whole) * width);
    if (kind == PC_SHUFFLE_BIT) memset(dst, 0, whole * width);
    for (size_t i = 0; i < whole; i++)
        for (size_t b = 0; b < width; b++) {
            uint8_t v = src[i * width + b];
            if (kind == PC_SHUFFLE_BIT)
                for (size_t bit = 0; bit < 8; bit++)
                    dst[(8 * b + bit) * (n / 8) + i / 8] |= (uint8_t)((v >> bit & 1) << i % 8);
            else
                dst[b * n + i] =
                    (uint8_t)(v - (kind == PC_SHUFFLE_DELTA && i > 0 ? src[(i - 1) * width + b] : 0));
        }
}

static void test(const pc_kernels *k, uint64_t *seed, pc_shuffle_kind kind, size_t n, size_t width,
                 unsigned threads)
{
    size_t bytes = n * width;
    uint8_t *src = check_random_bytes(check_random(seed), bytes), *want = check_alloc(bytes),
            *planes = check_alloc(bytes), *back = check_alloc(bytes);
    if (bytes != 0) plain(kind, src, n, width, want);
    CHECK(pc_shuffle(k, kind, src, n, width, planes, threads) == PC_OK);
    CHECK(bytes == 0 || memcmp(planes, want, bytes) == 0);
    CHECK(pc_unshuffle(k, kind, planes, n, width, back, threads) == PC_OK);
    CHECK(bytes == 0 || memcmp(back, src, bytes) == 0);
    check_free(src, bytes);
    check_free(want, bytes);
    check_free(planes, bytes);
    check_free(back, bytes);
}

int main(void)
{
    static const size_t lengths[] = {0, 1, 7, 8, 31, 32, 64, 65, 200, 1027, 20000};
    static const size_t widths[] = {1, 2, 3, 4, 5, 8, 12, 16, 256};
    pc_kernels tiers[3];
    uint64_t seed = 11;
    int n_tiers = check_tables(tiers);
    for (int t = 0; t < n_tiers; t++) {
        for (int kind = PC_SHUFFLE_BYTE; kind <= PC_SHUFFLE_DELTA; kind++) {
            for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
                for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
                    test(&tiers[t], &seed, (pc_shuffle_kind)kind, lengths[i], widths[w], 1);
            test(&tiers[t], &seed, (pc_shuffle_kind)kind, 300007, 4, 2);
        }
        /* Around the cache, which results of 8 MiB and more go. */
        test(&tiers[t], &seed, PC_SHUFFLE_BYTE, 1100003, 8, 2);
        test(&tiers[t], &seed, PC_SHUFFLE_BIT, 2800005, 3, 2);
        test(&tiers[t], &seed, PC_SHUFFLE_BIT, 33003, 256, 1);
        uint8_t byte = 0;
        CHECK(pc_shuffle(&tiers[t], PC_SHUFFLE_BYTE, &byte, 1, 0, &byte, 1) == PC_ERR_PARAM);
        CHECK(pc_shuffle(&tiers[t], PC_SHUFFLE_BYTE, &byte, 1, 257, &byte, 1) == PC_ERR_PARAM);
        CHECK(pc_unshuffle(&tiers[t], PC_SHUFFLE_BYTE, &byte, SIZE_MAX / 2, 4, &byte, 1) == PC_ERR_PARAM);
    }
    return CHECK_RESULT();
}
