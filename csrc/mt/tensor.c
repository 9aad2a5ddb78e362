/* Chunks of a frame on several threads. Chunks are independent and each goes to its own place, so the
 * result does not depend on who coded what. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/limits.h"
#include "base/mem.h"
#include "pycomp/parallel.h"
#include "pycomp/tensor.h"

typedef struct encode_jobs {
    const pc_tensor_encoder *encoder;
    size_t first, workspace_size, bound, slot;
    uint8_t *room, *dst;
    uint32_t *sizes;
    uint64_t *hashes;
    pc_status failures[PC_MAX_THREADS]; /* by worker */
} encode_jobs;

/* A worker's slot in the room: a workspace, then a chunk's payload. 0 if no size holds it. */
static size_t encode_slot(const pc_tensor_info *info)
{
    size_t slot;
    if (!pc_add_size(info->workspace_size, info->chunk_bound, &slot) || slot > SIZE_MAX - PC_ALIGNMENT)
        return 0;
    return pc_round_up(slot, PC_ALIGNMENT);
}

size_t pc_tensor_encode_room(const pc_tensor_encoder *encoder, size_t count, unsigned threads)
{
    size_t slot = encode_slot(pc_tensor_encoder_info(encoder)), room;
    return slot != 0 && pc_mul_size(pc_parallel_threads(threads, count), slot, &room) ? room : SIZE_MAX;
}

static size_t encode_one(encode_jobs *j, size_t job, unsigned worker, uint8_t *dst, void *workspace)
{
    size_t size = 0;
    pc_status status =
        pc_tensor_encode_chunk(j->encoder, j->first + job, dst, j->bound, &size, &j->hashes[job], workspace);
    if (status != PC_OK) j->failures[worker] = status;
    j->sizes[job] = (uint32_t)size;
    return status == PC_OK ? size : SIZE_MAX;
}

static size_t encode_job(void *context, size_t job, unsigned worker)
{
    encode_jobs *j = context;
    uint8_t *slot = j->room + worker * j->slot;
    return encode_one(j, job, worker, slot + j->workspace_size, slot);
}

static void place_job(void *context, size_t job, unsigned worker, size_t at)
{
    const encode_jobs *j = context;
    memcpy(j->dst + at, j->room + worker * j->slot + j->workspace_size, j->sizes[job]);
}

/* One thread codes each payload right behind the one before: none is longer than its bound. */
static size_t encode_alone(encode_jobs *j, size_t count)
{
    size_t at = 0;
    for (size_t job = 0; job < count; job++) {
        size_t size = encode_one(j, job, 0, j->dst + at, j->room);
        if (size == SIZE_MAX) return SIZE_MAX;
        at += size;
    }
    return at;
}

pc_status pc_tensor_encode_chunks(const pc_tensor_encoder *encoder, size_t first, size_t count,
                                  unsigned threads, void *room, uint8_t *dst, size_t dst_cap, size_t *dst_len,
                                  uint32_t *sizes, uint64_t *hashes)
{
    const pc_tensor_info *info = pc_tensor_encoder_info(encoder);
    *dst_len = 0;
    if (first > info->chunks || count > info->chunks - first) return PC_ERR_PARAM;
    if (dst_cap < pc_tensor_encode_reach(info, first, count)) return PC_ERR_DST_SIZE;
    encode_jobs j = {.encoder = encoder,
                     .first = first,
                     .workspace_size = info->workspace_size,
                     .bound = info->chunk_bound,
                     .slot = encode_slot(info),
                     .room = room,
                     .dst = dst,
                     .sizes = sizes,
                     .hashes = hashes};
    int alone = pc_parallel_threads(threads, count) == 1;
    size_t used =
        alone ? encode_alone(&j, count) : pc_parallel_pack(threads, count, encode_job, place_job, &j);
    if (used != SIZE_MAX) {
        *dst_len = used;
        return PC_OK;
    }
    size_t worker = 0;
    while (j.failures[worker] == PC_OK) worker++;
    return j.failures[worker];
}

typedef struct decode_jobs {
    const pc_tensor_decoder *decoder;
    size_t first, skip, workspace_size, chunk_bytes;
    const uint8_t *base, *src;
    size_t src_len;
    const uint8_t *table;
    const size_t *starts;
    uint8_t *dst, *workspaces;
    size_t dst_size;
    pc_status *status;
} decode_jobs;

/* A chunk of which only a part is wanted is decoded behind the worker's workspace and copied from there. */
static void decode_job(void *context, size_t job, unsigned worker)
{
    decode_jobs *j = context;
    const pc_tensor_info *info = pc_tensor_decoder_info(j->decoder);
    uint8_t *workspace = j->workspaces + worker * j->workspace_size;
    size_t begin = job * j->chunk_bytes, size = pc_tensor_chunk_size(info, j->first + job);
    size_t from = PC_MAX(begin, j->skip), to = PC_MIN(begin + size, j->skip + j->dst_size);
    j->status[job] = PC_OK;
    if (from >= to) return;
    int whole = from == begin && to == begin + size;
    uint8_t *dst = whole ? j->dst + (begin - j->skip) : workspace + info->workspace_size;
    size_t start = j->starts[job];
    const uint8_t *base = j->base != NULL ? j->base + begin : NULL;
    j->status[job] =
        pc_tensor_decode_chunk(j->decoder, j->first + job, base, j->src + start,
                               pc_load32(j->table + 4 * job), j->src_len - start, dst, size, workspace);
    if (!whole && j->status[job] == PC_OK) memcpy(j->dst + (from - j->skip), dst + (from - begin), to - from);
}

/* One block for the workspaces and behind them a status for each job. */
static uint8_t *make_workspaces(unsigned threads, size_t workspace_size, size_t jobs, pc_status **status)
{
    size_t space, total;
    if (!pc_mul_size(threads, workspace_size, &space) || !pc_mul_size(jobs, sizeof **status, &total) ||
        !pc_add_size(total, space, &total))
        return NULL;
    uint8_t *block = pc_alloc(total);
    if (block != NULL) *status = (pc_status *)(void *)(block + space);
    return block;
}

pc_status pc_tensor_decode_chunks(const pc_tensor_decoder *decoder, size_t first, size_t count,
                                  unsigned threads, const uint8_t *base, const uint8_t *src, size_t src_len,
                                  const uint8_t *table, size_t skip, uint8_t *dst, size_t dst_size,
                                  size_t *failed)
{
    const pc_tensor_info *info = pc_tensor_decoder_info(decoder);
    if (first > info->chunks || count > info->chunks - first) return PC_ERR_PARAM;
    if (count == 0) {
        *failed = first;
        if (dst_size != 0 || skip != 0) return PC_ERR_PARAM;
        return src_len == 0 ? PC_OK : PC_ERR_CORRUPT;
    }
    uint64_t begin = (uint64_t)first * info->chunk_bytes, end = info->size;
    if (first + count < info->chunks) end = (uint64_t)(first + count) * info->chunk_bytes;
    if (skip > end - begin || dst_size > end - begin - skip) return PC_ERR_PARAM;

    threads = pc_parallel_threads(threads, count);
    size_t last_size = pc_tensor_chunk_size(info, first + count - 1), starts_size;
    decode_jobs j = {.decoder = decoder,
                     .first = first,
                     .skip = skip,
                     .chunk_bytes = info->chunk_bytes,
                     .base = base,
                     .src = src,
                     .src_len = src_len,
                     .table = table,
                     .dst = dst,
                     .dst_size = dst_size};
    j.workspace_size = pc_round_up(info->workspace_size + PC_MAX(info->chunk_bytes, last_size), PC_ALIGNMENT);
    if (!pc_mul_size(count, sizeof(size_t), &starts_size)) return PC_ERR_MEMORY;
    size_t *starts = pc_alloc(starts_size);
    j.workspaces = make_workspaces(threads, j.workspace_size, count, &j.status);
    if (starts == NULL || j.workspaces == NULL) {
        pc_free(starts);
        pc_free(j.workspaces);
        return PC_ERR_MEMORY;
    }
    pc_status status = PC_OK;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        size_t size = pc_load32(table + 4 * i);
        starts[i] = at;
        if (size > src_len - at) {
            status = PC_ERR_TRUNCATED;
            *failed = first + i;
            break;
        }
        at += size;
    }
    if (status == PC_OK && at != src_len) {
        status = PC_ERR_CORRUPT;
        *failed = first + count - 1;
    }
    if (status == PC_OK) {
        j.starts = starts;
        pc_parallel_for(threads, count, decode_job, &j);
        for (size_t i = 0; i < count && status == PC_OK; i++)
            if (j.status[i] != PC_OK) {
                status = j.status[i];
                *failed = first + i;
            }
    }
    pc_free(starts);
    pc_free(j.workspaces);
    return status;
}
