/* Histogram: every ISA tier against plain counting; entropy against closed forms. */
#include "check.h"
#include "pycomp/hist.h"

static void test_counts(const pc_kernels *kernels, uint64_t seed)
{
    for (size_t n = 0; n < 300; n++) {
        uint8_t *src = check_alloc(n);
        uint32_t plain[256] = {0}, counts[256];
        unsigned spread = 1u << (check_random(&seed) % 9);
        for (size_t i = 0; i < n; i++) {
            src[i] = (uint8_t)(check_random(&seed) % spread + 255 * (n & 1));
            plain[src[i]]++;
        }
        pc_hist_u8(kernels, src, n, counts);
        CHECK(memcmp(plain, counts, sizeof plain) == 0);
        kernels->hist_u8(src, n, counts); /* the kernel adds */
        for (unsigned s = 0; s < 256; s++) CHECK(counts[s] == 2 * plain[s]);
        check_free(src, n);
    }
}

static void test_entropy(void)
{
    uint32_t counts[256] = {0};
    CHECK(pc_hist_entropy_q16(counts) == 0);
    counts[9] = 0xffffffffu;
    CHECK(pc_hist_entropy_q16(counts) == 0);
    for (unsigned bits = 0; bits <= 8; bits++) { /* uniform over 2^bits symbols */
        memset(counts, 0, sizeof counts);
        for (unsigned s = 0; s < 1u << bits; s++) counts[s] = 77;
        CHECK(pc_hist_entropy_q16(counts) == ((uint64_t)77 * bits << (bits + 16)));
    }
    memset(counts, 0, sizeof counts);
    counts[0] = 1, counts[1] = 3; /* 8 - 3 log2(3) = 3.2451124978365313 bits */
    uint64_t exact = 212672;      /* round(65536 times that) */
    uint64_t found = pc_hist_entropy_q16(counts);
    CHECK(found + 4 >= exact && found <= exact + 4); /* one unit for each symbol counted */
    uint64_t seed = 5, previous = 0;
    for (unsigned round = 0; round < 1000; round++) { /* splitting one symbol never lowers it */
        for (unsigned s = 0; s < 256; s++) counts[s] = (uint32_t)(check_random(&seed) >> 44);
        counts[200] = 0;
        previous = pc_hist_entropy_q16(counts);
        counts[200] = counts[100] / 2;
        counts[100] -= counts[200];
        CHECK(pc_hist_entropy_q16(counts) >= previous);
    }
}

int main(void)
{
    pc_kernels tiers[3];
    int n = check_tables(tiers);
    for (int i = 0; i < n; i++) test_counts(&tiers[i], (uint64_t)i);
    test_entropy();
    return CHECK_RESULT();
}
