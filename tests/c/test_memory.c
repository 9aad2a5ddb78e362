/* A machine without memory: of everything in the core that allocates, each allocation is refused in turn. The
 * call then says so, or does without, and leaves nothing behind: no block, and no pointer to one.
 *
 * The library's allocator is replaced by one that counts; the linker takes the one it meets first. */
#include "base/alloc.h"
#include "check.h"
#include "pycomp/bgzf.h"
#include "pycomp/dct.h"
#include "pycomp/dwt.h"
#include "pycomp/inflate_span.h"
#include "pycomp/lpc.h"
#include "pycomp/motion.h"
#include "pycomp/spare.h"
#include "pycomp/tensor_batch.h"
#include "tensor/head.h"
#include "tensor/model.h"

static long allowed, refused, live; /* several threads allocate */

void *pc_alloc(size_t size)
{
    if (__atomic_sub_fetch(&allowed, 1, __ATOMIC_RELAXED) < 0 || size == 0) {
        __atomic_add_fetch(&refused, 1, __ATOMIC_RELAXED);
        return NULL;
    }
    char *raw = malloc(size + 2 * PC_ALIGNMENT);
    if (raw == NULL) abort();
    void **block = (void **)(((uintptr_t)raw + 2 * PC_ALIGNMENT) & ~(uintptr_t)(PC_ALIGNMENT - 1));
    block[-1] = raw;
    __atomic_add_fetch(&live, 1, __ATOMIC_RELAXED);
    return block;
}

void pc_free(void *block)
{
    if (block == NULL) return;
    __atomic_sub_fetch(&live, 1, __ATOMIC_RELAXED);
    free(((void **)block)[-1]);
}

enum { ROWS = 512, COLS = 64, N = ROWS * COLS, BYTES = 2 * N, THREADS = 2 };

static pc_kernels kernels;
static uint8_t data[BYTES], base[BYTES], packed[4 * BYTES], room[64 * BYTES];
static size_t packed_size;

/* An attempt makes something, sees to it that it is right, and lets go of it. */
static void refuse_each(const char *name, pc_status (*attempt)(void))
{
    long tried = 0;
    for (;; tried++) {
        allowed = tried, refused = 0;
        pc_status status = attempt();
        if (refused == 0) break;
        CHECK(status == PC_OK || status == PC_ERR_MEMORY);
        CHECK(live == 0);
    }
    CHECK(live == 0);
    CHECK(tried > 0);
    if (tried == 0) fprintf(stderr, "%s allocates nothing\n", name);
}
#define REFUSE_EACH(attempt) refuse_each(#attempt, attempt)

/* bf16 whose columns follow each other, for level max to find weights, and a base that is nearly the same. */
static void make_data(void)
{
    uint64_t seed = 1;
    for (size_t r = 0; r < ROWS; r++) {
        unsigned sign = check_random(&seed) & 1;
        for (size_t c = 0; c < COLS; c++) {
            uint64_t noise = check_random(&seed);
            uint8_t *at = data + 2 * (r * COLS + c);
            unsigned own = sign ^ ((noise >> 20) % 8 == 0);
            at[0] = (uint8_t)noise, at[1] = (uint8_t)(own << 7 | 0x3c | (noise >> 30 & 1));
            memcpy(base + (at - data), at, 2);
            base[at - data] ^= (uint8_t)((noise >> 40) % 16 == 0);
        }
    }
}

static pc_level level;
static pc_dtype dtype;
static const uint8_t *of_base;

static pc_status encode(void)
{
    pc_tensor_encoder *e = NULL;
    pc_status status =
        of_base != NULL
            ? pc_tensor_encoder_create_base(&kernels, data, of_base, BYTES, dtype, COLS, level, &e)
            : pc_tensor_encoder_create(&kernels, NULL, data, BYTES, dtype, COLS, level, &e);
    CHECK((status == PC_OK) == (e != NULL)); /* a caller frees what it has been given */
    if (status == PC_OK) {
        const pc_tensor_info *info = pc_tensor_encoder_info(e);
        packed_size = info->head_size;
        CHECK(packed_size <= BYTES);
        memcpy(packed, pc_tensor_encoder_head(e), packed_size);
    }
    pc_tensor_encoder_free(e);
    return status;
}

static pc_status read_head(void)
{
    pc_tensor_decoder *d = NULL;
    pc_status status = pc_tensor_decoder_create(&kernels, packed, packed_size, &d);
    CHECK((status == PC_OK) == (d != NULL));
    pc_tensor_decoder_free(d);
    return status;
}

static void test_heads(void)
{
    unsigned methods = 0, flags = 0;
    uint64_t seed = 2;
    for (size_t i = 0; i < BYTES; i++) packed[BYTES + i] = (uint8_t)check_random(&seed);
    for (dtype = 0; dtype < PC_DTYPE_COUNT; dtype++)
        for (level = PC_LEVEL_FAST; level <= PC_LEVEL_MAX; level++)
            for (int k = 0; k < 3; k++) { /* no base; a good one; one that is tried and given up */
                of_base = k == 0 ? NULL : k == 1 ? base : packed + BYTES;
                REFUSE_EACH(encode);
                REFUSE_EACH(read_head);
                methods |= 1u << packed[PC_HEAD_METHOD], flags |= packed[PC_HEAD_FLAGS];
            }
    CHECK((methods & 1u << PC_METHOD_BASE) && (methods & 1u << PC_METHOD_FLOAT) &&
          (flags & PC_FRAME_WEIGHTS));
}

static pc_tensor_decoding decodings[2];
static pc_tensor_coding codings[2];

static pc_status encode_batch(void)
{
    pc_tensor_encode_batch(&kernels, codings, 2, THREADS);
    CHECK(codings[0].status == PC_OK || codings[0].status == PC_ERR_MEMORY);
    return codings[0].status == PC_OK ? codings[1].status : codings[0].status;
}

static pc_status decode_batch(void) { return pc_tensor_decode_batch(decodings, 2, THREADS); }

static pc_status decode_chunks(void)
{
    size_t failed = 0;
    pc_tensor_decoding *d = &decodings[0];
    return pc_tensor_decode_chunks(d->decoder, 0, pc_tensor_decoder_info(d->decoder)->chunks, THREADS, NULL,
                                   d->src, d->src_len, d->table, 0, d->dst, BYTES, &failed);
}

static void test_chunks(void)
{
    static uint64_t hashes[2][64];
    pc_tensor_decoder *decoder[2];
    size_t chunks, size;
    CHECK(pc_tensor_frame_room(BYTES, PC_DTYPE_BF16, COLS, &chunks, &size) == PC_OK);
    CHECK(chunks <= 64 && 2 * size <= sizeof room);
    for (int i = 0; i < 2; i++)
        codings[i] = (pc_tensor_coding){.data = data,
                                        .size = BYTES,
                                        .dtype = PC_DTYPE_BF16,
                                        .cols = COLS,
                                        .level = PC_LEVEL_HIGH,
                                        .dst = room + (size_t)i * size,
                                        .dst_cap = size,
                                        .hashes = hashes[i]};
    REFUSE_EACH(encode_batch);
    allowed = 1000;
    for (int i = 0; i < 2; i++) {
        const pc_tensor_coding *c = &codings[i];
        CHECK(pc_tensor_decoder_create(&kernels, c->dst, c->dst_len, &decoder[i]) == PC_OK);
        decodings[i] = (pc_tensor_decoding){.decoder = decoder[i],
                                            .src = c->dst + c->head_size,
                                            .src_len = c->dst_len - c->head_size - 4 * chunks,
                                            .table = c->dst + c->dst_len - 4 * chunks,
                                            .dst = packed + i * BYTES};
    }
    live = 0; /* the decoders are there before and after */
    REFUSE_EACH(decode_batch);
    CHECK(memcmp(packed, data, BYTES) == 0 && memcmp(packed + BYTES, data, BYTES) == 0);
    REFUSE_EACH(decode_chunks);
    for (int i = 0; i < 2; i++) pc_tensor_decoder_free(decoder[i]);
    live = 0;
}

static const pc_deflate_params params = {6, PC_WRAP_GZIP, 15, 8, 0};
static pc_stream_job streams[2];
static size_t stream_sizes[2];

static pc_status deflate_parallel(void)
{
    uint32_t check;
    return pc_deflate_parallel(&kernels, &params, data, 0, BYTES, 1, 1 << 14, THREADS, room, sizeof room,
                               &packed_size, &check);
}

static pc_status deflate_batch(void) { return pc_deflate_batch(&kernels, &params, streams, 2, THREADS); }

static pc_status inflate_batch(void) { return pc_inflate_batch(&kernels, PC_WRAP_GZIP, streams, 2, THREADS); }

static pc_status bgzf(void)
{
    static uint32_t sizes[BYTES / PC_BGZF_BLOCK + 1];
    return pc_bgzf_compress(&kernels, 6, data, BYTES, THREADS, room, sizeof room, &packed_size, sizes);
}

static pc_status spans(void)
{
    pc_span_job job = {.src = room, .src_len = packed_size, .window = room, .dst = packed, .dst_len = BYTES};
    pc_status status = pc_inflate_spans(&kernels, &job, 1, THREADS);
    if (status == PC_OK) CHECK(job.status == PC_OK && memcmp(packed, data, BYTES) == 0);
    return status;
}

static void test_deflate(void)
{
    REFUSE_EACH(deflate_parallel);
    REFUSE_EACH(spans);
    for (size_t i = 0; i < 2; i++)
        streams[i] =
            (pc_stream_job){.src = data, .src_len = BYTES, .dst = room + i * 2 * BYTES, .dst_cap = 2 * BYTES};
    REFUSE_EACH(deflate_batch);
    for (size_t i = 0; i < 2; i++) {
        stream_sizes[i] = streams[i].dst_len;
        streams[i] = (pc_stream_job){.src = room + i * 2 * BYTES,
                                     .src_len = stream_sizes[i],
                                     .dst = packed + i * BYTES,
                                     .dst_cap = BYTES};
    }
    REFUSE_EACH(inflate_batch);
    CHECK(memcmp(packed + BYTES, data, BYTES) == 0);
    REFUSE_EACH(bgzf);
}

static float floats[2][N];

static pc_status dct_lines(void)
{
    static float few[PC_DCT_ANGLES];
    const size_t shape[2] = {ROWS, COLS};
    const ptrdiff_t strides[2] = {COLS * sizeof(float), sizeof(float)};
    pc_dct_angles_f32(few);
    pc_dct_lines job = {.type = 2, .n = COLS, .first = 1, .rest = 1, .angles = few + 1};
    return pc_dct_array(&kernels, &job, sizeof(float), 2, 1, shape, floats[0], strides, floats[1], strides,
                        THREADS);
}

static pc_block_job picture = {.size = 8,
                               .fixed = 1,
                               .sample = PC_SAMPLE_U8,
                               .coefficient = PC_SAMPLE_I16,
                               .height = ROWS,
                               .width = COLS,
                               .row_stride = COLS,
                               .column_stride = 1,
                               .block_row_stride = COLS * 8 * 2,
                               .block_stride = 64 * 2};

static pc_status blocks(void) { return pc_block_forward(&kernels, &picture, data, room, THREADS); }
static pc_status blocks_back(void) { return pc_block_backward(&kernels, &picture, room, packed, THREADS); }

static pc_status dwt(void)
{
    static const pc_dwt_bank haar = {.taps = 2, .lo = {0.5, 0.5}, .hi = {0.5, -0.5}};
    const size_t shape[1] = {ROWS};
    const ptrdiff_t strides[1] = {COLS};
    pc_dwt_job job = {.axes = 1, .dims = 1, .shape = shape, .src_strides = strides, .dst_strides = strides};
    job.src[0] = floats[0], job.dst[0] = floats[1], job.dst[1] = floats[1] + COLS / 2;
    job.bank[1] = &haar, job.mode[1] = PC_DWT_SYMMETRIC, job.length[1] = COLS;
    job.src_stride[1] = job.dst_stride[1] = 1;
    return pc_dwt(&kernels, &job, THREADS);
}

static int16_t coefs[ROWS][8];
static uint8_t orders[ROWS], shifts[ROWS];
static uint64_t costs[ROWS];
static pc_lpc_job prediction = {.lines = ROWS,
                                .n = COLS,
                                .block = COLS,
                                .width = 2,
                                .sample_bits = 16,
                                .stride = 8,
                                .max_order = 8,
                                .precision = 12,
                                .window = PC_LPC_TUKEY,
                                .orders = orders,
                                .shifts = shifts,
                                .coefs = coefs[0],
                                .costs = costs};

static pc_status choose(void) { return pc_lpc_choose(&kernels, &prediction, THREADS); }
static pc_status residual(void) { return pc_lpc_residual(&kernels, &prediction, THREADS); }
static pc_status restore(void) { return pc_lpc_restore(&kernels, &prediction, THREADS); }

static pc_status motion(void)
{
    static int32_t vectors[2 * N];
    pc_motion_job job = {.count = 1,
                         .height = ROWS,
                         .width = COLS,
                         .bytes = 1,
                         .block = 8,
                         .radius = 4,
                         .metric = PC_MOTION_SAD,
                         .method = PC_MOTION_HEX,
                         .vectors = vectors,
                         .costs = costs};
    job.frames.at = data, job.references.at = base;
    job.frames.strides[1] = job.references.strides[1] = COLS;
    job.frames.strides[2] = job.references.strides[2] = 1;
    return pc_motion_search(&kernels, &job, THREADS);
}

static pc_status spare(void)
{
    pc_spare kept = {NULL};
    void *first = pc_spare_take(&kept, 100);
    pc_spare_give(&kept, first);
    void *larger = pc_spare_take(&kept, 1000); /* the first one is let go, also when there is no other */
    pc_spare_give(&kept, larger);
    pc_free(kept.block);
    return first != NULL && larger != NULL ? PC_OK : PC_ERR_MEMORY;
}

static void test_transforms(void)
{
    static int32_t residuals[N];
    prediction.samples = data, prediction.residual = residuals;
    REFUSE_EACH(dct_lines);
    REFUSE_EACH(blocks);
    REFUSE_EACH(blocks_back);
    REFUSE_EACH(dwt);
    REFUSE_EACH(choose);
    REFUSE_EACH(residual);
    REFUSE_EACH(restore);
    REFUSE_EACH(motion);
    REFUSE_EACH(spare);
}

int main(void)
{
    pc_kernels_fill(&kernels, pc_isa_detect());
    make_data();
    test_heads();
    test_chunks();
    test_deflate();
    test_transforms();
    return CHECK_RESULT();
}
