/* Many frames at a time: the bytes of one at a time for any number of threads, every kind of damage told of
 * the frame it is in, the others decoded. Runs under the thread sanitizer too. */
#include "check.h"
#include "base/mem.h"
#include "pycomp/tensor_batch.h"

enum { ARRAYS = 9 };

static pc_kernels kernels;

/* Arrays of several types: empty, one element, less than a row, several chunks. */
static const struct {
    pc_dtype dtype;
    size_t count, cols;
} kinds[ARRAYS] = {{PC_DTYPE_BF16, 700000, 700}, {PC_DTYPE_F32, 40000, 200}, {PC_DTYPE_F16, 0, 0},
                   {PC_DTYPE_F32, 1, 0},         {PC_DTYPE_I32, 50000, 0},   {PC_DTYPE_BYTES, 3000, 0},
                   {PC_DTYPE_BF16, 2000, 50},    {PC_DTYPE_F64, 9000, 90},   {PC_DTYPE_BOOL, 300000, 1000}};

typedef struct array {
    uint8_t *data;
    size_t size, room, chunks;
} array;

static void make_arrays(array arrays[ARRAYS])
{
    uint64_t seed = 77;
    for (int i = 0; i < ARRAYS; i++) {
        size_t width = pc_dtype_size(kinds[i].dtype), n = kinds[i].count;
        arrays[i].size = n * width;
        arrays[i].data = check_alloc(n * width);
        for (size_t b = 0; b < n * width; b++) /* top bytes of few values, others of any */
            arrays[i].data[b] =
                (uint8_t)(b % width == width - 1 ? 0x3c + check_random(&seed) % 4 : check_random(&seed));
        if (kinds[i].dtype == PC_DTYPE_BOOL)
            for (size_t b = 0; b < n; b++) arrays[i].data[b] &= 1;
        CHECK(pc_tensor_frame_room(n * width, kinds[i].dtype, kinds[i].cols, &arrays[i].chunks,
                                   &arrays[i].room) == PC_OK);
    }
}

static void prepare(pc_tensor_coding *c, const array *a, int kind, pc_level level)
{
    *c = (pc_tensor_coding){.data = a->data,
                            .size = a->size,
                            .dtype = kinds[kind].dtype,
                            .cols = kinds[kind].cols,
                            .level = level,
                            .dst = check_alloc(a->room),
                            .dst_cap = a->room,
                            .hashes = calloc(a->chunks + 1, sizeof(uint64_t))};
}

static void drop(pc_tensor_coding *c)
{
    check_free(c->dst, c->dst_cap);
    free(c->hashes);
}

/* The frame as the functions for one array make it. */
static void check_frame(const pc_tensor_coding *c)
{
    pc_tensor_encoder *e = NULL;
    CHECK(pc_tensor_encoder_create(&kernels, NULL, c->data, c->size, c->dtype, c->cols, c->level, &e) ==
          PC_OK);
    const pc_tensor_info *info = pc_tensor_encoder_info(e);
    CHECK(c->head_size == info->head_size && memcmp(c->dst, pc_tensor_encoder_head(e), info->head_size) == 0);
    uint8_t *payload = malloc(info->chunk_bound), *workspace = malloc(info->workspace_size + 1);
    const uint8_t *at = c->dst + c->head_size, *table = c->dst + c->dst_len - 4 * info->chunks;
    for (size_t chunk = 0; chunk < info->chunks; chunk++) {
        size_t size = 0;
        uint64_t hash = 0;
        CHECK(pc_tensor_encode_chunk(e, chunk, payload, info->chunk_bound, &size, &hash, workspace) == PC_OK);
        CHECK(pc_load32(table + 4 * chunk) == size && memcmp(at, payload, size) == 0);
        CHECK(c->hashes[chunk] == hash);
        at += size;
    }
    CHECK(at == table);
    free(payload);
    free(workspace);
    pc_tensor_encoder_free(e);
}

static void open_frames(pc_tensor_decoding d[ARRAYS], const pc_tensor_coding c[ARRAYS])
{
    for (int i = 0; i < ARRAYS; i++) {
        pc_tensor_decoder *decoder = NULL;
        CHECK(pc_tensor_decoder_create(&kernels, c[i].dst, c[i].dst_len, &decoder) == PC_OK);
        size_t table = c[i].dst_len - 4 * pc_tensor_decoder_info(decoder)->chunks;
        d[i] = (pc_tensor_decoding){.decoder = decoder,
                                    .src = c[i].dst + c[i].head_size,
                                    .src_len = table - c[i].head_size,
                                    .table = c[i].dst + table,
                                    .dst = check_alloc(c[i].size)};
    }
}

static void close_frames(pc_tensor_decoding d[ARRAYS], const pc_tensor_coding c[ARRAYS])
{
    for (int i = 0; i < ARRAYS; i++) {
        check_free(d[i].dst, c[i].size);
        pc_tensor_decoder_free((pc_tensor_decoder *)d[i].decoder);
    }
}

/* Decodes all; those that `wrong` names fail in chunk `failed` with `status`, the others come back. */
static void check_decoding(pc_tensor_decoding d[ARRAYS], const pc_tensor_coding c[ARRAYS], unsigned threads,
                           int wrong, pc_status status, size_t failed)
{
    for (int i = 0; i < ARRAYS; i++)
        if (c[i].size != 0) memset(d[i].dst, 0xa5, c[i].size);
    CHECK(pc_tensor_decode_batch(d, ARRAYS, threads) == PC_OK);
    for (int i = 0; i < ARRAYS; i++) {
        if (i == wrong)
            CHECK(d[i].status == status && d[i].failed == failed);
        else
            CHECK(d[i].status == PC_OK && (c[i].size == 0 || memcmp(d[i].dst, c[i].data, c[i].size) == 0));
    }
}

static void check_damage(pc_tensor_coding c[ARRAYS], unsigned threads)
{
    pc_tensor_decoding d[ARRAYS];
    open_frames(d, c);
    check_decoding(d, c, threads, -1, PC_OK, 0);
    size_t second = pc_load32(d[0].table), last = pc_tensor_decoder_info(d[0].decoder)->chunks - 1;
    uint8_t *payload = (uint8_t *)d[0].src + second; /* the second chunk of the first array */
    payload[0] ^= 1;
    check_decoding(d, c, threads, 0, PC_ERR_CHECKSUM, 1);
    payload[0] ^= 1;
    d[0].src_len--;
    check_decoding(d, c, threads, 0, PC_ERR_TRUNCATED, last);
    d[0].src_len += 2; /* the table's first byte looks like payload */
    check_decoding(d, c, threads, 0, PC_ERR_CORRUPT, last);
    close_frames(d, c);
}

int main(void)
{
    array arrays[ARRAYS];
    pc_kernels_fill(&kernels, pc_isa_detect());
    make_arrays(arrays);
    static const unsigned counts[] = {1, 2, 7};
    for (int level = PC_LEVEL_FAST; level <= PC_LEVEL_HIGH; level++)
        for (size_t t = 0; t < 3; t++) {
            pc_tensor_coding c[ARRAYS];
            for (int i = 0; i < ARRAYS; i++) prepare(&c[i], &arrays[i], i, (pc_level)level);
            pc_tensor_encode_batch(&kernels, c, ARRAYS, counts[t]);
            for (int i = 0; i < ARRAYS; i++) {
                CHECK(c[i].status == PC_OK);
                check_frame(&c[i]);
            }
            check_damage(c, counts[t]);
            for (int i = 0; i < ARRAYS; i++) drop(&c[i]);
        }
    /* Too little room, and what is wrong with one array, are that array's alone. */
    pc_tensor_coding c[2];
    prepare(&c[0], &arrays[1], 1, PC_LEVEL_FAST);
    prepare(&c[1], &arrays[1], 1, PC_LEVEL_FAST);
    c[0].dst_cap = 2000;
    pc_tensor_encode_batch(&kernels, c, 2, 2);
    CHECK(c[0].status == PC_ERR_DST_SIZE && c[1].status == PC_OK);
    c[0].dst_cap = arrays[1].room;
    c[0].size--;
    pc_tensor_encode_batch(&kernels, c, 2, 2);
    CHECK(c[0].status == PC_ERR_PARAM && c[1].status == PC_OK);
    drop(&c[0]);
    drop(&c[1]);
    pc_tensor_encode_batch(&kernels, NULL, 0, 2);
    CHECK(pc_tensor_decode_batch(NULL, 0, 2) == PC_OK);
    CHECK(pc_tensor_frame_room(3, PC_DTYPE_F32, 0, &arrays[0].chunks, &arrays[0].room) == PC_ERR_PARAM);
    for (int i = 0; i < ARRAYS; i++) check_free(arrays[i].data, arrays[i].size);
    return CHECK_RESULT();
}
