/* Differences: every tier against a plain definition, in place too, over streams that end at a page nobody
 * may touch; and the walks of arrays. */
#include "check.h"
#include "pycomp/delta.h"

static pc_kernels tiers[3];
static int n_tiers;

static uint64_t mask_of(unsigned width) { return width == 8 ? ~(uint64_t)0 : ((uint64_t)1 << 8 * width) - 1; }

static uint64_t get(const uint8_t *p, unsigned width)
{
    uint64_t v = 0;
    for (unsigned b = 0; b < width; b++) v |= (uint64_t)p[b] << 8 * b;
    return v;
}

static void put(uint8_t *p, unsigned width, uint64_t v)
{
    for (unsigned b = 0; b < width; b++) p[b] = (uint8_t)(v >> 8 * b);
}

/* One difference of a line, by the book. */
static void plain(uint8_t *line, size_t n, unsigned width, size_t distance, int xor_bits, int zigzag)
{
    for (size_t i = n; i-- > 0;) {
        uint64_t v = get(line + i * width, width),
                 p = i >= distance ? get(line + (i - distance) * width, width) : 0;
        v = (xor_bits ? v ^ p : v - p) & mask_of(width);
        if (zigzag) v = ((v << 1) ^ (v >> (8 * width - 1) ? ~(uint64_t)0 : 0)) & mask_of(width);
        put(line + i * width, width, v);
    }
}

static void test_line(uint64_t *seed, size_t n, unsigned width, size_t distance, unsigned order, int xor_bits,
                      int zigzag)
{
    size_t bytes = n * width;
    uint8_t *src = check_random_bytes(check_random(seed), bytes), *want = check_alloc(bytes);
    if (bytes != 0) memcpy(want, src, bytes);
    for (unsigned pass = 1; pass <= order; pass++)
        plain(want, n, width, distance, xor_bits, zigzag && pass == order);
    if (order == 0 && zigzag) plain(want, n, width, n + 1, 0, 1);
    for (int t = 0; t < n_tiers; t++) {
        uint8_t *coded = check_alloc(bytes), *back = check_alloc(bytes);
        pc_delta_line(&tiers[t], src, coded, n, width, distance, order, xor_bits, zigzag);
        CHECK(bytes == 0 || memcmp(coded, want, bytes) == 0);
        pc_undelta_line(&tiers[t], coded, back, n, width, distance, order, xor_bits, zigzag);
        CHECK(bytes == 0 || memcmp(back, src, bytes) == 0);
        pc_delta_line(&tiers[t], back, back, n, width, distance, order, xor_bits, zigzag);
        CHECK(bytes == 0 || memcmp(back, want, bytes) == 0);
        pc_undelta_line(&tiers[t], back, back, n, width, distance, order, xor_bits, zigzag);
        CHECK(bytes == 0 || memcmp(back, src, bytes) == 0);
        check_free(coded, bytes);
        check_free(back, bytes);
    }
    check_free(src, bytes);
    check_free(want, bytes);
}

/* A matrix of rows x cols: each axis, from any layout to any layout, and in place. */
static void test_array(uint64_t *seed, size_t rows, size_t cols, unsigned width, unsigned axis,
                       int src_turned, int dst_turned, unsigned threads)
{
    size_t shape[2] = {rows, cols}, bytes = rows * cols * width;
    ptrdiff_t w = (ptrdiff_t)width, layouts[2][2] = {{(ptrdiff_t)cols * w, w}, {w, (ptrdiff_t)rows * w}};
    uint8_t *src = check_random_bytes(check_random(seed), bytes), *coded = check_alloc(bytes),
            *back = check_alloc(bytes), *lines = check_alloc(bytes);
    for (int t = 0; t < n_tiers; t++) {
        pc_delta_job job = {src, coded, 2, axis, width, 2, shape, layouts[src_turned], layouts[dst_turned],
                            2,   0,     0, 1};
        CHECK(pc_delta_array(&tiers[t], &job, threads) == PC_OK);
        size_t n = shape[axis], others = shape[1 - axis];
        int same = 1;
        for (size_t line = 0; line < others; line++) {
            ptrdiff_t from = (ptrdiff_t)line * layouts[src_turned][1 - axis];
            ptrdiff_t to = (ptrdiff_t)line * layouts[dst_turned][1 - axis];
            for (size_t i = 0; i < n; i++)
                memcpy(lines + i * width, src + from + (ptrdiff_t)i * layouts[src_turned][axis], width);
            plain(lines, n, width, 2, 0, 0);
            plain(lines, n, width, 2, 0, 1);
            for (size_t i = 0; i < n; i++)
                same &= memcmp(lines + i * width, coded + to + (ptrdiff_t)i * layouts[dst_turned][axis],
                               width) == 0;
        }
        CHECK(same);
        pc_delta_job undo = {coded, back, 2, axis, width, 2, shape, layouts[dst_turned], layouts[src_turned],
                             2,     1,    0, 1};
        CHECK(pc_delta_array(&tiers[t], &undo, threads) == PC_OK);
        CHECK(bytes == 0 || memcmp(back, src, bytes) == 0);
        pc_delta_job twice = {back, back, 2, axis, width, 1, shape, layouts[src_turned], layouts[src_turned],
                              3,    0,    1, 0};
        CHECK(pc_delta_array(&tiers[t], &twice, threads) == PC_OK);
        twice.inverse = 1;
        CHECK(pc_delta_array(&tiers[t], &twice, threads) == PC_OK);
        CHECK(bytes == 0 || memcmp(back, src, bytes) == 0);
    }
    check_free(src, bytes);
    check_free(coded, bytes);
    check_free(back, bytes);
    check_free(lines, bytes);
}

int main(void)
{
    static const size_t lengths[] = {0, 1, 2, 3, 7, 31, 64, 65, 129, 1000};
    static const size_t distances[] = {1, 2, 3, 4, 5, 8, 16, 17, 40, 200, 5000};
    uint64_t seed = 7;
    n_tiers = check_tables(tiers);
    for (unsigned width = 1; width <= 8; width *= 2)
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
            for (size_t d = 0; d < sizeof distances / sizeof *distances; d++)
                for (unsigned order = 0; order <= 3; order++)
                    for (int kind = 0; kind < 3; kind++)
                        test_line(&seed, lengths[i], width, distances[d], order, kind == 2, kind == 1);
    for (unsigned width = 1; width <= 8; width *= 2)
        for (int layout = 0; layout < 8; layout++)
            for (unsigned threads = 1; threads <= 2; threads++) {
                test_array(&seed, 9, 150, width, layout & 1, layout >> 1 & 1, layout >> 2, threads);
                test_array(&seed, 40, 3, width, layout & 1, layout >> 1 & 1, layout >> 2, threads);
                test_array(&seed, 1, 1, width, layout & 1, layout >> 1 & 1, layout >> 2, threads);
                test_array(&seed, 0, 5, width, layout & 1, layout >> 1 & 1, layout >> 2, threads);
            }
    test_line(&seed, 300000, 4, 1, 1, 0, 0);
    return CHECK_RESULT();
}
