/* DEFLATE compression: round trips at every level and strategy, tiers equal byte for byte, calls of any size
 * equal to one call, flushes where zlib has them, bounds, and code lengths against their definition. */
#include "check.h"
#include "deflate/deflate_codes.h"
#include "pycomp/deflate.h"
#include "pycomp/inflate.h"

enum { KINDS = 7, MIXED = KINDS };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Test data: noise, text-like, DNA, runs, a period, zeros, noise with distant repeats; MIXED: each in turn.
 */
static uint8_t *make(unsigned kind, size_t n, uint64_t seed)
{
    static const char words[] =
        "the of and compression window a match literal distance length block in to is ";
    uint8_t *data = check_alloc(n);
    for (size_t i = 0; i < n; i++) {
        uint64_t r = check_random(&seed);
        switch (kind == MIXED ? i / 90000 % KINDS : kind) {
        case 0: data[i] = (uint8_t)r; break;
        case 1:
            if (i % 7 == 0) {
                for (size_t from = r % (sizeof words - 8), j = 0; j < 7 && i + j < n; j++)
                    data[i + j] = (uint8_t)words[from + j];
            }
            break;
        case 2: data[i] = (uint8_t)"ACGT"[r & 3]; break;
        case 3: data[i] = i > 0 && r % 50 != 0 ? data[i - 1] : (uint8_t)r; break;
        case 4: data[i] = (uint8_t)(i % 77 * 5); break;
        case 5: data[i] = 0; break;
        default: data[i] = i > 32768 && i % 40 < 20 ? data[i - 32768] : (uint8_t)r; break;
        }
    }
    return data;
}

static void *block(size_t n)
{
    void *p = aligned_alloc(64, (n + 63) / 64 * 64);
    if (p == NULL) abort();
    return p;
}

static int decodes_to(const pc_kernels *k, pc_wrap wrap, const uint8_t *src, size_t n, const uint8_t *want,
                      size_t len)
{
    pc_inflate *s = block(pc_inflate_size());
    uint8_t *out = block(len + 1);
    size_t used = 0, got = 0;
    int good = pc_inflate_whole(k, s, wrap, src, n, &used, out, len + 1, &got) == PC_OK && used == n &&
               got == len && (len == 0 || memcmp(out, want, len) == 0);
    free(out);
    free(s);
    return good;
}

static size_t whole(const pc_kernels *k, const pc_deflate_params *p, const uint8_t *src, size_t n,
                    uint8_t *dst, size_t cap)
{
    pc_deflate *s = block(pc_deflate_size(p));
    size_t len = 0;
    pc_status status = pc_deflate_whole(k, s, p, src, n, dst, cap, &len);
    CHECK(status == PC_OK);
    free(s);
    return len;
}

/* The same input by calls of random sizes, with room of random sizes and a copy of the state now and then. */
static size_t pieces(const pc_kernels *k, const pc_deflate_params *p, const uint8_t *src, size_t n,
                     uint8_t *dst, size_t cap, uint64_t seed)
{
    size_t size = pc_deflate_size(p), step = 1 + check_random(&seed) % (n + 1);
    pc_deflate *s = block(size);
    const uint8_t *in = src;
    uint8_t *out = dst;
    int done = 0;
    CHECK(pc_deflate_init(s, p) == PC_OK);
    while (!done) {
        size_t take = smaller(check_random(&seed) % (step + 1), (size_t)(src + n - in));
        size_t room = smaller(check_random(&seed) % (step + 9), (size_t)(dst + cap - out));
        const uint8_t *end = in + take;
        pc_flush flush = end == src + n ? PC_FINISH : PC_NO_FLUSH;
        uint8_t *limit = out + room;
        CHECK(pc_deflate_run(k, s, &in, end, &out, limit, flush, &done) == PC_OK);
        CHECK(out <= limit && in <= end);
        if (flush == PC_NO_FLUSH) done = 0;
        if (check_random(&seed) % 16 == 0) {
            pc_deflate *copy = block(size);
            memcpy((void *)copy, (void *)s, size);
            free(s);
            s = copy;
        }
    }
    free(s);
    return (size_t)(out - dst);
}

static void test_level(const pc_kernels tables[3], int tiers, pc_deflate_params p, unsigned kind, size_t n)
{
    uint8_t *src = make(kind, n, n + kind);
    size_t cap = pc_deflate_bound(&p, n);
    uint8_t *first = block(cap + 1), *other = block(cap + 1);
    size_t len = whole(&tables[0], &p, src, n, first, cap);
    CHECK(len <= cap);
    CHECK(decodes_to(&tables[0], p.wrap, first, len, src, n));
    for (int i = 1; i < tiers; i++) {
        size_t again = whole(&tables[i], &p, src, n, other, cap);
        CHECK(again == len && memcmp(first, other, len) == 0);
    }
    size_t parts = pieces(&tables[tiers - 1], &p, src, n, other, cap, n * 31 + kind);
    CHECK(parts == len && memcmp(first, other, len) == 0);

    pc_deflate *s = block(pc_deflate_size(&p));
    uint8_t *tight = check_alloc(len);
    size_t got = 0;
    CHECK(pc_deflate_whole(&tables[tiers - 1], s, &p, src, n, tight, len, &got) == PC_OK && got == len);
    CHECK(memcmp(tight, first, len) == 0);
    CHECK(pc_deflate_whole(&tables[tiers - 1], s, &p, src, n, tight + 1, len - 1, &got) == PC_ERR_DST_SIZE);
    check_free(tight, len);
    free(s);
    free(other);
    free(first);
    check_free(src, n);
}

static void test_levels(const pc_kernels tables[3], int tiers)
{
    static const size_t sizes[] = {0, 1, 2, 3, 4, 7, 8, 9, 300, 5000, 70001, 262144, 300000};
    for (int level = 0; level <= PC_DEFLATE_MAX_LEVEL; level++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            unsigned kind = (unsigned)(level + (int)i) % KINDS;
            pc_deflate_params p = {level, (pc_wrap)(i % 3), 15, 8, PC_STRATEGY_DEFAULT};
            test_level(tables, tiers, p, kind, sizes[i]);
        }
}

/* Where level 1 goes over to two halves at once and back, with windows of all sizes. */
static void test_halves(const pc_kernels tables[3], int tiers)
{
    for (unsigned kind = 0; kind <= MIXED; kind++) {
        pc_deflate_params p = {1, PC_WRAP_ZLIB, kind == MIXED ? 15 : 9 + kind, 9 - kind / 2,
                               PC_STRATEGY_DEFAULT};
        test_level(tables, tiers, p, kind, 700001);
        p.window_bits = 15;
        p.mem_level = 8;
        test_level(tables, tiers, p, kind, 400000 + 37 * kind);
    }
}

static void test_parameters(const pc_kernels tables[3], int tiers)
{
    for (unsigned round = 0; round < 60; round++) {
        pc_deflate_params p = {(int)(round % 13), (pc_wrap)(round % 3), 9 + round % 7, 1 + round % 9,
                               (int)(round / 3 % 5)};
        test_level(tables, tiers, p, round % KINDS, 1000 * (round % 40));
    }
    pc_deflate_params good = {6, PC_WRAP_ZLIB, 8, 8, 0};
    CHECK(pc_deflate_size(&good) != 0);
    const pc_deflate_params bad[] = {{-1, PC_WRAP_RAW, 15, 8, 0}, {13, PC_WRAP_RAW, 15, 8, 0},
                                     {6, PC_WRAP_AUTO, 15, 8, 0}, {6, PC_WRAP_RAW, 8, 8, 0},
                                     {6, PC_WRAP_RAW, 16, 8, 0},  {6, PC_WRAP_RAW, 15, 0, 0},
                                     {6, PC_WRAP_RAW, 15, 10, 0}, {6, PC_WRAP_RAW, 15, 8, 5}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) CHECK(pc_deflate_size(&bad[i]) == 0);
}

/* What each flush ends with, that the reader has everything by then, and that a second one is silent. */
static void test_flushes(const pc_kernels *k)
{
    for (int level = 0; level <= PC_DEFLATE_MAX_LEVEL; level++) {
        pc_deflate_params p = {level, PC_WRAP_RAW, 15, 8, 0};
        size_t n = 20000, cap = pc_deflate_bound(&p, n) + 1000;
        uint8_t *src = make(1, n, (uint64_t)level), *dst = block(cap), *out = dst;
        pc_deflate *s = block(pc_deflate_size(&p));
        const uint8_t *in = src;
        int done;
        CHECK(pc_deflate_init(s, &p) == PC_OK);
        static const pc_flush order[] = {PC_SYNC_FLUSH, PC_FULL_FLUSH, PC_PARTIAL_FLUSH, PC_BLOCK_FLUSH,
                                         PC_SYNC_FLUSH};
        for (unsigned i = 0; i < 5; i++) {
            CHECK(pc_deflate_run(k, s, &in, in + 3000, &out, dst + cap, order[i], &done) == PC_OK && done);
            if (order[i] == PC_SYNC_FLUSH || order[i] == PC_FULL_FLUSH)
                CHECK(memcmp(out - 4, "\0\0\xff\xff", 4) == 0);
            uint8_t *before = out;
            CHECK(pc_deflate_run(k, s, &in, in, &out, dst + cap, order[i], &done) == PC_OK && done &&
                  out == before);
        }
        CHECK(pc_deflate_run(k, s, &in, in, &out, dst + cap, PC_TREES_FLUSH, &done) == PC_ERR_PARAM);
        CHECK(pc_deflate_run(k, s, &in, src + n, &out, dst + cap, PC_FINISH, &done) == PC_OK && done);
        CHECK(decodes_to(k, PC_WRAP_RAW, dst, (size_t)(out - dst), src, n));
        CHECK(pc_deflate_run(k, s, &in, in, &out, dst + cap, PC_SYNC_FLUSH, &done) == PC_ERR_PARAM);
        free(s);
        free(dst);
        check_free(src, n);
    }
}

static void test_pieces_join(const pc_kernels *k)
{
    for (int level = 0; level <= PC_DEFLATE_MAX_LEVEL; level++) {
        pc_deflate_params p = {level, PC_WRAP_RAW, 15, 8, 0};
        size_t n = 100000, at = 0, cut[] = {0, 1, 40000, 40000, 99999, 100000};
        uint8_t *src = make(1, n, 9), *dst = block(2 * n);
        pc_deflate *s = block(pc_deflate_size(&p));
        for (unsigned i = 0; i < 5; i++) {
            size_t len = 0, bound = pc_deflate_bound(&p, cut[i + 1] - cut[i]);
            CHECK(pc_deflate_piece(k, s, &p, src, cut[i], cut[i + 1], i == 4, dst + at, 2 * n - at, &len) ==
                  PC_OK);
            CHECK(len <= bound);
            at += len;
        }
        CHECK(decodes_to(k, PC_WRAP_RAW, dst, at, src, n));
        free(s);
        free(dst);
        check_free(src, n);
    }
}

/* Fibonacci counts want a code as long as they are many; the limit must hold, and Kraft's sum be exactly 1.
 */
static void test_code_lengths(void)
{
    uint64_t seed = 1;
    for (unsigned round = 0; round < 3000; round++) {
        uint32_t counts[288], a = 1, b = 1, kraft = 0;
        uint8_t lengths[288];
        unsigned n = 2 + round % 287, limit = n <= 128 && round % 2 == 0 ? 7 : 15;
        for (unsigned i = 0; i < n; i++) {
            uint32_t r = (uint32_t)check_random(&seed);
            counts[i] = round % 3 == 0 ? a : r >> (r % 32);
            if (round % 3 == 0 && b < 1u << 22) {
                uint32_t sum = a + b;
                a = b;
                b = sum;
            }
        }
        pc_block_lengths(counts, n, limit, lengths);
        for (unsigned i = 0; i < n; i++) {
            CHECK(lengths[i] <= limit);
            if (lengths[i] != 0) kraft += 1u << (limit - lengths[i]);
            for (unsigned j = 0; j < i; j++)
                if (counts[i] > counts[j] && counts[j] != 0 && lengths[i] > lengths[j]) CHECK(0);
        }
        CHECK(kraft == 1u << limit);
    }
}

int main(void)
{
    pc_kernels tables[3];
    int tiers = check_tables(tables);
    test_code_lengths();
    test_levels(tables, tiers);
    test_halves(tables, tiers);
    test_parameters(tables, tiers);
    test_flushes(&tables[tiers - 1]);
    test_pieces_join(&tables[tiers - 1]);
    return CHECK_RESULT();
}
