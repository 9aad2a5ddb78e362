/* Chunks of a frame on several threads. Chunks are independent and each goes to its own place, so the
 * result does not depend on who coded what. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/limits.h"
#include "base/mem.h"
#include "pycomp/parallel.h"
#include "pycomp/tensor.h"

/* A thread takes as long to start as some 100 KiB to be copied. */
enum { LEAST_SHARED_COPY = 1 << 20 };

typedef struct encode_jobs {
    const pc_tensor_encoder *encoder;
    size_t first, bound, workspace_size;
    uint8_t *dst, *workspaces;
    uint32_t *sizes;
    uint64_t *hashes;
    pc_status *status; /* by job */
} encode_jobs;

static void encode_one(encode_jobs *j, size_t job, uint8_t *dst, void *workspace)
{
    size_t size = 0;
    j->status[job] =
        pc_tensor_encode_chunk(j->encoder, j->first + job, dst, j->bound, &size, &j->hashes[job], workspace);
    j->sizes[job] = (uint32_t)size;
}

static void encode_job(void *context, size_t job, unsigned worker)
{
    encode_jobs *j = context;
    encode_one(j, job, j->dst + job * j->bound, j->workspaces + worker * j->workspace_size);
}

/* The room: a workspace for each thread, a slot for each chunk, a status for each job. */
typedef struct encode_room {
    size_t workspace, slots, status, size;
} encode_room;

static encode_room measure_room(const pc_tensor_info *info, size_t count, unsigned threads)
{
    encode_room r = {.workspace = pc_round_up(info->workspace_size, PC_ALIGNMENT)};
    size_t slots, status;
    if (!pc_mul_size(pc_parallel_threads(threads, count), r.workspace, &r.slots) ||
        !pc_mul_size(count, info->chunk_bound, &slots) || !pc_mul_size(count, sizeof(pc_status), &status) ||
        !pc_add_size(r.slots, slots, &r.status) || r.status > SIZE_MAX - PC_ALIGNMENT)
        return (encode_room){.size = SIZE_MAX};
    r.status = pc_round_up(r.status, PC_ALIGNMENT);
    if (!pc_add_size(r.status, status, &r.size)) r.size = SIZE_MAX;
    return r;
}

size_t pc_tensor_encode_room(const pc_tensor_encoder *encoder, size_t count, unsigned threads)
{
    return measure_room(pc_tensor_encoder_info(encoder), count, threads).size;
}

/* One thread puts each payload right behind the one before: none is longer than its slot, so there is room.
 * Several put them into the slots. */
pc_status pc_tensor_encode_chunks(const pc_tensor_encoder *encoder, size_t first, size_t count,
                                  unsigned threads, void *room, size_t *payload_len, uint32_t *sizes,
                                  uint64_t *hashes)
{
    const pc_tensor_info *info = pc_tensor_encoder_info(encoder);
    *payload_len = 0;
    if (first > info->chunks || count > info->chunks - first) return PC_ERR_PARAM;
    if (count == 0) return PC_OK;
    encode_room r = measure_room(info, count, threads);
    uint8_t *block = room;
    encode_jobs j = {.encoder = encoder,
                     .first = first,
                     .bound = info->chunk_bound,
                     .workspace_size = r.workspace,
                     .dst = block + r.slots,
                     .workspaces = block,
                     .sizes = sizes,
                     .hashes = hashes,
                     .status = (pc_status *)(void *)(block + r.status)};
    int alone = pc_parallel_threads(threads, count) == 1;
    if (!alone) pc_parallel_for(threads, count, encode_job, &j);
    for (size_t i = 0; i < count; i++) {
        if (alone) encode_one(&j, i, j.dst + *payload_len, block);
        if (j.status[i] != PC_OK) return j.status[i];
        *payload_len += sizes[i];
    }
    return PC_OK;
}

typedef struct collect_jobs {
    const uint8_t *slots;
    const uint32_t *sizes;
    size_t count, jobs, bound;
    uint8_t *dst;
} collect_jobs;

/* Copies one of `jobs` shares of the payloads. */
static void collect_job(void *context, size_t job, unsigned worker)
{
    const collect_jobs *j = context;
    size_t begin = j->count / j->jobs * job + PC_MIN(j->count % j->jobs, job);
    size_t end = begin + j->count / j->jobs + (job < j->count % j->jobs), at = 0;
    (void)worker;
    for (size_t i = 0; i < begin; i++) at += j->sizes[i];
    for (size_t i = begin; i < end; at += j->sizes[i++])
        memcpy(j->dst + at, j->slots + i * j->bound, j->sizes[i]);
}

void pc_tensor_collect_chunks(const pc_tensor_encoder *encoder, size_t count, unsigned threads,
                              const void *room, const uint32_t *sizes, uint8_t *dst)
{
    const pc_tensor_info *info = pc_tensor_encoder_info(encoder);
    if (count == 0) return;
    const uint8_t *slots = (const uint8_t *)room + measure_room(info, count, threads).slots;
    unsigned shares = pc_parallel_threads(threads, count);
    size_t size = 0;
    for (size_t i = 0; i < count; i++) size += sizes[i];
    if (shares == 1) {
        memcpy(dst, slots, size);
        return;
    }
    if (size < LEAST_SHARED_COPY) shares = 1;
    collect_jobs j = {slots, sizes, count, shares, info->chunk_bound, dst};
    pc_parallel_for(shares, shares, collect_job, &j);
}

typedef struct decode_jobs {
    const pc_tensor_decoder *decoder;
    size_t first, skip, workspace_size, chunk_bytes;
    const uint8_t *src;
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
    j->status[job] =
        pc_tensor_decode_chunk(j->decoder, j->first + job, j->src + start, pc_load32(j->table + 4 * job),
                               j->src_len - start, dst, size, workspace);
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
                                  unsigned threads, const uint8_t *src, size_t src_len, const uint8_t *table,
                                  size_t skip, uint8_t *dst, size_t dst_size, size_t *failed)
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
