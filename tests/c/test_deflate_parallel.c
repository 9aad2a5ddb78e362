/* DEFLATE on threads: the same bytes for any number of threads, batches, BGZF blocks, spans from the middle,
 * the spare block. Runs under the thread sanitizer too. */
#include "check.h"
#include "pycomp/bgzf.h"
#include "pycomp/deflate_parallel.h"
#include "pycomp/inflate_span.h"
#include "pycomp/parallel.h"
#include "pycomp/spare.h"

enum { SIZE = 300000, BLOCK = 1 << 15 };

static uint8_t *text(size_t n)
{
    uint64_t seed = 1;
    uint8_t *bytes = check_alloc(n);
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)("etaoin shrdlu\n,."[check_random(&seed) % 16]);
    return bytes;
}

static void *block_of(size_t size)
{
    void *block = malloc(size);
    if (block == NULL) abort();
    return block;
}

static void check_stream(const pc_kernels *k, const uint8_t *src, pc_wrap wrap)
{
    pc_deflate_params params = {6, wrap, 15, 8, PC_STRATEGY_DEFAULT};
    size_t bound = pc_deflate_parallel_bound(&params, SIZE, BLOCK), first_len = 0;
    size_t cap = bound + PC_DEFLATE_HEADER_MAX + PC_DEFLATE_TRAILER_MAX;
    uint8_t *first = block_of(cap), *other = block_of(cap), *back = block_of(SIZE);
    pc_inflate *state = block_of(pc_inflate_size());
    for (unsigned threads = 1; threads < 5; threads++) {
        uint8_t *dst = threads == 1 ? first : other;
        uint32_t sum;
        size_t at = pc_deflate_header(&params, dst), n = 0, used, len;
        CHECK(pc_deflate_parallel(k, &params, src, 0, SIZE, 1, BLOCK, threads, dst + at, bound, &n, &sum) ==
              PC_OK);
        at += n;
        at += pc_deflate_trailer(&params, sum, SIZE, dst + at);
        if (threads == 1) first_len = at;
        CHECK(at == first_len && memcmp(first, dst, at) == 0);
        CHECK(pc_inflate_whole(k, state, wrap, dst, at, &used, back, SIZE, &len) == PC_OK);
        CHECK(used == at && len == SIZE && memcmp(back, src, SIZE) == 0);
        CHECK(pc_deflate_parallel(k, &params, src, 0, SIZE, 1, BLOCK, threads, dst, bound - 1, &n, &sum) ==
              PC_ERR_DST_SIZE);
    }
    free(first), free(other), free(back), free(state);
}

static void check_batch(const pc_kernels *k, const uint8_t *src, unsigned threads)
{
    enum { JOBS = 40, EACH = 4000, CAP = 8000 };
    pc_deflate_params params = {1, PC_WRAP_ZLIB, 15, 8, PC_STRATEGY_DEFAULT};
    pc_stream_job pack[JOBS], unpack[JOBS];
    uint8_t *packed = block_of(JOBS * CAP), *back = block_of(JOBS * EACH);
    for (size_t i = 0; i < JOBS; i++)
        pack[i] =
            (pc_stream_job){.src = src + i * EACH, .src_len = EACH, .dst = packed + i * CAP, .dst_cap = CAP};
    CHECK(pc_deflate_batch(k, &params, pack, JOBS, threads) == PC_OK);
    for (size_t i = 0; i < JOBS; i++)
        unpack[i] = (pc_stream_job){.src = pack[i].dst,
                                    .src_len = pack[i].dst_len - (i == 7),
                                    .dst = back + i * EACH,
                                    .dst_cap = EACH - (i == 9)};
    CHECK(pc_inflate_batch(k, PC_WRAP_AUTO, unpack, JOBS, threads) == PC_OK);
    for (size_t i = 0; i < JOBS; i++)
        CHECK(unpack[i].status == (i == 7 ? PC_ERR_TRUNCATED : i == 9 ? PC_ERR_DST_SIZE : PC_OK));
    CHECK(memcmp(back, src, 7 * EACH) == 0);
    free(packed), free(back);
}

static void check_bgzf(const pc_kernels *k, const uint8_t *src)
{
    enum { BLOCKS = (SIZE + PC_BGZF_BLOCK - 1) / PC_BGZF_BLOCK };
    uint32_t sizes[BLOCKS];
    size_t len, at = 0, plain = 0;
    uint8_t *dst = block_of(pc_bgzf_bound(SIZE)), *back = block_of(PC_BGZF_MAX);
    pc_inflate *state = block_of(pc_inflate_size());
    CHECK(pc_bgzf_compress(k, 6, src, SIZE, 2, dst, pc_bgzf_bound(SIZE), &len, sizes) == PC_OK);
    for (size_t i = 0; i < BLOCKS; i++) {
        int bad;
        size_t used, n;
        CHECK(pc_bgzf_block_size(dst + at, len - at, &bad) == sizes[i] && !bad);
        CHECK(pc_bgzf_block_size(dst + at, 10, &bad) == 0 && !bad);
        CHECK(pc_inflate_whole(k, state, PC_WRAP_GZIP, dst + at, sizes[i], &used, back, PC_BGZF_MAX, &n) ==
              PC_OK);
        CHECK(used == sizes[i] && memcmp(back, src + plain, n) == 0);
        at += sizes[i];
        plain += n;
    }
    CHECK(at == len && plain == SIZE);
    int bad;
    CHECK(pc_bgzf_block_size(pc_bgzf_end, PC_BGZF_END, &bad) == PC_BGZF_END && !bad);
    CHECK(pc_bgzf_block_size(src, SIZE, &bad) == 0 && bad);
    free(dst), free(back), free(state);
}

/* Finds every block, then decodes from each to the next. */
static void check_spans(const pc_kernels *k, const uint8_t *src)
{
    enum { POINTS = 100 };
    pc_deflate_params params = {6, PC_WRAP_GZIP, 15, 8, PC_STRATEGY_DEFAULT};
    size_t cap = pc_deflate_bound(&params, SIZE), len, n = 0;
    uint8_t *packed = block_of(cap), *back = block_of(SIZE), *out = back;
    void *work = block_of(pc_deflate_size(&params));
    pc_inflate *state = block_of(pc_inflate_size());
    CHECK(pc_deflate_whole(k, work, &params, src, SIZE, packed, cap, &len) == PC_OK);
    const uint8_t *p = packed, *starts[POINTS + 1];
    size_t plain[POINTS + 1];
    unsigned bits[POINTS + 1];
    pc_inflate_init(state, PC_WRAP_GZIP, 15);
    for (int found = 1; found && n < POINTS;) {
        pc_inflate_to_block(k, state, &p, packed + len, back, &out, back + SIZE, &found, &bits[n]);
        starts[n] = p;
        plain[n] = (size_t)(out - back);
        n += (size_t)found;
    }
    CHECK(n >= 2 && plain[0] == 0 && memcmp(back, src, SIZE) == 0);
    pc_span_job jobs[POINTS];
    for (size_t i = 0; i < n; i++) {
        const uint8_t *end = i + 1 < n ? starts[i + 1] : packed + len;
        const uint8_t *begin = starts[i] - (bits[i] > 0);
        size_t history = plain[i] < 32768 ? plain[i] : 32768;
        jobs[i] = (pc_span_job){.src = begin,
                                .src_len = (size_t)(end - begin),
                                .bits = bits[i],
                                .window = src + plain[i] - history,
                                .window_len = history,
                                .dst = back + plain[i],
                                .dst_len = (i + 1 < n ? plain[i + 1] : SIZE) - plain[i]};
    }
    memset(back, 0, SIZE);
    CHECK(pc_inflate_spans(k, jobs, n, 2) == PC_OK);
    for (size_t i = 0; i < n; i++) CHECK(jobs[i].status == PC_OK);
    CHECK(memcmp(back, src, SIZE) == 0);
    jobs[0].src_len /= 2;
    CHECK(pc_inflate_spans(k, jobs, 1, 1) == PC_OK && jobs[0].status == PC_ERR_TRUNCATED);
    free(packed), free(back), free(work), free(state);
}

static pc_spare spare;

static void take_and_give(void *context, size_t job, unsigned worker)
{
    (void)context, (void)worker;
    size_t size = 100 + job % 7 * 1000;
    uint8_t *memory = pc_spare_take(&spare, size);
    CHECK(memory != NULL && (uintptr_t)memory % 64 == 0);
    memset(memory, (int)job, size);
    pc_spare_give(&spare, memory);
}

static void check_spare(void)
{
    for (size_t job = 0; job < 100; job++) take_and_give(NULL, job, 0);
    uint8_t *a = pc_spare_take(&spare, 10), *b = pc_spare_take(&spare, 10);
    CHECK(a != b);
    pc_spare_give(&spare, a);
    CHECK(pc_spare_take(&spare, 5) == (void *)a);
    pc_spare_give(&spare, a);
    pc_spare_give(&spare, b);
    pc_spare_give(&spare, NULL);
    CHECK(pc_spare_take(&spare, SIZE_MAX) == NULL);
    pc_spare_give(&spare, pc_spare_take(&spare, 1));
}

int main(void)
{
    pc_kernels tables[3];
    int n = check_tables(tables);
    uint8_t *src = text(SIZE);
    for (int i = 0; i < n; i++) {
        check_stream(&tables[i], src, PC_WRAP_ZLIB);
        check_stream(&tables[i], src, PC_WRAP_GZIP);
        check_stream(&tables[i], src, PC_WRAP_RAW);
        check_batch(&tables[i], src, 1);
        check_batch(&tables[i], src, 3);
        check_bgzf(&tables[i], src);
        check_spans(&tables[i], src);
    }
    check_spare();
    check_free(src, SIZE);
    return CHECK_RESULT();
}
