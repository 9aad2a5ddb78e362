/* Columns gathered and scattered, sums and counters: every tier against the scalar twin, over rows that
 * end at a page nobody may touch. */
#include "check.h"
#include "transform/transpose.h"

static pc_kernels tiers[3];
static int n_tiers;

/* n places, `height` bytes apart, in random order. */
static uint32_t *random_offsets(uint64_t *seed, size_t cols, size_t height)
{
    uint32_t *offsets = malloc((cols + 1) * sizeof *offsets);
    if (offsets == NULL) abort();
    for (size_t c = 0; c < cols; c++) offsets[c] = (uint32_t)(c * height);
    for (size_t c = cols; c > 1; c--) {
        size_t other = (size_t)(check_random(seed) % c);
        uint32_t swapped = offsets[c - 1];
        offsets[c - 1] = offsets[other];
        offsets[other] = swapped;
    }
    return offsets;
}

/* n_rows rows of a matrix, in random order, to columns and back. */
static void test_rows(uint64_t *seed, size_t cols, size_t n_rows, size_t stride)
{
    size_t size = cols * n_rows, all = n_rows == 0 ? 0 : (n_rows - 1) * stride + cols;
    uint8_t *rows = check_random_bytes(check_random(seed), all);
    uint32_t *offsets = random_offsets(seed, cols, n_rows), *order = random_offsets(seed, n_rows, 1);
    for (int i = 0; i < n_tiers; i++) {
        uint8_t *columns = check_alloc(size), *padded = check_alloc(size + PC_STRIP - 1),
                *back = check_alloc(all);
        pc_gather_rows(&tiers[i], rows, stride, order, n_rows, cols, offsets, columns);
        int same = 1;
        for (size_t c = 0; c < cols; c++)
            for (size_t r = 0; r < n_rows; r++)
                same &= columns[offsets[c] + r] == rows[order[r] * stride + c];
        CHECK(same);
        if (size != 0) memcpy(padded, columns, size);
        if (all != 0) memcpy(back, rows, all); /* what lies between rows stays */
        for (size_t r = 0; r < n_rows && cols != 0; r++) memset(back + r * stride, 0xa5, cols);
        pc_scatter_rows(&tiers[i], padded, offsets, cols, back, stride, order, n_rows);
        CHECK(all == 0 || memcmp(back, rows, all) == 0);
        check_free(columns, size);
        check_free(padded, size + PC_STRIP - 1);
        check_free(back, all);
    }
    free(offsets), free(order);
    check_free(rows, all);
}

static void test_sums(uint64_t *seed, size_t n)
{
    uint8_t *bytes = check_random_bytes(check_random(seed), n);
    if (n % 3 == 0 && n != 0) memset(bytes, 255, n);
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += bytes[i];
    for (int t = 0; t < n_tiers; t++) {
        uint32_t *counters = (uint32_t *)(void *)check_alloc(4 * n);
        for (size_t i = 0; i < n; i++) counters[i] = 0xfffffff0u; /* counters wrap alike, too */
        tiers[t].accumulate_u8(bytes, n, counters);
        int same = 1;
        for (size_t i = 0; i < n; i++) same &= counters[i] == 0xfffffff0u + bytes[i];
        CHECK(same);
        CHECK(tiers[t].sum_u8(bytes, n) == sum);
        check_free((uint8_t *)counters, 4 * n);
    }
    check_free(bytes, n);
}

static void test_ranges(uint64_t *seed, size_t n)
{
    uint8_t *bytes = check_random_bytes(check_random(seed), 3 * n);
    if (n % 3 == 0 && n != 0) memset(bytes, 0, n); /* no byte at all */
    for (int t = 0; t < n_tiers; t++) {
        uint8_t *low = check_alloc(n), *high = check_alloc(n);
        for (size_t i = 0; i < n; i++) low[i] = 255, high[i] = 0;
        for (size_t row = 0; row < 3; row++) tiers[t].widen_u8(bytes + row * n, n, low, high);
        int same = 1;
        for (size_t i = 0; i < n; i++) {
            unsigned least = 256, most = 0;
            for (size_t row = 0; row < 3; row++) {
                unsigned b = bytes[row * n + i];
                if (b != 0 && b < least) least = b;
                if (b > most) most = b;
            }
            same &= low[i] == least - 1 && high[i] == most;
        }
        CHECK(same);
        check_free(low, n), check_free(high, n);
    }
    check_free(bytes, 3 * n);
}

int main(void)
{
    static const size_t sizes[] = {0,  1,  7,  8,  9,   15,  16,  17,  31,  32,
                                   33, 63, 64, 65, 255, 256, 257, 384, 1001};
    uint64_t seed = 11;
    n_tiers = check_tables(tiers);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t n_rows = 0; n_rows <= 2 * PC_STRIP + 1; n_rows++)
            test_rows(&seed, sizes[i], n_rows, sizes[i] + n_rows % 3);
    for (size_t n = 0; n < 200; n++) test_sums(&seed, n), test_ranges(&seed, n);
    test_sums(&seed, 65535);
    test_sums(&seed, 1 << 20);
    return CHECK_RESULT();
}
