/* Wavelet kernels: every tier gives the scalar twin's bits, over rows that end at a page nobody may touch. */
#include "check.h"
#include "pycomp/dwt.h"
#include "pycomp/lift.h"

static pc_kernels tiers[3];
static int n_tiers;

static float *floats(uint64_t *seed, size_t n)
{
    float *values = (float *)(void *)check_alloc(n * sizeof(float));
    for (size_t i = 0; i < n; i++) values[i] = (float)(int64_t)check_random(seed) * 0x1p-62f;
    return values;
}

static void test_fir(uint64_t *seed, unsigned taps, size_t n)
{
    float *row[16], c0[16], c1[16];
    double *wide[16], d0[16], d1[16];
    size_t size = n * sizeof(float);
    for (unsigned t = 0; t < taps; t++) {
        row[t] = floats(seed, n);
        wide[t] = (double *)(void *)check_alloc(2 * size);
        for (size_t i = 0; i < n; i++) wide[t][i] = (double)row[t][i] / 3;
        c0[t] = (float)(d0[t] = (double)(int64_t)check_random(seed) * 0x1p-62);
        c1[t] = (float)(d1[t] = (double)(int64_t)check_random(seed) * 0x1p-62);
    }
    uint8_t *want = NULL, *wants = NULL;
    for (int k = 0; k < n_tiers; k++) {
        uint8_t *out = check_alloc(2 * size), *outs = check_alloc(4 * size);
        float *joined = (float *)(void *)check_alloc(2 * size);
        double *wide_joined = (double *)(void *)check_alloc(4 * size);
        tiers[k].fir_pair_f32((const float *const *)row, c0, c1, taps, (float *)(void *)out,
                              (float *)(void *)(out + size), n);
        tiers[k].fir_pair_f64((const double *const *)wide, d0, d1, taps, (double *)(void *)outs,
                              (double *)(void *)(outs + 2 * size), n);
        tiers[k].fir_join_f32((const float *const *)row, c0, c1, taps, joined, n);
        tiers[k].fir_join_f64((const double *const *)wide, d0, d1, taps, wide_joined, n);
        int same = 1;
        for (size_t i = 0; i < n; i++)
            for (size_t odd = 0; odd < 2; odd++)
                same &= joined[2 * i + odd] == ((float *)(void *)out)[odd * n + i] &&
                        wide_joined[2 * i + odd] == ((double *)(void *)outs)[odd * n + i];
        CHECK(same);
        check_free((uint8_t *)joined, 2 * size);
        check_free((uint8_t *)wide_joined, 4 * size);
        if (k == 0) {
            want = out, wants = outs;
            continue;
        }
        CHECK(n == 0 || memcmp(out, want, 2 * size) == 0);
        CHECK(n == 0 || memcmp(outs, wants, 4 * size) == 0);
        check_free(out, 2 * size);
        check_free(outs, 4 * size);
    }
    check_free(want, 2 * size);
    check_free(wants, 4 * size);
    for (unsigned t = 0; t < taps; t++)
        check_free((uint8_t *)row[t], size), check_free((uint8_t *)wide[t], 2 * size);
}

static void test_split(uint64_t *seed, size_t n)
{
    float *src = floats(seed, 2 * n);
    size_t size = n * sizeof(float);
    for (int k = 0; k < n_tiers; k++) {
        uint8_t *even = check_alloc(size), *odd = check_alloc(size), *back = check_alloc(2 * size);
        tiers[k].dwt_split_f32(src, n, (float *)(void *)even, (float *)(void *)odd);
        int same = 1;
        for (size_t i = 0; i < n; i++)
            same &= ((float *)(void *)even)[i] == src[2 * i] && ((float *)(void *)odd)[i] == src[2 * i + 1];
        CHECK(same);
        for (unsigned width = 1; width <= 8; width *= 2) { /* the same bytes as integers */
            size_t pairs = size / width;
            memset(back, 0, 2 * size);
            tiers[k].lift_split(src, pairs, even, odd, width);
            tiers[k].lift_join(even, odd, pairs, back, width);
            CHECK(n == 0 || memcmp(back, src, 2 * pairs * width) == 0);
        }
        check_free(even, size);
        check_free(odd, size);
        check_free(back, 2 * size);
    }
    check_free((uint8_t *)src, 2 * size);
}

/* Copies around the cache, at every place of a line. */
static void test_stream(uint64_t *seed, size_t n)
{
    uint8_t *src = check_random_bytes(check_random(seed), n), *dst = check_alloc(n + 64);
    for (int k = 0; k < n_tiers; k++)
        for (size_t at = 0; at <= 64; at++) {
            memset(dst, 0x5a, n + 64);
            tiers[k].stream_copy(dst + at, src, n);
            tiers[k].stream_end();
            int same = n == 0 || memcmp(dst + at, src, n) == 0;
            for (size_t i = 0; i < 64; i++) same &= dst[i < at ? i : n + i] == 0x5a;
            CHECK(same);
        }
    check_free(src, n);
    check_free(dst, n + 64);
}

static void test_lift(uint64_t *seed, size_t n, unsigned width)
{
    size_t size = n * width;
    uint8_t *in = check_random_bytes(check_random(seed), 3 * size), *want = NULL;
    for (int k = 0; k < n_tiers; k++) {
        uint8_t *out = check_alloc(6 * size);
        for (int back = 0; back < 2; back++) {
            for (int is_signed = 0; is_signed < 2; is_signed++)
                tiers[k].lift_predict(in, in + size, in + 2 * size,
                                      out + (size_t)(2 * back + is_signed) * size, n, width, is_signed, back);
            tiers[k].lift_update(in, in + size, in + 2 * size, out + (size_t)(4 + back) * size, n, width,
                                 back);
        }
        if (k == 0) {
            want = out;
            continue;
        }
        CHECK(n == 0 || memcmp(out, want, 6 * size) == 0);
        check_free(out, 6 * size);
    }
    check_free(want, 6 * size);
    check_free(in, 3 * size);
}

static void test_parameters(void)
{
    static const size_t lengths[] = {1, 2, 5, 9};
    for (int mode = PC_DWT_ZERO; mode <= PC_DWT_PERIODIZATION; mode++)
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
            for (unsigned taps = 2; taps <= 8; taps += 2) {
                size_t band = pc_dwt_band(lengths[i], taps, (pc_dwt_mode)mode);
                size_t back = pc_dwt_signal(band, taps, (pc_dwt_mode)mode);
                CHECK(back == lengths[i] + lengths[i] % 2);
            }
    pc_dwt_job job = {0};
    CHECK(pc_dwt(&tiers[0], &job, 1) == PC_ERR_PARAM);
    pc_dwt_bank bank = {3, {0}, {0}};
    job.axes = 1;
    job.bank[1] = &bank;
    CHECK(pc_dwt(&tiers[0], &job, 1) == PC_ERR_PARAM);
    bank.taps = PC_DWT_MAX_TAPS + 2;
    CHECK(pc_dwt(&tiers[0], &job, 1) == PC_ERR_PARAM);
    pc_lift_job lift = {0};
    lift.width = 3;
    CHECK(pc_lift53(&tiers[0], &lift, 1) == PC_ERR_PARAM);
}

int main(void)
{
    static const size_t lengths[] = {0, 1, 3, 15, 16, 17, 63, 64, 65, 200};
    uint64_t seed = 5;
    n_tiers = check_tables(tiers);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        for (unsigned taps = 1; taps <= 16; taps++) test_fir(&seed, taps, lengths[i]);
        test_split(&seed, lengths[i]);
        test_stream(&seed, lengths[i]);
        test_stream(&seed, 5 * lengths[i]);
        for (unsigned width = 1; width <= 8; width *= 2) test_lift(&seed, lengths[i], width);
    }
    test_parameters();
    return CHECK_RESULT();
}
