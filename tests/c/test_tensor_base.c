/* Differences to a base: every type, every distance between the two arrays and every level gives one frame on
 * every tier, which every tier restores, in place as well; a base that is missing or another is told; then
 * damage to heads (sealed again, so that what lies behind the checksum is reached) and payloads. */
#include "base/mem.h"
#include "check.h"
#include "pycomp/tensor.h"
#include "pycomp/xxh3.h"
#include "tensor/head.h"
#include "tensor/model.h"
#include "tensor/split.h"

static pc_kernels tiers[3];
static int n_tiers;
static unsigned forms_seen, kinds_seen, plain_seen, outliers_seen;

typedef enum distance {
    SAME,
    RARE,     /* one element in 200 is one unit off */
    OFTEN,    /* one in five, by small numbers */
    SCALED,   /* small elements are off, large ones are not */
    FAR,      /* all are, by any number of bits */
    SURPRISE, /* rare, and one far off where no sample of a large array looks */
    PARTLY,   /* the first part same, then rare, then strange */
    STRANGE,  /* nothing to do with each other */
    DISTANCES
} distance;

static uint64_t next_element(uint64_t *seed, distance kind, uint64_t b, unsigned size, size_t i, size_t n)
{
    uint64_t r = check_random(seed), all = ~(uint64_t)0 >> (64 - 8 * size);
    switch (kind) {
    case RARE: return (b + (r % 200 == 0) * (r >> 20 & 2) - (r % 200 == 0)) & all;
    case OFTEN: return (b + (r % 5 == 0) * (r >> 20) % 19) & all;
    case SCALED: return (b & (all >> 3)) < all >> 5 ? (b + r % 3) & all : b;
    case FAR: return (b + (r >> (r & 63))) & all;
    case SURPRISE: return i == 2000 ? ~b & all : next_element(seed, RARE, b, size, i, n);
    case PARTLY: return i < n / 3 ? b : next_element(seed, i < n / 2 ? RARE : STRANGE, b, size, i, n);
    case STRANGE: return r & all;
    default: return b;
    }
}

/* A base that looks like numbers: many scales, both signs, none so small that a step changes its sign. */
static uint64_t base_element(uint64_t *seed, unsigned size)
{
    uint64_t r = check_random(seed), all = ~(uint64_t)0 >> (64 - 8 * size);
    if (size == 1) return r & all;
    return (r & all) >> (2 + check_random(seed) % (4 * size)) | (r >> 63) << (8 * size - 1) | 2;
}

typedef struct pair {
    uint8_t *data, *base;
    size_t size, n;
    pc_dtype dtype;
} pair;

static pair make_pair(uint64_t *seed, distance kind, pc_dtype dtype, size_t n)
{
    unsigned size = (unsigned)pc_dtype_size(dtype);
    pair p = {check_alloc(n * size), check_alloc(n * size), n * size, n, dtype};
    for (size_t i = 0; i < n; i++) {
        uint64_t b = base_element(seed, size);
        pc_store_element(p.base + i * size, size, b);
        pc_store_element(p.data + i * size, size, next_element(seed, kind, b, size, i, n));
    }
    return p;
}

static void free_pair(pair *p) { check_free(p->data, p->size), check_free(p->base, p->size); }

typedef struct frame {
    uint8_t *head, *payload;
    size_t head_size, payload_size, chunks;
    uint32_t *sizes;
} frame;

static frame encode(const pc_kernels *k, const pair *p, pc_level level)
{
    pc_tensor_encoder *e = NULL;
    CHECK(pc_tensor_encoder_create_base(k, p->data, p->base, p->size, p->dtype, 300, level, &e) == PC_OK);
    const pc_tensor_info *info = pc_tensor_encoder_info(e);
    frame f = {.head_size = info->head_size, .chunks = info->chunks};
    f.head = malloc(f.head_size);
    f.payload = malloc(info->chunks * info->chunk_bound + 1);
    f.sizes = malloc((info->chunks + 1) * sizeof *f.sizes);
    if (f.head == NULL || f.payload == NULL || f.sizes == NULL) abort();
    memcpy(f.head, pc_tensor_encoder_head(e), f.head_size);
    uint8_t *workspace = check_alloc(info->workspace_size), *dst = check_alloc(info->chunk_bound);
    for (size_t c = 0; c < f.chunks; c++) {
        size_t used = 0;
        uint64_t hash;
        CHECK(pc_tensor_encode_chunk(e, c, dst, info->chunk_bound, &used, &hash, workspace) == PC_OK);
        CHECK(used <= PC_CHUNK_HEAD + pc_tensor_chunk_size(info, c));
        memcpy(f.payload + f.payload_size, dst, used);
        f.sizes[c] = (uint32_t)used;
        f.payload_size += used;
    }
    check_free(workspace, info->workspace_size);
    check_free(dst, info->chunk_bound);
    pc_tensor_encoder_free(e);
    return f;
}

static void free_frame(frame *f) { free(f->head), free(f->payload), free(f->sizes); }

/* Decodes chunk by chunk; the first failure's status. in_place: the base is in dst already. */
static pc_status decode(const pc_kernels *k, const frame *f, const uint8_t *base, size_t size, uint8_t *dst,
                        int in_place)
{
    pc_tensor_decoder *d = NULL;
    pc_status status = pc_tensor_decoder_create(k, f->head, f->head_size, &d), first = status;
    if (status != PC_OK) return status;
    const pc_tensor_info *info = pc_tensor_decoder_info(d);
    if (info->size != size || info->chunks != f->chunks || info->workspace_size > 1 << 26) {
        pc_tensor_decoder_free(d);
        return PC_ERR_PARAM;
    }
    if (in_place) memcpy(dst, base, size);
    size_t at = 0;
    for (size_t c = 0; c < f->chunks; at += f->sizes[c++]) {
        size_t begin = c * info->chunk_bytes, n = pc_tensor_chunk_size(info, c);
        uint8_t *payload = check_alloc(f->sizes[c]), *workspace = check_alloc(info->workspace_size);
        memcpy(payload, f->payload + at, f->sizes[c]);
        const uint8_t *before = in_place ? dst + begin : base == NULL ? NULL : base + begin;
        status = pc_tensor_decode_chunk(d, c, before, payload, f->sizes[c], f->sizes[c], dst + begin, n,
                                        workspace);
        if (first == PC_OK) first = status;
        check_free(payload, f->sizes[c]);
        check_free(workspace, info->workspace_size);
    }
    pc_tensor_decoder_free(d);
    return first;
}

static int is_based(const frame *f) { return f->head[PC_HEAD_METHOD] == PC_METHOD_BASE; }

static void note(const frame *f)
{
    plain_seen |= !is_based(f);
    if (!is_based(f)) return;
    unsigned tables = f->head[PC_HEAD_TABLES];
    for (unsigned t = 0; t < tables; t++)
        kinds_seen |= f->head[PC_HEAD_FIXED + 16 + 2 * (tables - 1) + t] == PC_BASE_DENSE ? 1 : 2;
    for (size_t c = 0, at = 0; c < f->chunks; at += f->sizes[c++]) {
        forms_seen |= 1u << f->payload[at + 8];
        if (f->payload[at + 8] == PC_CHUNK_CODED) outliers_seen |= f->payload[at + PC_CHUNK_HEAD + 4] != 0;
    }
}

static void test_case(uint64_t *seed, distance kind, pc_dtype dtype, size_t n, pc_level level)
{
    pair p = make_pair(seed, kind, dtype, n);
    uint8_t *back = check_alloc(p.size);
    frame first = encode(&tiers[0], &p, level);
    note(&first);
    for (int t = 0; t < n_tiers; t++) {
        frame f = encode(&tiers[t], &p, level);
        CHECK(f.head_size == first.head_size && memcmp(f.head, first.head, f.head_size) == 0);
        CHECK(f.payload_size == first.payload_size && memcmp(f.payload, first.payload, f.payload_size) == 0);
        for (int in_place = 0; in_place < 2; in_place++) {
            memset(back, 0xa5, p.size);
            CHECK(decode(&tiers[t], &first, p.base, p.size, back, in_place) == PC_OK);
            CHECK(memcmp(back, p.data, p.size) == 0);
        }
        free_frame(&f);
    }
    if (is_based(&first) && n > 100) { /* no base, and another: one bit of each chunk is enough */
        CHECK(decode(&tiers[0], &first, NULL, p.size, back, 0) == PC_ERR_BASE);
        for (size_t at = 7; at < p.size; at += 5000) p.base[at] ^= 4;
        CHECK(decode(&tiers[0], &first, p.base, p.size, back, 0) == PC_ERR_BASE);
    }
    free_frame(&first);
    check_free(back, p.size);
    free_pair(&p);
}

static void test_all(uint64_t *seed)
{
    static const size_t sizes[] = {1, 2, 3, 63, 700, 5001, 70001};
    for (unsigned dtype = 0; dtype < PC_DTYPE_COUNT; dtype++)
        for (unsigned kind = 0; kind < DISTANCES; kind++)
            for (size_t i = 0; i < PC_COUNT_OF(sizes); i++)
                test_case(seed, (distance)kind, (pc_dtype)dtype, sizes[i],
                          1 + (dtype + kind + (unsigned)i) % 3);
    test_case(seed, RARE, PC_DTYPE_F32, 900, PC_LEVEL_MAX);
    test_case(seed, SURPRISE, PC_DTYPE_BF16, 900000, PC_LEVEL_FAST); /* several chunks, a sample */
    test_case(seed, PARTLY, PC_DTYPE_F32, 900000, PC_LEVEL_DEFAULT);
}

static void seal(uint8_t *head, size_t size)
{
    pc_store32(head + PC_HEAD_CHECKSUM, 0);
    pc_store32(head + PC_HEAD_CHECKSUM, (uint32_t)pc_xxh3_64(&tiers[0], head, size));
}

/* All tiers agree about what is damaged, and nothing passes that is not what was coded. */
static void check_verdicts(const pair *p, const frame *f)
{
    uint8_t *back = check_alloc(p->size);
    pc_status expected = PC_OK;
    for (int t = 0; t < n_tiers; t++) {
        pc_status status = decode(&tiers[t], f, p->base, p->size, back, 0);
        if (t == 0) expected = status;
        CHECK(status == expected);
        if (status == PC_OK) CHECK(memcmp(back, p->data, p->size) == 0);
    }
    check_free(back, p->size);
}

static void damage(uint64_t *seed, distance kind, pc_dtype dtype, size_t n)
{
    pair p = make_pair(seed, kind, dtype, n);
    frame f = encode(&tiers[0], &p, PC_LEVEL_HIGH);
    for (size_t bit = 0; bit < 8 * f.head_size; bit++) {
        frame mutant = f;
        mutant.head = malloc(f.head_size);
        if (mutant.head == NULL) abort();
        memcpy(mutant.head, f.head, f.head_size);
        mutant.head[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (bit / 8 >= PC_HEAD_CHECKSUM && bit / 8 < PC_HEAD_FIXED)
            CHECK(decode(&tiers[0], &mutant, p.base, p.size, p.data, 0) == PC_ERR_CHECKSUM);
        else if (bit / 8 < PC_HEAD_LENGTH || bit / 8 >= PC_HEAD_FIXED) {
            seal(mutant.head, f.head_size);
            check_verdicts(&p, &mutant);
        }
        free(mutant.head);
    }
    for (size_t bit = 0; bit < 8 * f.payload_size; bit += 1 + bit / 3000) {
        f.payload[bit / 8] ^= (uint8_t)(1u << bit % 8);
        check_verdicts(&p, &f);
        f.payload[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (uint32_t size = f.sizes[0]; f.sizes[0]-- > 0;) {
        check_verdicts(&p, &f);
        if (f.sizes[0] > 300) f.sizes[0] -= size / 200;
    }
    free_frame(&f);
    free_pair(&p);
}

static void test_damage(uint64_t *seed)
{
    damage(seed, RARE, PC_DTYPE_BF16, 6000);
    damage(seed, SCALED, PC_DTYPE_F16, 3000);
    damage(seed, OFTEN, PC_DTYPE_F32, 2000);
    damage(seed, PARTLY, PC_DTYPE_F64, 1500);
    damage(seed, RARE, PC_DTYPE_I32, 9000);
    damage(seed, OFTEN, PC_DTYPE_U8, 4000);
    damage(seed, SAME, PC_DTYPE_F32, 4000);
}

int main(void)
{
    uint64_t seed = 29;
    n_tiers = check_tables(tiers);
    test_all(&seed);
    test_damage(&seed);
    CHECK((forms_seen & 13) == 13 && kinds_seen == 3 && plain_seen && outliers_seen);
    return CHECK_RESULT();
}
