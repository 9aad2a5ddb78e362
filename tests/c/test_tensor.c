/* The numeric codec: every dtype, content, geometry and level on every tier gives one frame, which every
 * tier restores; then damage of every kind to the parts that a reader gets. Heads are also sealed again
 * after the damage, so that what lies behind the checksum is reached. A payload's checksum is compared
 * last, so damaged payloads run all the way without help. */
#include "base/mem.h"
#include "check.h"
#include "pycomp/parallel.h"
#include "pycomp/tensor.h"
#include "pycomp/xxh3.h"
#include "tensor/head.h"
#include "tensor/model.h"
#include "tensor/split.h"

static pc_kernels tiers[3];
static int n_tiers;

/* What has been met, so that the list of cases cannot silently stop to reach a part of the codec. */
static unsigned methods_seen, forms_seen, coders_seen, flags_seen, grouped_seen;

/* -- Content ---------------------------------------------------------------------------------------- */

typedef enum content {
    NOISE, /* any bits */
    ZEROS,
    ONE_VALUE,
    WEIGHTS,    /* a hill of exponents, scales by row and column */
    TRIMMED,    /* weights, some rows of which end in zero bits: of narrower origin */
    CONSTANT,   /* weights, some rows of which are one value */
    OUTLIERS,   /* weights, one element in 500 far outside */
    SPARSE,     /* weights, one element in three is zero */
    FEW_VALUES, /* for the palette */
    COUNTER,    /* for differences */
    SKEWED,     /* small integers */
    MIXED,      /* chunks of different kinds */
    CONTENTS
} content;

static const pc_dtype_traits *traits_of(pc_dtype dtype) { return pc_dtype_find((unsigned)dtype); }

/* A weight: sign and mantissa at random, exponent geometric below the scale. */
static uint64_t weight(uint64_t *seed, const pc_dtype_traits *t, unsigned scale)
{
    uint64_t r = check_random(seed);
    if (!t->is_float) return (r & 15) + (r >> 4 & 15) + scale; /* a hill */
    unsigned bits = 8u * t->size, exponent_bits = t->size == 8                        ? 11
                                                  : t->name[0] == 'F' && t->size == 2 ? 5
                                                                                      : 8;
    unsigned top = (1u << (exponent_bits - 1)) - 2 - scale, drop = 0;
    while (drop < 20 && (r & 1) == 0) drop++, r >>= 1;
    uint64_t exponent = top > drop ? top - drop : 0, mantissa_bits = bits - 1 - exponent_bits;
    uint64_t mantissa = check_random(seed) & (((uint64_t)1 << mantissa_bits) - 1);
    return (check_random(seed) & 1) << (bits - 1) | exponent << mantissa_bits | mantissa;
}

static uint64_t element(uint64_t *seed, content kind, const pc_dtype_traits *t, size_t i, size_t cols,
                        uint64_t one)
{
    size_t row = i / cols, col = i % cols;
    unsigned scale = (unsigned)(row % 3 * 2 + (col * 2654435761u >> 7) % 3);
    uint64_t x = weight(seed, t, scale), r = check_random(seed);
    switch (kind) {
    case NOISE: return r;
    case ZEROS: return 0;
    case ONE_VALUE: return one;
    case TRIMMED: {
        unsigned pick = t->n_trims != 0 ? (unsigned)(row % (t->n_trims + 1u)) : 0;
        return pick == 0 ? x : x >> t->trim[pick - 1] << t->trim[pick - 1];
    }
    case CONSTANT: return row % 4 == 1 ? one + row : x;
    case OUTLIERS: return r % 500 == 0 ? r >> 9 : x;
    case SPARSE: return r % 3 == 0 ? 0 : x;
    case FEW_VALUES: return (one | 1) * (1 + r % 17 % (1 + (r >> 60)));
    case COUNTER: return one + 3 * i + r % 2;
    case SKEWED: return r % 7 == 0 ? r >> 50 : r % 3;
    case MIXED: {
        content kinds[] = {WEIGHTS, ZEROS, NOISE, SKEWED};
        content picked = kinds[i >> 18 & 3];
        return picked == WEIGHTS ? x : element(seed, picked, t, i, cols, one);
    }
    default: return x;
    }
}

static uint8_t *make(uint64_t *seed, content kind, pc_dtype dtype, size_t n, size_t cols)
{
    const pc_dtype_traits *t = traits_of(dtype);
    uint8_t *data = check_alloc(n * t->size);
    uint64_t one = check_random(seed);
    for (size_t i = 0; i < n; i++)
        pc_store_element(data + i * t->size, t->size, element(seed, kind, t, i, cols ? cols : 100, one));
    return data;
}

/* -- Frames ----------------------------------------------------------------------------------------- */

typedef struct frame {
    uint8_t *data; /* what was coded */
    uint64_t size;
    uint8_t *head, *payload;
    size_t head_size, payload_size, chunks;
    uint8_t *table; /* 4 bytes for each chunk */
    uint64_t *hashes;
} frame;

static void *copy_of(const void *src, size_t size)
{
    void *copy = malloc(size + 1);
    if (copy == NULL) abort();
    if (size != 0) memcpy(copy, src, size);
    return copy;
}

static frame encode(const pc_kernels *k, const uint8_t *data, uint64_t size, pc_dtype dtype, size_t cols,
                    pc_level level, unsigned threads)
{
    frame f = {.data = (uint8_t *)(uintptr_t)data, .size = size};
    pc_tensor_encoder *e = NULL;
    const pc_runner runner = pc_parallel_runner(threads);
    CHECK(pc_tensor_encoder_create(k, threads > 1 ? &runner : NULL, data, size, dtype, cols, level, &e) ==
          PC_OK);
    const pc_tensor_info *info = pc_tensor_encoder_info(e);
    f.head_size = info->head_size;
    f.head = copy_of(pc_tensor_encoder_head(e), info->head_size);
    f.chunks = info->chunks;
    CHECK(f.head_size <= PC_TENSOR_MAX_HEAD);
    size_t cap = pc_tensor_encode_reach(info, 0, info->chunks);
    f.payload = malloc(cap + 1);
    uint32_t *sizes = malloc(4 * info->chunks + 1);
    f.hashes = malloc(8 * info->chunks + 1);
    f.table = malloc(4 * info->chunks + 1);
    if (!f.payload || !sizes || !f.hashes || !f.table) abort();
    if (threads != 0) {
        size_t room_size = pc_tensor_encode_room(e, f.chunks, threads);
        uint8_t *room = check_alloc(room_size);
        if (cap != 0)
            CHECK(pc_tensor_encode_chunks(e, 0, f.chunks, threads, room, f.payload, cap - 1, &f.payload_size,
                                          sizes, f.hashes) == PC_ERR_DST_SIZE);
        CHECK(pc_tensor_encode_chunks(e, 0, f.chunks, threads, room, f.payload, cap, &f.payload_size, sizes,
                                      f.hashes) == PC_OK);
        check_free(room, room_size);
    } else { /* one by one, from the last to the first, in memory of exactly the stated size */
        uint8_t *workspace = check_alloc(info->workspace_size), *dst = check_alloc(info->chunk_bound);
        uint8_t **parts = malloc((f.chunks + 1) * sizeof *parts);
        if (parts == NULL) abort();
        for (size_t c = f.chunks; c-- > 0;) {
            size_t used = 0;
            CHECK(pc_tensor_encode_chunk(e, c, dst, info->chunk_bound - 1, &used, &f.hashes[c], workspace) ==
                  PC_ERR_DST_SIZE);
            CHECK(pc_tensor_encode_chunk(e, c, dst, info->chunk_bound, &used, &f.hashes[c], workspace) ==
                  PC_OK);
            CHECK(used <= PC_CHUNK_HEAD + pc_tensor_chunk_size(info, c));
            sizes[c] = (uint32_t)used;
            parts[c] = copy_of(dst, used);
        }
        for (size_t c = 0; c < f.chunks; c++) {
            memcpy(f.payload + f.payload_size, parts[c], sizes[c]);
            f.payload_size += sizes[c];
            free(parts[c]);
        }
        free(parts);
        check_free(workspace, info->workspace_size);
        check_free(dst, info->chunk_bound);
    }
    for (size_t c = 0; c < f.chunks; c++) pc_store32(f.table + 4 * c, sizes[c]);
    free(sizes);
    pc_tensor_encoder_free(e);
    return f;
}

static void free_frame(frame *f) { free(f->head), free(f->payload), free(f->table), free(f->hashes); }

static int same_frame(const frame *a, const frame *b)
{
    return a->head_size == b->head_size && a->payload_size == b->payload_size && a->chunks == b->chunks &&
           memcmp(a->head, b->head, a->head_size) == 0 &&
           memcmp(a->payload, b->payload, a->payload_size) == 0 &&
           memcmp(a->table, b->table, 4 * a->chunks) == 0 && memcmp(a->hashes, b->hashes, 8 * a->chunks) == 0;
}

static void note(const frame *f)
{
    methods_seen |= 1u << f->head[PC_HEAD_METHOD];
    coders_seen |= 1u << f->head[PC_HEAD_CODER];
    flags_seen |= f->head[PC_HEAD_FLAGS];
    grouped_seen |= (f->head[PC_HEAD_ROW_GROUPS] > 1) | (f->head[PC_HEAD_COL_GROUPS] > 1) << 1;
    for (size_t c = 0, at = 0; c < f->chunks; at += pc_load32(f->table + 4 * c++)) {
        forms_seen |= 1u << f->payload[at + 8];
        if (f->payload[at + 8] == PC_CHUNK_CODED && f->head[PC_HEAD_METHOD] == PC_METHOD_FLOAT &&
            !(f->head[PC_HEAD_FLAGS] & PC_FRAME_SPARSE))
            forms_seen |= (unsigned)f->payload[at + 9] << 8;
    }
}

/* Decodes all chunks from memory that ends with the last payload byte. */
static pc_status decode(const pc_kernels *k, const frame *f, unsigned threads, uint8_t *dst, size_t *failed)
{
    pc_tensor_decoder *d = NULL;
    uint8_t *head = check_alloc(f->head_size), *payload = check_alloc(f->payload_size);
    memcpy(head, f->head, f->head_size);
    if (f->payload_size != 0) memcpy(payload, f->payload, f->payload_size);
    pc_status status = pc_tensor_decoder_create(k, head, f->head_size, &d);
    if (status == PC_OK && pc_tensor_decoder_info(d)->size != f->size) status = PC_ERR_PARAM;
    if (status == PC_OK && pc_tensor_decoder_info(d)->chunks != f->chunks) status = PC_ERR_PARAM;
    if (status == PC_OK)
        status = pc_tensor_decode_chunks(d, 0, f->chunks, threads, NULL, payload, f->payload_size, f->table,
                                         0, dst, (size_t)f->size, failed);
    pc_tensor_decoder_free(d);
    check_free(head, f->head_size);
    check_free(payload, f->payload_size);
    return status;
}

/* Any part of the array, from any run of chunks, on any number of threads. */
static void check_parts(uint64_t *seed, const pc_kernels *k, const frame *f)
{
    pc_tensor_decoder *d = NULL;
    CHECK(pc_tensor_decoder_create(k, f->head, f->head_size, &d) == PC_OK);
    const pc_tensor_info *info = pc_tensor_decoder_info(d);
    for (unsigned round = 0; round < 6 && f->chunks != 0; round++) {
        size_t first = (size_t)(check_random(seed) % f->chunks), failed = 0, begin = 0, used = 0, have = 0;
        size_t count = 1 + (size_t)(check_random(seed) % (f->chunks - first));
        for (size_t c = 0; c < first + count; c++) {
            if (c < first)
                begin += pc_load32(f->table + 4 * c);
            else
                used += pc_load32(f->table + 4 * c), have += pc_tensor_chunk_size(info, c);
        }
        size_t skip = (size_t)(check_random(seed) % (have + 1)),
               size = (size_t)(check_random(seed) % (have - skip + 1));
        uint8_t *dst = check_alloc(size);
        CHECK(pc_tensor_decode_chunks(d, first, count, 1 + round % 3, NULL, f->payload + begin, used,
                                      f->table + 4 * first, skip, dst, size, &failed) == PC_OK);
        CHECK(size == 0 || memcmp(dst, f->data + first * info->chunk_bytes + skip, size) == 0);
        CHECK(pc_tensor_decode_chunks(d, first, count, 1, NULL, f->payload + begin, used,
                                      f->table + 4 * first, have, dst, 1, &failed) == PC_ERR_PARAM);
        check_free(dst, size);
    }
    pc_tensor_decoder_free(d);
}

static frame round_trip(uint64_t *seed, const uint8_t *data, uint64_t size, pc_dtype dtype, size_t cols,
                        pc_level level)
{
    frame f = encode(&tiers[0], data, size, dtype, cols, level, 0);
    note(&f);
    /* The bound that users are told: a head, and 13 bytes a chunk. */
    CHECK(f.payload_size + 4 * f.chunks <= size + 13 * f.chunks);
    uint8_t *back = check_alloc((size_t)size);
    size_t failed = 0;
    for (int t = 0; t < n_tiers; t++) {
        frame other = encode(&tiers[t], data, size, dtype, cols, level, t == 0 ? 3 : 1);
        CHECK(same_frame(&f, &other));
        free_frame(&other);
        if (size != 0) memset(back, 0xa5, (size_t)size);
        CHECK(decode(&tiers[t], &f, 1 + (unsigned)t, back, &failed) == PC_OK);
        CHECK(size == 0 || memcmp(back, data, (size_t)size) == 0);
        check_parts(seed, &tiers[t], &f);
    }
    check_free(back, (size_t)size);
    return f;
}

static void test_case(uint64_t *seed, content kind, pc_dtype dtype, size_t n, size_t cols, pc_level level)
{
    size_t size = n * traits_of(dtype)->size;
    uint8_t *data = make(seed, kind, dtype, n, cols);
    frame f = round_trip(seed, data, size, dtype, cols, level);
    free_frame(&f);
    check_free(data, size);
}

static void test_all(uint64_t *seed)
{
    /* Small, odd, around a useful row, and several chunks with a tail. */
    for (unsigned dtype = 0; dtype < PC_DTYPE_COUNT; dtype++)
        for (int kind = 0; kind < CONTENTS; kind++) {
            int narrow = traits_of((pc_dtype)dtype)->size == 1;
            if (narrow && kind != NOISE && kind != SKEWED && dtype % 4 != 0)
                continue; /* alike but for the name */
            unsigned level = 1 + (dtype + (unsigned)kind) % 4;
            test_case(seed, (content)kind, (pc_dtype)dtype, level == PC_LEVEL_MAX ? 1234 : 12345, 96,
                      (pc_level)level);
        }
    static const pc_dtype kinds[] = {PC_DTYPE_BF16, PC_DTYPE_F16, PC_DTYPE_F32,
                                     PC_DTYPE_F64,  PC_DTYPE_I8,  PC_DTYPE_U32};
    static const size_t counts[] = {0, 1, 2, 7, 8, 9, 63, 64, 65, 127, 1023, 1024, 1025, 4099};
    for (size_t d = 0; d < 6; d++)
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
            for (unsigned level = 1; level <= 3; level++) {
                test_case(seed, (content)((i + d) % CONTENTS), kinds[d], counts[i], i % 3 * 33,
                          (pc_level)level);
                test_case(seed, WEIGHTS, kinds[d], counts[i], 1, (pc_level)level);
            }
    static const size_t cols[] = {0, 1, 2, 3, 63, 64, 65, 1000, 65536, 65537, 99999};
    for (size_t i = 0; i < sizeof cols / sizeof cols[0]; i++)
        test_case(seed, WEIGHTS, PC_DTYPE_BF16, 100003, cols[i], (pc_level)(1 + i % 3));
    for (int kind = 0; kind < CONTENTS; kind++) /* several chunks, the last one short */
        test_case(seed, (content)kind, kinds[(size_t)kind % 6], (1 << 19) + 777, kind % 2 ? 512 : 768,
                  (pc_level)(1 + kind % 3));
    test_case(seed, MIXED, PC_DTYPE_BF16, (5 << 18) + 1, 256, PC_LEVEL_DEFAULT);
    test_case(seed, MIXED, PC_DTYPE_F32, (5 << 18) + 1, 256, PC_LEVEL_HIGH);
    test_case(seed, WEIGHTS, PC_DTYPE_F32, 1 << 18, 512, PC_LEVEL_DEFAULT);
    test_case(seed, WEIGHTS, PC_DTYPE_BF16, 1 << 18, 512, PC_LEVEL_HIGH);
}

/* -- Damage ----------------------------------------------------------------------------------------- */

static void seal(uint8_t *head, size_t size)
{
    pc_store32(head + PC_HEAD_CHECKSUM, 0);
    pc_store32(head + PC_HEAD_CHECKSUM, (uint32_t)pc_xxh3_64(&tiers[0], head, size));
}

/* Decodes damaged chunks one by one on every tier: the verdicts agree, the bytes too wherever decoding ran
 * to the end, and nothing passes that is not what was coded. */
static void check_verdicts(const frame *f, const uint8_t *head, size_t head_size)
{
    pc_tensor_decoder *d[3] = {NULL};
    pc_status expected = PC_OK;
    for (int t = 0; t < n_tiers; t++) {
        uint8_t *exact = check_alloc(head_size);
        if (head_size != 0) memcpy(exact, head, head_size);
        pc_status status = pc_tensor_decoder_create(&tiers[t], exact, head_size, &d[t]);
        if (t == 0) expected = status;
        CHECK(status == expected && (status == PC_OK) == (d[t] != NULL));
        check_free(exact, head_size);
    }
    if (expected == PC_OK) {
        const pc_tensor_info *info = pc_tensor_decoder_info(d[0]);
        for (size_t c = 0, at = 0; c < f->chunks && c < info->chunks; at += pc_load32(f->table + 4 * c++)) {
            size_t size = pc_tensor_chunk_size(info, c), used = pc_load32(f->table + 4 * c);
            if (size > 1 << 22 || info->workspace_size > 1 << 26)
                break; /* a giant, and a fraud: the table has no room */
            uint8_t *payload = check_alloc(used), *first = check_alloc(size);
            memcpy(payload, f->payload + at, used);
            for (int t = 0; t < n_tiers; t++) {
                uint8_t *workspace = check_alloc(info->workspace_size), *dst = check_alloc(size);
                pc_status status =
                    pc_tensor_decode_chunk(d[t], c, NULL, payload, used, used, dst, size, workspace);
                if (t == 0) expected = status;
                CHECK(status == expected);
                if (status == PC_OK) CHECK(pc_xxh3_64(&tiers[0], dst, size) == f->hashes[c]);
                if (t == 0 && size != 0) memcpy(first, dst, size);
                if (status == PC_ERR_CHECKSUM) CHECK(memcmp(first, dst, size) == 0);
                check_free(dst, size);
                check_free(workspace, info->workspace_size);
            }
            check_free(payload, used);
            check_free(first, size);
        }
    }
    for (int t = 0; t < n_tiers; t++) pc_tensor_decoder_free(d[t]);
}

static void damage_head(uint64_t *seed, const frame *f, unsigned stride)
{
    pc_tensor_decoder *d = NULL;
    for (size_t cut = 0; cut < f->head_size; cut++) {
        uint8_t *exact = check_alloc(cut);
        if (cut != 0) memcpy(exact, f->head, cut);
        CHECK(pc_tensor_decoder_create(&tiers[0], exact, cut, &d) != PC_OK);
        check_free(exact, cut);
        uint8_t *shorter = copy_of(f->head, f->head_size); /* a head that says it ends here */
        if (cut >= PC_HEAD_FIXED) {
            pc_store32(shorter + PC_HEAD_LENGTH, (uint32_t)cut);
            seal(shorter, cut);
            CHECK(pc_tensor_decoder_create(&tiers[0], shorter, cut, &d) != PC_OK);
        }
        free(shorter);
    }
    uint8_t *mutant = copy_of(f->head, f->head_size);
    for (size_t bit = 0; bit < 8 * f->head_size; bit += stride) {
        mutant[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK(pc_tensor_decoder_create(&tiers[0], mutant, f->head_size, &d) != PC_OK);
        if (bit / 8 < PC_HEAD_LENGTH || bit / 8 >= PC_HEAD_FIXED) {
            seal(mutant, f->head_size);
            check_verdicts(f, mutant, f->head_size);
        }
        memcpy(mutant, f->head, f->head_size);
    }
    for (unsigned round = 0; round < 300 / stride; round++) { /* several bytes at once */
        for (unsigned i = 0; i < 1 + round % 4; i++) {
            size_t at = (size_t)(check_random(seed) % f->head_size);
            if (at < PC_HEAD_LENGTH || at >= PC_HEAD_FIXED) mutant[at] = (uint8_t)check_random(seed);
        }
        seal(mutant, f->head_size);
        check_verdicts(f, mutant, f->head_size);
        memcpy(mutant, f->head, f->head_size);
    }
    free(mutant);
}

static void damage_payload(uint64_t *seed, frame *f, unsigned stride)
{
    for (size_t bit = 0; bit < 8 * f->payload_size; bit += stride) {
        f->payload[bit / 8] ^= (uint8_t)(1u << bit % 8);
        check_verdicts(f, f->head, f->head_size);
        f->payload[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    uint8_t *keep = copy_of(f->payload, f->payload_size);
    for (unsigned round = 0; round < 200 && f->payload_size > 9; round++) {
        for (unsigned i = 0; i < 1 + round % 3; i++)
            f->payload[9 +
                       check_random(seed) % PC_MIN(f->payload_size - 9, (size_t)(round % 2 ? 40 : 1 << 30))] =
                (uint8_t)check_random(seed);
        check_verdicts(f, f->head, f->head_size);
        memcpy(f->payload, keep, f->payload_size);
    }
    free(keep);
}

/* Cut payloads, cut and lying tables. */
static void damage_table(const frame *f)
{
    uint8_t *back = check_alloc((size_t)f->size);
    size_t failed = 0, step = f->payload_size / 100 + 1;
    frame cut = *f;
    for (cut.payload_size = 0; cut.payload_size < f->payload_size; cut.payload_size += step)
        CHECK(decode(&tiers[n_tiers - 1], &cut, 1, back, &failed) != PC_OK && failed < f->chunks);
    cut = *f;
    for (size_t c = 0; c < f->chunks; c++) { /* a payload that ends early, in a table that adds up */
        uint32_t size = pc_load32(f->table + 4 * c);
        for (uint32_t less = 1; less <= size; less += less < 40 ? 1 : size / 50 + 1) {
            cut.table = copy_of(f->table, 4 * f->chunks);
            cut.payload = malloc(f->payload_size);
            size_t start = 0;
            for (size_t i = 0; i < c; i++) start += pc_load32(f->table + 4 * i);
            if (cut.payload == NULL) abort();
            memcpy(cut.payload, f->payload, start + size - less);
            memcpy(cut.payload + start + size - less, f->payload + start + size,
                   f->payload_size - start - size);
            pc_store32(cut.table + 4 * c, size - less);
            cut.payload_size = f->payload_size - less;
            CHECK(decode(&tiers[n_tiers - 1], &cut, 2, back, &failed) != PC_OK && failed == c);
            free(cut.table), free(cut.payload);
        }
        cut = *f;
        cut.table = copy_of(f->table, 4 * f->chunks);
        pc_store32(cut.table + 4 * c, 0xffffffffu);
        CHECK(decode(&tiers[0], &cut, 1, back, &failed) == PC_ERR_TRUNCATED && failed == c);
        pc_store32(cut.table + 4 * c, size + 1);
        CHECK(decode(&tiers[0], &cut, 1, back, &failed) != PC_OK &&
              failed == (f->chunks > c + 1 ? failed : c));
        free(cut.table);
        cut = *f;
    }
    check_free(back, (size_t)f->size);
}

static void test_damage(uint64_t *seed)
{
    static const struct {
        content kind;
        pc_dtype dtype;
        size_t n, cols;
        pc_level level;
    } cases[] = {
        {WEIGHTS, PC_DTYPE_BF16, 100, 0, PC_LEVEL_DEFAULT},
        {WEIGHTS, PC_DTYPE_F16, 130, 64, PC_LEVEL_HIGH},
        {TRIMMED, PC_DTYPE_F32, 300, 64, PC_LEVEL_DEFAULT},
        {TRIMMED, PC_DTYPE_F16, 300, 64, PC_LEVEL_DEFAULT},
        {TRIMMED, PC_DTYPE_F64, 300, 64, PC_LEVEL_HIGH},
        {CONSTANT, PC_DTYPE_BF16, 700, 64, PC_LEVEL_HIGH},
        {OUTLIERS, PC_DTYPE_BF16, 3000, 64, PC_LEVEL_DEFAULT},
        {SPARSE, PC_DTYPE_F32, 200, 64, PC_LEVEL_DEFAULT},
        {SPARSE, PC_DTYPE_BF16, 400, 64, PC_LEVEL_HIGH},
        {FEW_VALUES, PC_DTYPE_F32, 600, 64, PC_LEVEL_DEFAULT},
        {FEW_VALUES, PC_DTYPE_U64, 600, 64, PC_LEVEL_HIGH},
        {COUNTER, PC_DTYPE_I64, 200, 0, PC_LEVEL_DEFAULT},
        {SKEWED, PC_DTYPE_U16, 400, 0, PC_LEVEL_HIGH},
        {SKEWED, PC_DTYPE_I8, 400, 64, PC_LEVEL_HIGH},
        {SKEWED, PC_DTYPE_I8, 400, 64, PC_LEVEL_FAST},
        {WEIGHTS, PC_DTYPE_BF16, 700, 70, PC_LEVEL_MAX},
        {SKEWED, PC_DTYPE_I8, 400, 64, PC_LEVEL_MAX},
        {TRIMMED, PC_DTYPE_F32, 300, 64, PC_LEVEL_MAX},
        {SPARSE, PC_DTYPE_F16, 400, 64, PC_LEVEL_MAX},
        {ZEROS, PC_DTYPE_F32, 100, 0, PC_LEVEL_DEFAULT},
        {NOISE, PC_DTYPE_F16, 60, 0, PC_LEVEL_DEFAULT},
        {WEIGHTS, PC_DTYPE_BF16, 0, 0, PC_LEVEL_DEFAULT},
        {WEIGHTS, PC_DTYPE_BF16, 1, 0, PC_LEVEL_HIGH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = cases[i].n * traits_of(cases[i].dtype)->size;
        uint8_t *data = make(seed, cases[i].kind, cases[i].dtype, cases[i].n, cases[i].cols);
        frame f = round_trip(seed, data, size, cases[i].dtype, cases[i].cols, cases[i].level);
        unsigned slow = cases[i].level == PC_LEVEL_MAX ? 16 : 1,
                 stride = slow + (unsigned)(f.payload_size / 400);
        damage_head(seed, &f, slow);
        damage_payload(seed, &f, stride);
        damage_table(&f);
        free_frame(&f);
        check_free(data, size);
    }
    /* Grouped rows and columns, several chunks: a few of very many places. */
    for (unsigned level = PC_LEVEL_FAST; level <= PC_LEVEL_HIGH; level++) {
        size_t n = (1 << 18) + 5000;
        uint8_t *data = make(seed, OUTLIERS, PC_DTYPE_BF16, n, 256);
        frame f = round_trip(seed, data, 2 * n, PC_DTYPE_BF16, 256, (pc_level)level);
        for (unsigned round = 0; round < 12; round++) {
            size_t at = round % 2 ? (size_t)(check_random(seed) % f.payload_size)
                                  : 9 + (size_t)(check_random(seed) % 60);
            uint8_t keep = f.payload[at], *head = copy_of(f.head, f.head_size);
            f.payload[at] ^= (uint8_t)(1 + check_random(seed) % 255);
            check_verdicts(&f, f.head, f.head_size);
            f.payload[at] = keep;
            head[PC_HEAD_FIXED + check_random(seed) % (f.head_size - PC_HEAD_FIXED)] ^=
                (uint8_t)(1u << round % 8);
            seal(head, f.head_size);
            check_verdicts(&f, head, f.head_size);
            free(head);
        }
        free_frame(&f);
        check_free(data, 2 * n);
    }
}

/* Heads that promise what no input can hold cost nothing to turn down. */
static void test_lies(void)
{
    pc_tensor_decoder *d = NULL;
    uint8_t head[PC_HEAD_FIXED + 200] = {[PC_HEAD_VERSION] = PC_FRAME_VERSION,
                                         [PC_HEAD_DTYPE] = PC_DTYPE_U8,
                                         [PC_HEAD_METHOD] = PC_METHOD_BYTE,
                                         [PC_HEAD_ROW_GROUPS] = 1,
                                         [PC_HEAD_COL_GROUPS] = 2,
                                         [PC_HEAD_TABLES] = 1};
    head[PC_HEAD_FIXED] = 1; /* a section of one value, however long */
    head[PC_HEAD_FIXED + 2] = 5, head[PC_HEAD_FIXED + 3] = 5, head[PC_HEAD_FIXED + 4] = 1; /* one symbol */
    pc_store32(head + PC_HEAD_LENGTH, PC_HEAD_FIXED + 5);
    pc_store32(head + PC_HEAD_COLS, 0xffffffffu); /* of an empty array */
    seal(head, PC_HEAD_FIXED + 5);
    CHECK(pc_tensor_decoder_create(&tiers[0], head, sizeof head, &d) == PC_ERR_CORRUPT);
    pc_store32(head + PC_HEAD_COLS, 1 << 18);
    pc_store64(head + PC_HEAD_SIZE, ~(uint64_t)0); /* of the largest array there could be */
    seal(head, PC_HEAD_FIXED + 5);
    pc_status status = pc_tensor_decoder_create(&tiers[0], head, sizeof head, &d);
    CHECK(status == PC_OK || status == PC_ERR_LIMIT || status == PC_ERR_CORRUPT);
    if (status == PC_OK) {
        CHECK(pc_tensor_decoder_info(d)->workspace_size < (size_t)1 << 27);
        pc_tensor_decoder_free(d);
    }
    pc_store32(head + PC_HEAD_LENGTH, 0xffffffffu);
    CHECK(pc_tensor_decoder_create(&tiers[0], head, sizeof head, &d) == PC_ERR_LIMIT);
    head[PC_HEAD_VERSION] = 200;
    CHECK(pc_tensor_decoder_create(&tiers[0], head, sizeof head, &d) == PC_ERR_UNSUPPORTED);
}

static void test_params(void)
{
    pc_tensor_encoder *e = NULL;
    uint8_t data[64] = {0};
    CHECK(pc_tensor_encoder_create(&tiers[0], NULL, data, 64, PC_DTYPE_F32, 0, (pc_level)0, &e) ==
          PC_ERR_PARAM);
    CHECK(pc_tensor_encoder_create(&tiers[0], NULL, data, 64, PC_DTYPE_F32, 0, (pc_level)5, &e) ==
          PC_ERR_PARAM);
    CHECK(pc_tensor_encoder_create(&tiers[0], NULL, data, 63, PC_DTYPE_F32, 0, PC_LEVEL_FAST, &e) ==
          PC_ERR_PARAM);
    CHECK(pc_tensor_encoder_create(&tiers[0], NULL, data, 64, PC_DTYPE_COUNT, 0, PC_LEVEL_FAST, &e) ==
          PC_ERR_UNSUPPORTED);
    CHECK(pc_dtype_name(PC_DTYPE_COUNT) == NULL && pc_dtype_size(PC_DTYPE_COUNT) == 0);
    CHECK(pc_dtype_size(PC_DTYPE_C64) == 4 && strcmp(pc_dtype_name(PC_DTYPE_F6_E3M2), "F6_E3M2") == 0);
}

int main(void)
{
    uint64_t seed = 23;
    n_tiers = check_tables(tiers);
    test_params();
    test_lies();
    test_all(&seed);
    test_damage(&seed);
    CHECK(methods_seen == 31 && coders_seen == 7 && (flags_seen & 3) == 3 && grouped_seen == 3);
    CHECK(forms_seen == (7 | (PC_CHUNK_ROW_KINDS | PC_CHUNK_OUTLIERS) << 8));
    return CHECK_RESULT();
}
