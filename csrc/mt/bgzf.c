/* BGZF blocks on several threads: see pycomp/bgzf.h. */
#include "pycomp/bgzf.h"

#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/mem.h"
#include "pycomp/crc32.h"
#include "pycomp/parallel.h"

/* Magic, method, FEXTRA; no time, no flags, unknown system; six bytes of extra field: "BC", two bytes. */
static const uint8_t HEADER[16] = {31, 139, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 'B', 'C', 2, 0};

const uint8_t pc_bgzf_end[PC_BGZF_END] = {31, 139, 8,  4, 0, 0, 0, 0, 0, 255, 6, 0, 'B', 'C',
                                          2,  0,   27, 0, 3, 0, 0, 0, 0, 0,   0, 0, 0,   0};

enum { TRAILER = 8, OVERHEAD = PC_BGZF_HEADER + TRAILER, SIZE_FIELD = 16 };

size_t pc_bgzf_block_size(const uint8_t *src, size_t n, int *bad)
{
    *bad = 0;
    if (n < PC_BGZF_HEADER) return 0;
    size_t extra = pc_load16(src + 10), at = 12, end = 12 + extra;
    *bad = 1;
    if (memcmp(src, HEADER, 4) != 0) return 0;
    if (n < end) {
        *bad = 0;
        return 0;
    }
    while (end - at >= 4) {
        size_t field = pc_load16(src + at + 2);
        if (field > end - at - 4) return 0;
        if (src[at] == 'B' && src[at + 1] == 'C' && field == 2) {
            size_t size = (size_t)pc_load16(src + at + 4) + 1;
            *bad = size < end + TRAILER;
            return *bad ? 0 : size;
        }
        at += 4 + field;
    }
    return 0;
}

size_t pc_bgzf_bound(size_t n)
{
    size_t total;
    return pc_mul_size(pc_ceil_div(n, PC_BGZF_BLOCK), PC_BGZF_MAX, &total) ? total : SIZE_MAX;
}

typedef struct bgzf_jobs {
    const pc_kernels *kernels;
    pc_deflate_params params;
    const uint8_t *src;
    size_t n, room_size; /* of a worker's workspace and, at its end, output */
    uint8_t *dst, *rooms;
    uint32_t *sizes;
} bgzf_jobs;

static size_t make_block(void *context, size_t job, unsigned worker)
{
    bgzf_jobs *j = context;
    const uint8_t *src = j->src + job * PC_BGZF_BLOCK;
    size_t n = PC_MIN(j->n - job * PC_BGZF_BLOCK, (size_t)PC_BGZF_BLOCK), size = 0;
    pc_deflate *workspace = (pc_deflate *)(void *)(j->rooms + worker * j->room_size);
    uint8_t *dst = j->rooms + (worker + 1) * j->room_size - PC_BGZF_MAX;
    pc_deflate_params stored = j->params;
    stored.level = 0;
    if (pc_deflate_whole(j->kernels, workspace, &j->params, src, n, dst + PC_BGZF_HEADER,
                         PC_BGZF_MAX - OVERHEAD, &size) != PC_OK &&
        pc_deflate_whole(j->kernels, workspace, &stored, src, n, dst + PC_BGZF_HEADER, PC_BGZF_MAX - OVERHEAD,
                         &size) != PC_OK)
        return SIZE_MAX;
    memcpy(dst, HEADER, sizeof HEADER);
    pc_store16(dst + SIZE_FIELD, (uint16_t)(size + OVERHEAD - 1));
    pc_store32(dst + PC_BGZF_HEADER + size, pc_crc32(j->kernels, 0, src, n));
    pc_store32(dst + PC_BGZF_HEADER + size + 4, (uint32_t)n);
    j->sizes[job] = (uint32_t)(size + OVERHEAD);
    return size + OVERHEAD;
}

static void place_block(void *context, size_t job, unsigned worker, size_t at)
{
    const bgzf_jobs *j = context;
    memcpy(j->dst + at, j->rooms + (worker + 1) * j->room_size - PC_BGZF_MAX, j->sizes[job]);
}

pc_status pc_bgzf_compress(const pc_kernels *kernels, int level, const uint8_t *src, size_t n,
                           unsigned threads, uint8_t *dst, size_t dst_cap, size_t *dst_len, uint32_t *sizes)
{
    bgzf_jobs j = {.kernels = kernels,
                   .params = {level, PC_WRAP_RAW, PC_WINDOW_BITS_MAX, 8, PC_STRATEGY_DEFAULT},
                   .src = src,
                   .n = n,
                   .dst = dst,
                   .sizes = sizes};
    size_t jobs = pc_ceil_div(n, PC_BGZF_BLOCK), workspace = pc_deflate_size(&j.params), total;
    *dst_len = 0;
    if (jobs == 0) return PC_OK;
    if (workspace == 0) return PC_ERR_PARAM;
    if (dst_cap < pc_bgzf_bound(n)) return PC_ERR_DST_SIZE;
    j.room_size = pc_round_up(workspace + PC_BGZF_MAX, PC_ALIGNMENT);
    threads = pc_parallel_threads(threads, jobs);
    if (!pc_mul_size(threads, j.room_size, &total)) return PC_ERR_MEMORY;
    j.rooms = pc_alloc(total);
    if (j.rooms == NULL) return PC_ERR_MEMORY;
    size_t used = pc_parallel_pack(threads, jobs, make_block, place_block, &j);
    pc_free(j.rooms);
    if (used == SIZE_MAX) return PC_ERR_DST_SIZE;
    *dst_len = used;
    return PC_OK;
}
