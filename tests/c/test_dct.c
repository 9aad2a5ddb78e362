/* Cosine transforms: against their definitions, and every tier against the scalar twin, bit for bit. */
#include "check.h"
#include "pycomp/dct.h"
#include "transform/dct_common.h"

static pc_kernels tiers[3];
static int n_tiers;
static const long double pi = 3.14159265358979323846264338L;
static double angles_f64[PC_DCT_ANGLES];
static float angles_f32[PC_DCT_ANGLES];

/* Without the C library's, which wants a library of its own: Taylor's series, whose terms for |x| <= 2 pi
 * stay below 100, in long double. */
static double cosine(long double x)
{
    long double term = 1, sum = 1;
    for (int k = 1; k < 60; k += 2) sum += term *= -x * x / (long double)(k * (k + 1));
    return (double)sum;
}

static double magnitude(double x) { return x < 0 ? -x : x; }

/* A random number in (-1, 1). */
static double number(uint64_t *seed) { return (double)(int64_t)check_random(seed) / 9.3e18; }

/* cosines[i] = cos(2 pi i / 8n) for the length at hand. */
static double cosines[8 * 64];

/* sum x_i cos(...) as the header defines it, with the cosine of the C library. */
static double expected(unsigned type, size_t n, const double *x, size_t k)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        /* The angle in whole steps, reduced before it becomes a floating-point number. */
        size_t steps = type == 2   ? 2 * (2 * i + 1) * k
                       : type == 3 ? 2 * (2 * k + 1) * i
                                   : (2 * i + 1) * (2 * k + 1);
        sum += x[i] * cosines[steps % (8 * n)];
    }
    return sum;
}

/* Lines of n with a step of their own, one type, every tier. */
static void test_lines(uint64_t *seed, size_t item, size_t n, unsigned type, int sine, ptrdiff_t step,
                       ptrdiff_t between, unsigned count)
{
    size_t size = (size_t)(PC_MAX(step, 1) * (ptrdiff_t)n + PC_MAX(between, 1) * PC_DCT_BATCH) * 16;
    uint8_t *src = check_alloc(size), *room = malloc(pc_dct_lines_room(n, item, PC_DCT_BATCH) + 64),
            *first = NULL;
    uint8_t *aligned = room + (64 - (uintptr_t)room % 64) % 64;
    for (size_t i = 0; i < size / item; i++)
        item == 4 ? (((float *)(void *)src)[i] = (float)number(seed))
                  : (((double *)(void *)src)[i] = number(seed));
    pc_dct_lines job = {type, sine, n,    0.5,
                        0.75, step, step, item == 4 ? (void *)(angles_f32 + 1) : angles_f64 + 1};
    for (int t = 0; t < n_tiers; t++) {
        uint8_t *dst = check_alloc(size);
        memset(dst, 0xa5, size);
        const void *from[PC_DCT_BATCH];
        void *to[PC_DCT_BATCH];
        for (unsigned i = 0; i < count; i++) {
            from[i] = src + (ptrdiff_t)i * between * (ptrdiff_t)item;
            to[i] = dst + (ptrdiff_t)i * between * (ptrdiff_t)item;
        }
        (item == 4 ? tiers[t].dct_lines_f32 : tiers[t].dct_lines_f64)(&job, from, to, count, aligned);
        if (t == 0) {
            first = dst;
            for (unsigned line = 0; line < count && n <= 64; line++) {
                double x[64], worst = 0;
                for (size_t i = 0; i < n; i++) {
                    size_t place = (type != 2 && sine) ? n - 1 - i : i;
                    ptrdiff_t at = (ptrdiff_t)line * between + (ptrdiff_t)place * step;
                    x[i] = item == 4 ? (double)((const float *)(const void *)src)[at]
                                     : ((const double *)(const void *)src)[at];
                    if (type == 2 && sine && i % 2 == 1) x[i] = -x[i];
                    if (type == 3) x[i] *= i == 0 ? 0.5 : 0.75;
                }
                for (size_t k = 0; k < n; k++) {
                    size_t place = (type == 2 && sine) ? n - 1 - k : k;
                    ptrdiff_t at = (ptrdiff_t)line * between + (ptrdiff_t)place * step;
                    double y = item == 4 ? (double)((float *)(void *)dst)[at] : ((double *)(void *)dst)[at];
                    double want = expected(type, n, x, k) * (type == 3 ? 1 : k == 0 ? 0.5 : 0.75);
                    if (type != 2 && sine && k % 2 == 1) want = -want;
                    worst = PC_MAX(worst, magnitude(y - want));
                }
                CHECK(worst < (item == 4 ? 6e-8 : 2e-16) * 4 * (double)(4 + n));
            }
        } else {
            CHECK(memcmp(first, dst, size) == 0);
            check_free(dst, size);
        }
    }
    check_free(first, size);
    check_free(src, size);
    free(room);
}

/* Some blocks of a picture with rows wider than they, forward and back, every tier. */
static void test_blocks(uint64_t *seed, size_t item, unsigned s, size_t count)
{
    size_t width = s * count + 3, image_size = width * s * item, coefs_size = (size_t)s * s * count * item;
    uint8_t *image = check_alloc(image_size), *factors = check_alloc((size_t)s * s * item);
    for (size_t i = 0; i < width * s; i++)
        item == 4 ? (((float *)(void *)image)[i] = (float)number(seed))
                  : (((double *)(void *)image)[i] = number(seed));
    for (size_t i = 0; i < (size_t)s * s; i++) {
        double f =
            (i / s == 0 ? 0.5 : 1) * (i % s == 0 ? 0.5 : 1) * 2 / s; /* C C^T = s/2 but for the first */
        item == 4 ? (((float *)(void *)factors)[i] = (float)f) : (((double *)(void *)factors)[i] = f);
    }
    pc_dct_blocks job = {s,
                         (ptrdiff_t)width,
                         (ptrdiff_t)s,
                         (ptrdiff_t)(s * s),
                         0.25,
                         factors,
                         item == 4 ? (void *)(angles_f32 + 1) : angles_f64 + 1};
    uint8_t *first = NULL, *first_back = NULL;
    for (int t = 0; t < n_tiers; t++) {
        uint8_t *coefs = check_alloc(coefs_size), *back = check_alloc(image_size);
        memset(back, 0, image_size);
        (item == 4 ? tiers[t].dct_blocks_f32 : tiers[t].dct_blocks_f64)(&job, image, coefs, count);
        pc_dct_blocks inverse = job;
        uint8_t *plain = check_alloc((size_t)s * s * item);
        for (size_t i = 0; i < (size_t)s * s; i++)
            item == 4 ? (((float *)(void *)plain)[i] = 2.0f / (float)s)
                      : (((double *)(void *)plain)[i] = 2.0 / s);
        inverse.factors = plain;
        (item == 4 ? tiers[t].idct_blocks_f32 : tiers[t].idct_blocks_f64)(&inverse, coefs, back, count);
        if (t == 0) {
            double worst = 0;
            for (size_t r = 0; r < s; r++)
                for (size_t c = 0; c < s * count; c++) {
                    size_t at = r * width + c;
                    worst = PC_MAX(
                        worst,
                        item == 4
                            ? magnitude((double)(((float *)(void *)image)[at] - ((float *)(void *)back)[at]))
                            : magnitude(((double *)(void *)image)[at] - ((double *)(void *)back)[at]));
                }
            CHECK(worst < (item == 4 ? 4e-6 : 8e-15));
            first = coefs, first_back = back;
        } else {
            CHECK(memcmp(first, coefs, coefs_size) == 0 && memcmp(first_back, back, image_size) == 0);
            check_free(coefs, coefs_size), check_free(back, image_size);
        }
        check_free(plain, (size_t)s * s * item);
    }
    check_free(first, coefs_size), check_free(first_back, image_size);
    check_free(image, image_size), check_free(factors, (size_t)s * s * item);
}

/* The integer transform and the quantiser on any numbers at all. */
static void test_fixed(uint64_t *seed, size_t count, unsigned bits)
{
    size_t numbers = 64 * count;
    int16_t *image = (int16_t *)(void *)check_random_bytes(check_random(seed), 2 * numbers);
    for (size_t i = 0; i < numbers; i++) image[i] = (int16_t)(image[i] >> (16 - bits));
    uint16_t table[64], order[64];
    float steps[128];
    for (int i = 0; i < 64; i++)
        table[i] = (uint16_t)(1 + (check_random(seed) >> (48 + check_random(seed) % 16)) % 65535);
    pc_dct_steps(table, steps);
    pc_dct_zigzag(8, order);
    int16_t *first[3] = {NULL, NULL, NULL};
    for (int t = 0; t < n_tiers; t++) {
        int16_t *out[3];
        for (int i = 0; i < 3; i++) out[i] = (int16_t *)(void *)check_alloc(2 * numbers);
        tiers[t].dct_islow(image, (ptrdiff_t)(8 * count), out[0], count);
        tiers[t].dct_quantise(out[0], steps, order, count, out[1]);
        tiers[t].idct_islow(out[0], out[2], (ptrdiff_t)(8 * count), count);
        for (size_t i = 0; i < numbers && t == 0; i++) { /* division as JPEG encoders write it */
            long c = out[0][i / 64 * 64 + order[i % 64]], d = 8L * table[order[i % 64]];
            long want = c < 0 ? -((-c + d / 2) / d) : (c + d / 2) / d;
            CHECK(out[1][i] == (int16_t)want);
        }
        for (int i = 0; i < 3; i++) {
            if (t == 0) {
                first[i] = out[i];
            } else {
                CHECK(memcmp(first[i], out[i], 2 * numbers) == 0);
                check_free((uint8_t *)out[i], 2 * numbers);
            }
        }
    }
    for (int i = 0; i < 3; i++) check_free((uint8_t *)first[i], 2 * numbers);
    check_free((uint8_t *)image, 2 * numbers);
}

/* Rounding of every kind of float. */
static void test_round(uint64_t *seed, size_t n)
{
    static const float odd[] = {0.5f,     1.5f,      2.5f,  -0.5f,  -1.5f, 32767.4f,
                                32767.6f, -32768.6f, 1e30f, -1e30f, -0.0f};
    float *src = (float *)(void *)check_alloc(4 * n);
    uint16_t order[4096];
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = (uint32_t)check_random(seed);
        memcpy(src + i, &bits, 4); /* NaN and infinities come along */
        if (i % 3 == 0) src[i] = odd[i / 3 % (sizeof odd / sizeof odd[0])];
        if (i % 3 == 1) src[i] = (float)(number(seed) * 40000);
        order[i] = (uint16_t)(n - 1 - i);
    }
    int16_t *first = NULL;
    for (int t = 0; t < n_tiers; t++) {
        int16_t *dst = (int16_t *)(void *)check_alloc(2 * n), *again = (int16_t *)(void *)check_alloc(2 * n);
        tiers[t].dct_round(src, n, NULL, 1, dst);
        tiers[t].dct_round(src, n, order, 1, again);
        int same = 1;
        for (size_t i = 0; i < n; i++) same &= dst[i] == again[n - 1 - i];
        CHECK(same);
        check_free((uint8_t *)again, 2 * n);
        if (t == 0) {
            first = dst;
            CHECK(dst[0] == 0 && dst[3] == 2 && dst[6] == 2 && dst[15] == 32767);
        } else {
            CHECK(memcmp(first, dst, 2 * n) == 0);
            check_free((uint8_t *)dst, 2 * n);
        }
    }
    check_free((uint8_t *)first, 2 * n);
    check_free((uint8_t *)src, 4 * n);
}

int main(void)
{
    uint64_t seed = 4;
    n_tiers = check_tables(tiers);
    pc_dct_angles_f32(angles_f32);
    pc_dct_angles_f64(angles_f64);
    double worst = magnitude(angles_f64[0] - 0.70710678118654752440);
    for (size_t h = 2; h <= PC_DCT_MAX; h *= 2)
        for (size_t i = 0; i < h / 2; i += PC_MAX(h / 32, 1)) {
            long double u = pi * (long double)(2 * i + 1) / (long double)(4 * h);
            worst = PC_MAX(worst, PC_MAX(magnitude(angles_f64[h - 1 + 2 * i] - cosine(u)),
                                         magnitude(angles_f64[h + 2 * i] - cosine(pi / 2 - u))));
        }
    CHECK(worst < 2.3e-16);

    for (size_t n = 1; n <= PC_DCT_MAX; n *= 2) {
        for (size_t i = 0; i < 8 * n && n <= 64; i++)
            cosines[i] = cosine(pi * (long double)i / (long double)(4 * n));
        for (unsigned type = 2; type <= 4; type++)
            for (int sine = 0; sine < 2; sine++)
                for (size_t item = 4; item <= 8; item += 4) {
                    unsigned count = (unsigned)(1 + check_random(&seed) % PC_DCT_BATCH);
                    test_lines(&seed, item, n, type, sine, 1, (ptrdiff_t)n, count);
                    test_lines(&seed, item, n, type, sine, PC_DCT_BATCH, 1, PC_DCT_BATCH);
                    test_lines(&seed, item, n, type, sine, 3, (ptrdiff_t)(3 * n), count);
                }
    }
    for (unsigned s = 4; s <= 64; s *= 2)
        for (size_t count = 1; count <= 9; count++)
            test_blocks(&seed, 4, s, count), test_blocks(&seed, 8, s, count);
    for (size_t count = 1; count < 20; count++)
        for (unsigned bits = 8; bits <= 16; bits++) test_fixed(&seed, count, bits);
    for (size_t n = 16; n <= 4096; n *= 4) test_round(&seed, n);
    return CHECK_RESULT();
}
