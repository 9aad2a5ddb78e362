/* Block matching: costs against a plain definition on every tier, at the end of a page nobody may touch;
 * whole searches the same on every tier and number of threads; compensation within its target. */
#include "check.h"
#include "predict/motion_common.h"

static pc_kernels tiers[3];
static int n_tiers;

static int64_t sample(const uint8_t *p, unsigned bytes)
{
    uint16_t wide;
    if (bytes == 1) return *p;
    memcpy(&wide, p, 2);
    return wide;
}

static uint64_t plain(const pc_motion_match *m)
{
    uint64_t sum = 0;
    for (unsigned y = 0; y < m->size; y += 4)
        for (unsigned x = 0; x < m->size; x += 4) {
            int64_t d[4][4], t[4][4];
            for (unsigned i = 0; i < 16; i++) {
                size_t row = y + i / 4, col = (x + i % 4) * m->bytes;
                d[i / 4][i % 4] = sample(m->block + row * (size_t)m->block_stride + col, m->bytes) -
                                  sample(m->reference + row * (size_t)m->stride + col, m->bytes);
            }
            for (unsigned i = 0; i < 16; i++) {
                int64_t v = 0;
                for (unsigned k = 0; k < 4; k++)
                    v += (i / 4 & k & 2 ? -1 : 1) * (i / 4 & k & 1 ? -1 : 1) * d[k][i % 4];
                t[i / 4][i % 4] = v;
            }
            for (unsigned i = 0; i < 16; i++) {
                int64_t v = 0, e = d[i / 4][i % 4];
                for (unsigned k = 0; k < 4; k++)
                    v += (i % 4 & k & 2 ? -1 : 1) * (i % 4 & k & 1 ? -1 : 1) * t[i / 4][k];
                sum += (uint64_t)(m->metric == PC_MOTION_SATD  ? (v < 0 ? -v : v)
                                  : m->metric == PC_MOTION_SAD ? (e < 0 ? -e : e)
                                                               : e * e);
            }
        }
    return m->metric == PC_MOTION_SATD ? sum / 2 : sum;
}

/* The block and its last place end where memory does. */
static void test_costs(uint64_t *seed, unsigned size, unsigned bytes, int extreme)
{
    size_t stride = (size_t)(size + 7) * bytes, n = stride * (size + 1) + size * bytes;
    uint8_t *a = check_random_bytes(check_random(seed), n), *b = check_random_bytes(check_random(seed), n);
    if (extreme) memset(a, 0, n), memset(b, 255, n);
    size_t end = n - (size - 1) * stride - size * bytes;
    for (int metric = 0; metric < 3; metric++)
        for (int t = 0; t < n_tiers; t++) {
            pc_motion_match m = {a + end, b,     (ptrdiff_t)stride,       (ptrdiff_t)stride,
                                 size,    bytes, (pc_motion_metric)metric};
            ptrdiff_t offsets[3] = {0, (ptrdiff_t)bytes, (ptrdiff_t)end};
            uint64_t costs[3];
            tiers[t].motion_costs(&m, offsets, 3, costs);
            for (int i = 0; i < 3; i++) {
                pc_motion_match one = m;
                one.reference = b + offsets[i];
                CHECK(costs[i] == plain(&one));
            }
        }
    check_free(a, n);
    check_free(b, n);
}

static void test_near(uint64_t *seed, unsigned n)
{
    int32_t rows[2][PC_MOTION_CHUNK + 40];
    for (unsigned i = 0; i < PC_MOTION_CHUNK + 40; i++)
        rows[0][i] = (int32_t)(check_random(seed) % 5000), rows[1][i] = (int32_t)(check_random(seed) % 5000);
    for (int32_t limit = 0; limit <= 12000; limit += 3000) {
        pc_motion_quarters q = {{1000, 2000, 3000, 4000}, 8};
        uint8_t want[PC_MOTION_CHUNK + 1], got[PC_MOTION_CHUNK + 1];
        unsigned found = tiers[0].motion_near(&q, rows[0], rows[1], n, limit, want);
        for (int t = 1; t < n_tiers; t++) {
            CHECK(tiers[t].motion_near(&q, rows[0], rows[1], n, limit, got) == found);
            CHECK(memcmp(want, got, found) == 0);
        }
    }
}

static void test_blend(uint64_t *seed, unsigned size, unsigned bytes)
{
    size_t stride = (size + 1) * bytes, n = stride * (size + 1), out = (size_t)size * size * bytes;
    uint8_t *src = check_random_bytes(check_random(seed), n), *dst = check_alloc(out);
    for (int down = 0; down < 4; down++)
        for (int right = 0; right < 4; right++)
            for (int t = 0; t < n_tiers; t++) {
                int same = 1;
                tiers[t].motion_blend(src, (ptrdiff_t)stride, size, bytes, down, right, dst);
                for (unsigned i = 0; i < size * size; i++) {
                    const uint8_t *p = src + i / size * stride + i % size * bytes;
                    int64_t v =
                        (4 - down) * ((4 - right) * sample(p, bytes) + right * sample(p + bytes, bytes)) +
                        down * ((4 - right) * sample(p + stride, bytes) +
                                right * sample(p + stride + bytes, bytes));
                    same &= sample(dst + i * bytes, bytes) == (v + 8) >> 4;
                }
                CHECK(same);
            }
    check_free(src, n);
    check_free(dst, out);
}

/* Pictures of any size, both strides odd: the same on every tier and for every number of threads, and the
 * costs are those of what compensation makes. */
static void test_search(uint64_t *seed, size_t height, size_t width, unsigned bytes, unsigned block,
                        unsigned radius, int method, int subpel)
{
    size_t n = 2 * height * width * bytes, down = (height + block - 1) / block,
           across = (width + block - 1) / block;
    size_t cells = 2 * down * across, field = cells * 2 * sizeof(int32_t);
    uint8_t *a = check_random_bytes(check_random(seed), n), *b = check_alloc(n);
    for (size_t i = 0; i < n; i++) b[i] = (uint8_t)((a[i] = (uint8_t)(a[i] % 9 + i / 3 % 40)) + (i % 7 == 0));
    ptrdiff_t strides[3] = {(ptrdiff_t)(height * width * bytes), (ptrdiff_t)(width * bytes),
                            (ptrdiff_t)bytes};
    int32_t *vectors[2] = {(int32_t *)(void *)check_alloc(field), (int32_t *)(void *)check_alloc(field)};
    uint64_t *costs[2] = {(uint64_t *)(void *)check_alloc(cells * 8),
                          (uint64_t *)(void *)check_alloc(cells * 8)};
    uint8_t *out = check_alloc(n);
    for (int t = 0; t < n_tiers; t++)
        for (unsigned threads = 1; threads <= 2; threads++) {
            int first = t == 0 && threads == 1;
            pc_motion_job job = {.frames = {a, {strides[0], strides[1], strides[2]}},
                                 .references = {b, {strides[0], strides[1], strides[2]}},
                                 .count = 2,
                                 .height = height,
                                 .width = width,
                                 .bytes = bytes,
                                 .block = block,
                                 .radius = radius,
                                 .metric = (pc_motion_metric)(radius % 3),
                                 .method = (pc_motion_method)method,
                                 .subpel = subpel,
                                 .lambda = 300,
                                 .vectors = vectors[!first],
                                 .costs = costs[!first]};
            CHECK(pc_motion_search(&tiers[t], &job, threads) == PC_OK);
            CHECK(first || memcmp(vectors[0], vectors[1], field) == 0);
            CHECK(first || memcmp(costs[0], costs[1], cells * 8) == 0);
            if (!subpel) continue;
            pc_motion_field drawn = {.references = job.references,
                                     .count = 2,
                                     .height = height,
                                     .width = width,
                                     .bytes = bytes,
                                     .block = block,
                                     .vectors = vectors[0],
                                     .dst = out};
            CHECK(pc_motion_compensate(&tiers[t], &drawn, threads) == PC_OK);
            if (height % block != 0 || width % block != 0) continue;
            pc_motion_match last = {a + n / 2 - ((block - 1) * width + block) * bytes,
                                    out + n / 2 - ((block - 1) * width + block) * bytes,
                                    strides[1],
                                    strides[1],
                                    block,
                                    bytes,
                                    job.metric};
            CHECK(plain(&last) == costs[0][down * across - 1]);
        }
    check_free(a, n);
    check_free(b, n);
    check_free(out, n);
    for (int i = 0; i < 2; i++) {
        check_free((uint8_t *)vectors[i], field);
        check_free((uint8_t *)costs[i], cells * 8);
    }
}

int main(void)
{
    uint64_t seed = 5;
    n_tiers = check_tables(tiers);
    for (unsigned size = 4; size <= 64; size += 4)
        for (unsigned bytes = 1; bytes <= 2; bytes++) {
            test_costs(&seed, size, bytes, 0);
            test_costs(&seed, size, bytes, 1);
            test_blend(&seed, size, bytes);
        }
    for (unsigned n = 1; n <= PC_MOTION_CHUNK; n++) test_near(&seed, n);
    for (int method = 0; method < 4; method++)
        for (int subpel = 0; subpel < 2; subpel++)
            for (unsigned bytes = 1; bytes <= 2; bytes++) {
                test_search(&seed, 64, 96, bytes, 16, 7, method, subpel);
                test_search(&seed, 75, 101, bytes, 8, 12, method, subpel);
                test_search(&seed, 150, 40, bytes, 4, 5, method, subpel);
                test_search(&seed, 64, 64, bytes, 64, 36, method, subpel);
                test_search(&seed, 5, 4, bytes, 4, 0, method, subpel);
            }
    pc_motion_job bad = {.count = 1, .height = 8, .width = 8, .bytes = 1, .block = 6};
    CHECK(pc_motion_search(&tiers[0], &bad, 1) == PC_ERR_PARAM);
    bad.block = 8, bad.radius = PC_MOTION_MAX_RADIUS + 1;
    CHECK(pc_motion_search(&tiers[0], &bad, 1) == PC_ERR_PARAM);
    bad.radius = 4, bad.bytes = 4;
    CHECK(pc_motion_search(&tiers[0], &bad, 1) == PC_ERR_PARAM);
    return CHECK_RESULT();
}
