/* Many frames side by side. A model is a hundred arrays, most of them a chunk or two: threads share arrays
 * when they look at them and code them, and the chunks of all frames together when they decode. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/limits.h"
#include "base/mem.h"
#include "pycomp/parallel.h"
#include "pycomp/tensor_batch.h"

/* What all workers share: each has a slot of the largest workspace. */
typedef struct batch_jobs {
    const pc_kernels *kernels;
    pc_tensor_coding *codings;
    pc_tensor_decoding *decodings;
    struct chunk_place *places;
    uint8_t *workspaces;
    size_t workspace_size;
} batch_jobs;

/* The chunks behind the head, one after the other: none is longer than its bound. */
static pc_status code_frame(pc_tensor_coding *c, const pc_tensor_encoder *encoder, void *workspace)
{
    const pc_tensor_info *info = pc_tensor_encoder_info(encoder);
    size_t at = info->head_size, table = 4 * info->chunks;
    size_t reach = pc_tensor_encode_reach(info, 0, info->chunks);
    if (c->dst_cap < at || c->dst_cap - at < table || c->dst_cap - at - table < reach) return PC_ERR_DST_SIZE;
    memcpy(c->dst, pc_tensor_encoder_head(encoder), at);
    uint8_t *sizes =
        c->dst + c->dst_cap - table; /* where no chunk reaches; they follow the last one in the end */
    for (size_t chunk = 0; chunk < info->chunks; chunk++) {
        size_t size = 0;
        pc_status status = pc_tensor_encode_chunk(encoder, chunk, c->dst + at, info->chunk_bound, &size,
                                                  &c->hashes[chunk], workspace);
        if (status != PC_OK) return status;
        pc_store32(sizes + 4 * chunk, (uint32_t)size);
        at += size;
    }
    if (table != 0) memmove(c->dst + at, sizes, table);
    c->head_size = info->head_size;
    c->dst_len = at + table;
    return PC_OK;
}

static void code_job(void *context, size_t job, unsigned worker)
{
    const batch_jobs *j = context;
    pc_tensor_coding *c = &j->codings[job];
    pc_tensor_encoder *encoder = NULL;
    (void)worker;
    c->status =
        pc_tensor_encoder_create(j->kernels, NULL, c->data, c->size, c->dtype, c->cols, c->level, &encoder);
    if (c->status != PC_OK) return;
    /* Of one's own and not kept: it depends on the model, and a worker's next array finds it in the heap. */
    void *workspace = pc_alloc(PC_MAX(pc_tensor_encoder_info(encoder)->workspace_size, (size_t)1));
    c->status = workspace == NULL ? PC_ERR_MEMORY : code_frame(c, encoder, workspace);
    pc_free(workspace);
    pc_tensor_encoder_free(encoder);
}

void pc_tensor_encode_batch(const pc_kernels *kernels, pc_tensor_coding *codings, size_t n, unsigned threads)
{
    batch_jobs j = {.kernels = kernels, .codings = codings};
    pc_parallel_for(threads, n, code_job, &j);
}

/* Where a chunk of a batch is: of which frame, which one, and how far into its payloads. */
typedef struct chunk_place {
    size_t frame, chunk, at;
    pc_status status;
} chunk_place;

static void decode_job(void *context, size_t job, unsigned worker)
{
    const batch_jobs *j = context;
    chunk_place *p = &j->places[job];
    const pc_tensor_decoding *d = &j->decodings[p->frame];
    const pc_tensor_info *info = pc_tensor_decoder_info(d->decoder);
    p->status = pc_tensor_decode_chunk(
        d->decoder, p->chunk, NULL, d->src + p->at, pc_load32(d->table + 4 * p->chunk), d->src_len - p->at,
        d->dst + p->chunk * info->chunk_bytes, pc_tensor_chunk_size(info, p->chunk),
        j->workspaces + worker * j->workspace_size);
}

/* Finds a frame's payloads by its table; what does not fit fails the frame. Returns how many chunks to
 * decode. */
static size_t place_chunks(pc_tensor_decoding *d, size_t frame, chunk_place *places)
{
    const pc_tensor_info *info = pc_tensor_decoder_info(d->decoder);
    size_t at = 0;
    d->status = PC_OK;
    d->failed = 0;
    for (size_t i = 0; i < info->chunks; i++) {
        size_t size = pc_load32(d->table + 4 * i);
        places[i] = (chunk_place){frame, i, at, PC_OK};
        if (size > d->src_len - at) {
            d->status = PC_ERR_TRUNCATED;
            d->failed = i;
            return 0;
        }
        at += size;
    }
    if (at == d->src_len) return info->chunks;
    d->status = PC_ERR_CORRUPT;
    d->failed = info->chunks == 0 ? 0 : info->chunks - 1;
    return 0;
}

pc_status pc_tensor_decode_batch(pc_tensor_decoding *decodings, size_t n, unsigned threads)
{
    batch_jobs j = {.decodings = decodings};
    size_t chunks = 0, jobs = 0, size;
    for (size_t i = 0; i < n; i++) {
        const pc_tensor_info *info = pc_tensor_decoder_info(decodings[i].decoder);
        j.workspace_size = PC_MAX(j.workspace_size, info->workspace_size);
        if (!pc_add_size(chunks, info->chunks, &chunks)) return PC_ERR_MEMORY;
    }
    if (!pc_mul_size(PC_MAX(chunks, (size_t)1), sizeof(chunk_place), &size)) return PC_ERR_MEMORY;
    chunk_place *places = pc_alloc(size);
    j.places = places;
    j.workspace_size = pc_round_up(PC_MAX(j.workspace_size, (size_t)1), PC_ALIGNMENT);
    if (pc_mul_size(pc_parallel_threads(threads, chunks), j.workspace_size, &size))
        j.workspaces = pc_alloc(size);
    if (places == NULL || j.workspaces == NULL) {
        pc_free(places);
        pc_free(j.workspaces);
        return PC_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) jobs += place_chunks(&decodings[i], i, places + jobs);
    pc_parallel_for(threads, jobs, decode_job, &j);
    for (size_t i = jobs; i-- > 0;) /* backwards, for a frame's first failure to be the one it tells */
        if (places[i].status != PC_OK) {
            decodings[places[i].frame].status = places[i].status;
            decodings[places[i].frame].failed = places[i].chunk;
        }
    pc_free(places);
    pc_free(j.workspaces);
    return PC_OK;
}
