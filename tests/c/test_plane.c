/* Predictors of pictures: every tier against the definitions in wide arithmetic, there and back, in rows of
 * any stride, upside down too. */
#include "check.h"
#include "pycomp/plane.h"

static pc_kernels tiers[3];
static int n_tiers;

static int32_t by_the_book(int32_t a, int32_t b, int32_t c, pc_plane_method method)
{
    int32_t p = a + b - c, low = a < b ? a : b, high = a < b ? b : a;
    switch (method) {
    case PC_PLANE_LEFT: return a;
    case PC_PLANE_UP: return b;
    case PC_PLANE_AVERAGE: return (a + b) / 2;
    case PC_PLANE_MED: return c >= high ? low : c <= low ? high : p;
    case PC_PLANE_PAETH: break;
    }
    if (abs(p - a) <= abs(p - b) && abs(p - a) <= abs(p - c)) return a;
    return abs(p - b) <= abs(p - c) ? b : c;
}

static int32_t sample(const uint8_t *image, ptrdiff_t stride, ptrdiff_t row, ptrdiff_t at, unsigned width)
{
    if (row < 0 || at < 0) return 0;
    const uint8_t *p = image + row * stride + at * (ptrdiff_t)width;
    if (width == 1) return *p;
    uint16_t v;
    memcpy(&v, p, 2);
    return v;
}

static void test(uint64_t *seed, size_t rows, size_t cols, size_t channels, unsigned width, unsigned threads)
{
    size_t samples = cols * channels, bytes = rows * samples * width;
    ptrdiff_t stride = (ptrdiff_t)(samples * width);
    uint8_t *image = check_random_bytes(check_random(seed), bytes), *coded = check_alloc(bytes),
            *back = check_alloc(bytes);
    for (size_t i = 0; i < bytes; i++) /* ties and extremes are common */
        image[i] = image[i] < 64 ? 0 : image[i] < 128 ? 255 : image[i] < 192 ? image[i] & 3 : image[i];
    for (int method = PC_PLANE_LEFT; method <= PC_PLANE_MED; method++)
        for (int t = 0; t < n_tiers; t++)
            for (int turned = 0; turned < 2 && rows != 0; turned++) {
                size_t last = turned ? (rows - 1) * (size_t)stride : 0;
                ptrdiff_t step = turned ? -stride : stride;
                pc_plane_job job = {image + last, coded, step,
                                    stride,       rows,  samples,
                                    channels,     width, (pc_plane_method)method};
                CHECK(pc_plane_predict(&tiers[t], &job, threads) == PC_OK);
                int same = 1;
                for (ptrdiff_t r = 0; r < (ptrdiff_t)rows; r++)
                    for (ptrdiff_t i = 0; i < (ptrdiff_t)samples; i++) {
                        ptrdiff_t left = i - (ptrdiff_t)channels;
                        int32_t p = by_the_book(
                            sample(job.src, step, r, left, width), sample(job.src, step, r - 1, i, width),
                            left < 0 ? 0 : sample(job.src, step, r - 1, left, width), job.method);
                        int32_t want = sample(job.src, step, r, i, width) - p;
                        same &= (want & (width == 1 ? 255 : 65535)) == sample(coded, stride, r, i, width);
                    }
                CHECK(same);
                pc_plane_job undo = {coded,   back + last, stride, step,      rows,
                                     samples, channels,    width,  job.method};
                CHECK(pc_plane_restore(&tiers[t], &undo, threads) == PC_OK);
                CHECK(bytes == 0 || memcmp(back, image, bytes) == 0);
            }
    check_free(image, bytes);
    check_free(coded, bytes);
    check_free(back, bytes);
}

int main(void)
{
    static const size_t cols[] = {0, 1, 2, 3, 17, 64, 150};
    uint64_t seed = 3;
    n_tiers = check_tables(tiers);
    for (size_t i = 0; i < sizeof cols / sizeof *cols; i++)
        for (size_t channels = 1; channels <= 6; channels++)
            for (unsigned width = 1; width <= 2; width++)
                for (unsigned threads = 1; threads <= 2; threads++) {
                    test(&seed, 0, cols[i], channels, width, threads);
                    test(&seed, 1, cols[i], channels, width, threads);
                    test(&seed, 19, cols[i], channels, width, threads);
                }
    test(&seed, 900, 800, 3, 1, 2);
    return CHECK_RESULT();
}
