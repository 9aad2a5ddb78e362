/* Quantisation: every tier gives the scalar twin's bits, over strides and at the end of a page nobody may
 * touch; packing against one bit after the other. */
#include "check.h"
#include "pycomp/quant.h"

static pc_kernels tiers[3];
static int n_tiers;

static void fill(uint64_t *seed, uint8_t *numbers, size_t n, int is_double)
{
    for (size_t i = 0; i < n; i++) {
        double v = ((double)(int64_t)check_random(seed)) / 4e17; /* -23 .. 23 */
        float f = (float)v;
        memcpy(numbers + i * (is_double ? 8 : 4), is_double ? (void *)&v : (void *)&f, is_double ? 8 : 4);
    }
}

static void test_array(uint64_t *seed, size_t rows, size_t cols, int is_double, unsigned code_bytes, int rule,
                       int turned, int shared, int is_signed)
{
    size_t item = is_double ? 8 : 4, n = rows * cols, groups = shared ? 1 : cols;
    uint8_t *src = check_alloc(n * item), *scales = check_alloc(groups * item),
            *zeros = check_alloc(groups * 4);
    uint8_t *codes[2] = {check_alloc(n * code_bytes), check_alloc(n * code_bytes)};
    uint8_t *back[2] = {check_alloc(n * item), check_alloc(n * item)}, *bounds = check_alloc(3 * item);
    fill(seed, src, n, is_double);
    for (size_t g = 0; g < groups; g++) {
        double scale = 0.1 + (double)g / 64, bound;
        float narrow = (float)scale;
        int32_t zero = rule == PC_QUANT_NEAREST ? (int32_t)(g % 5) : 0;
        memcpy(scales + g * item, is_double ? (void *)&scale : (void *)&narrow, item);
        memcpy(zeros + g * 4, &zero, 4);
        for (int i = 0; i < 3 && g == 0; i++) {
            bound = 20.0 * (i - 1), narrow = (float)bound;
            memcpy(bounds + (size_t)i * item, is_double ? (void *)&bound : (void *)&narrow, item);
        }
    }
    size_t shape[2] = {rows, cols};
    ptrdiff_t plain[2] = {(ptrdiff_t)(cols * item), (ptrdiff_t)item};
    ptrdiff_t straight[2] = {(ptrdiff_t)(cols * code_bytes), (ptrdiff_t)code_bytes};
    ptrdiff_t across[2] = {(ptrdiff_t)code_bytes, (ptrdiff_t)(rows * code_bytes)};
    ptrdiff_t scale_strides[2] = {0, shared ? 0 : 1}, index_strides[2] = {(ptrdiff_t)cols, 1};
    int32_t most = (code_bytes == 1 ? 255 : 65535) >> is_signed, least = is_signed ? -most : 0;
    for (int t = 0; t < n_tiers; t++)
        for (unsigned threads = 1; threads <= 2; threads++) {
            int first = t == 0 && threads == 1, finite = 7;
            pc_quant_job job = {.how = {(pc_quant_rule)rule, is_double, code_bytes, is_signed, least, most,
                                        rule == PC_QUANT_DEAD_ZONE ? 0.25 : 0, 99, bounds, 3},
                                .src = src,
                                .dst = codes[!first],
                                .scales = scales,
                                .zeros = (const int32_t *)(void *)zeros,
                                .dims = 2,
                                .shape = shape,
                                .src_strides = plain,
                                .dst_strides = turned ? across : straight,
                                .scale_strides = scale_strides,
                                .index_strides = index_strides};
            CHECK(pc_quant_array(&tiers[t], &job, threads, &finite) == PC_OK);
            CHECK(finite == 1);
            CHECK(first || memcmp(codes[0], codes[1], n * code_bytes) == 0);
            job.src = codes[0], job.dst = back[!first], job.inverse = 1;
            job.src_strides = turned ? across : straight, job.dst_strides = plain;
            CHECK(pc_quant_array(&tiers[t], &job, threads, &finite) == PC_OK);
            CHECK(first || memcmp(back[0], back[1], n * item) == 0);
        }
    check_free(src, n * item);
    check_free(scales, groups * item);
    check_free(zeros, groups * 4);
    check_free(bounds, 3 * item);
    for (int i = 0; i < 2; i++) check_free(codes[i], n * code_bytes), check_free(back[i], n * item);
}

/* A number that is not finite is found wherever it stands, and the greatest finite one is not taken for it.
 */
static void test_unreal(uint64_t *seed, size_t n)
{
    static const uint32_t kinds[] = {0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffa00001};
    uint8_t *src = check_alloc(n * 4), *codes = check_alloc(n);
    const float scale = 1;
    const int32_t zero = 0;
    const ptrdiff_t number = 4, one = 1, shared = 0;
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
        for (int t = 0; t < n_tiers; t++) {
            int finite = 7;
            size_t at = check_random(seed) % n;
            fill(seed, src, n, 0);
            memcpy(src + 4 * at, &kinds[kind], 4);
            pc_quant_job job = {.how = {.code_bytes = 1, .code_signed = 1, .low = -127, .high = 127},
                                .src = src,
                                .dst = codes,
                                .scales = &scale,
                                .zeros = &zero,
                                .dims = 1,
                                .shape = &n,
                                .src_strides = &number,
                                .dst_strides = &one,
                                .scale_strides = &shared,
                                .index_strides = &one};
            CHECK(pc_quant_array(&tiers[t], &job, 1, &finite) == PC_OK);
            CHECK(finite == (kind < 2));
            CHECK(kind >= 2 || (int8_t)codes[at] == (kind == 0 ? 127 : -127));
        }
    check_free(src, n * 4);
    check_free(codes, n);
}

static __attribute__((noinline)) void stain_stack(void)
{
    volatile int32_t stain[1 << 14];
    for (size_t i = 0; i < sizeof stain / sizeof *stain; i++) stain[i] = INT32_MIN;
}

/* Fewer numbers than a vector, each with its own scale: what the stack holds must not be calculated with. */
static void test_few(void)
{
    const float numbers[3] = {1, 2, 3}, scales[3] = {1, 1, 1};
    const int32_t zeros[3] = {0, 1, 2};
    const size_t n = 3;
    const ptrdiff_t number = 4, one = 1;
    for (int t = 0; t < n_tiers; t++) {
        uint8_t codes[3];
        int finite = 7;
        pc_quant_job job = {.how = {.code_bytes = 1, .low = 0, .high = 255},
                            .src = numbers,
                            .dst = codes,
                            .scales = scales,
                            .zeros = zeros,
                            .dims = 1,
                            .shape = &n,
                            .src_strides = &number,
                            .dst_strides = &one,
                            .scale_strides = &one,
                            .index_strides = &one};
        stain_stack();
        CHECK(pc_quant_array(&tiers[t], &job, 1, &finite) == PC_OK);
        CHECK(finite == 1 && codes[0] == 1 && codes[1] == 3 && codes[2] == 5);
    }
}

static void test_rows(uint64_t *seed, size_t rows, size_t n, int is_double)
{
    enum { TRIES = 3 };
    size_t item = is_double ? 8 : 4, bytes = rows * n * item, cells = TRIES * rows;
    uint8_t *src = check_alloc(bytes), *scales = check_alloc(cells * item), *zeros = check_alloc(cells * 4);
    uint8_t *ends[2] = {check_alloc(2 * rows * item), check_alloc(2 * rows * item)};
    uint8_t *errors[2] = {check_alloc(cells * 8), check_alloc(cells * 8)};
    fill(seed, src, rows * n, is_double);
    fill(seed, scales, cells, is_double);
    for (size_t i = 0; i < cells * item; i += item) scales[i + item - 1] &= 127; /* positive */
    memset(zeros, 0, cells * 4);
    pc_quant_how how = {.is_double = is_double, .code_bytes = 1, .low = -7, .high = 7};
    for (int t = 0; t < n_tiers; t++) {
        uint8_t *low = ends[t != 0], *high = low + rows * item;
        CHECK(pc_quant_range(&tiers[t], src, is_double, rows, n, low, high, 2) == PC_OK);
        CHECK(memcmp(ends[0], low, 2 * rows * item) == 0);
        CHECK(pc_quant_errors(&tiers[t], &how, src, rows, n, scales, (const int32_t *)(void *)zeros, TRIES,
                              (double *)(void *)errors[t != 0], 2) == PC_OK);
        CHECK(memcmp(errors[0], errors[t != 0], cells * 8) == 0);
        for (size_t i = 0; i < n; i++) {
            float v, least;
            memcpy(&v, src + i * item, 4), memcpy(&least, low, 4);
            CHECK(is_double || v >= least);
        }
    }
    memset(src + (n - 1) * item, 255, item); /* NaN */
    for (int t = 0; t < n_tiers; t++) {
        double wide = 0;
        float narrow = 0;
        pc_quant_range(&tiers[t], src, is_double, rows, n, ends[0], ends[1], 1);
        memcpy(is_double ? (void *)&wide : (void *)&narrow, ends[0], item);
        CHECK(is_double ? wide != wide : narrow != narrow);
    }
    check_free(src, bytes);
    check_free(scales, cells * item);
    check_free(zeros, cells * 4);
    for (int i = 0; i < 2; i++) check_free(ends[i], 2 * rows * item), check_free(errors[i], cells * 8);
}

static void test_pack(uint64_t *seed, size_t n, unsigned bits)
{
    size_t bytes = pc_packed_size(n, bits);
    uint8_t *codes = check_random_bytes(check_random(seed), n), *packed = check_alloc(bytes),
            *back = check_alloc(n);
    CHECK(bytes == (n * bits + 7) / 8);
    for (int t = 0; t < n_tiers; t++)
        for (int is_signed = 0; is_signed < 2; is_signed++) {
            int same = 1;
            pc_pack(&tiers[t], codes, n, bits, packed);
            for (size_t i = 0; i < n * bits; i++)
                same &= (packed[i / 8] >> i % 8 & 1) == (codes[i / bits] >> i % bits & 1);
            pc_unpack(&tiers[t], packed, n, bits, is_signed, back);
            for (size_t i = 0; i < n; i++) {
                unsigned code = codes[i] & ((1u << bits) - 1);
                if (is_signed && code >> (bits - 1)) code |= ~((1u << bits) - 1);
                same &= back[i] == (uint8_t)code;
            }
            CHECK(same);
        }
    check_free(codes, n);
    check_free(packed, bytes);
    check_free(back, n);
}

int main(void)
{
    static const size_t shapes[][2] = {{1, 1},   {3, 5},   {7, 16},    {2, 300},
                                       {40, 33}, {300, 2}, {1, 70000}, {0, 4}};
    uint64_t seed = 11;
    n_tiers = check_tables(tiers);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int kind = 0; kind < 32; kind++)
            for (int rule = 0; rule < 4; rule++)
                test_array(&seed, shapes[i][0], shapes[i][1], kind & 1, kind & 2 ? 2 : 1, rule, kind >> 2 & 1,
                           kind >> 3 & 1, kind >> 4 & 1);
    test_few();
    for (size_t n = 1; n < 70; n++) test_unreal(&seed, n);
    for (size_t n = 1; n < 70; n++) test_rows(&seed, 3, n, n & 1), test_rows(&seed, 2, n, !(n & 1));
    test_rows(&seed, 2, 1000, 0);
    for (unsigned bits = 1; bits <= 8; bits++)
        for (size_t n = 0; n < 150; n++) test_pack(&seed, n, bits);
    return CHECK_RESULT();
}
