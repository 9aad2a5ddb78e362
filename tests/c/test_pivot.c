/* Level-ordered Huffman: the kernels against plain lists, and whole streams under many codes on every tier:
 * equal bytes, exact bits, every truncation, random damage. Workspaces, sources and destinations have
 * exactly the bytes and the slack that the contracts grant. */
#include "base/checked.h"
#include "base/limits.h"
#include "check.h"
#include "pycomp/hist.h"
#include "pycomp/huffman.h"
#include "pycomp/pivot.h"

static pc_kernels tiers[3];
static int n_tiers;

static const size_t sizes[] = {0,   1,   2,   7,    8,    9,    31,    32,    33,    63,     64,    65,
                               127, 128, 129, 1000, 4095, 4097, 65535, 65536, 65537, 131072, 200001};
enum { N_SIZES = sizeof sizes / sizeof sizes[0] };

/* -- Kernels ---------------------------------------------------------------------------------------- */

static void test_kernels(uint64_t *seed, size_t n, unsigned ones_in_256)
{
    size_t mask_size = pc_ceil_div(n, 8), n_upper = 0;
    unsigned threshold = 1 + (unsigned)(check_random(seed) % 255);
    uint8_t *ranks = malloc(n + 1), *upper = malloc(n + 1), *lower = malloc(n + 1),
            *mask = calloc(1, mask_size + 1);
    if (!ranks || !upper || !lower || !mask) abort();
    for (size_t i = 0; i < n; i++) {
        unsigned up = check_random(seed) % 256 < ones_in_256;
        uint64_t r = check_random(seed);
        ranks[i] = (uint8_t)(up ? threshold + r % (256 - threshold) : r % threshold);
        mask[i / 8] |= (uint8_t)(up << i % 8);
        if (up)
            upper[n_upper++] = ranks[i];
        else
            lower[i - n_upper] = ranks[i];
    }
    size_t n_lower = n - n_upper;
    for (int t = 0; t < n_tiers; t++) {
        uint8_t *list = check_alloc(n + PC_SLACK), *up = check_alloc(n_upper + PC_SLACK);
        uint8_t *bits = check_alloc(mask_size + PC_SLACK);
        memcpy(list, ranks, n);
        CHECK(tiers[t].pivot_partition(list, n, threshold, bits, up) == n_lower);
        CHECK(memcmp(bits, mask, mask_size) == 0);
        CHECK(memcmp(list, lower, n_lower) == 0 && memcmp(up, upper, n_upper) == 0);

        /* The upper list at the tail of the output; bits and bytes behind the end are anything. */
        for (size_t i = 0; i < PC_SLACK; i++) bits[mask_size + i] = (uint8_t)check_random(seed);
        if (n % 8 != 0) bits[mask_size - 1] |= (uint8_t)(check_random(seed) << n % 8);
        CHECK(tiers[t].pivot_ones(bits, n) == n_upper);
        uint8_t *low = check_alloc(n_lower + PC_SLACK), *merged = check_alloc(n + PC_SLACK);
        memcpy(low, lower, n_lower);
        memcpy(merged + n_lower, upper, n_upper);
        tiers[t].pivot_merge(bits, n, low, merged + n_lower, merged);
        CHECK(memcmp(merged, ranks, n) == 0);
        check_free(list, n + PC_SLACK);
        check_free(up, n_upper + PC_SLACK);
        check_free(bits, mask_size + PC_SLACK);
        check_free(low, n_lower + PC_SLACK);
        check_free(merged, n + PC_SLACK);
    }
    free(ranks), free(upper), free(lower), free(mask);
}

/* pivot_ones needs no slack at all on any tier that reads masks of a payload's end. */
static void test_ones(uint64_t *seed)
{
    for (size_t n = 0; n < 1200; n++) {
        size_t size = pc_ceil_div(n, 8), plain = 0;
        uint8_t *mask = check_random_bytes(check_random(seed), size + PC_SLACK);
        for (size_t i = 0; i < n; i++) plain += mask[i / 8] >> i % 8 & 1;
        for (int t = 0; t < n_tiers; t++) CHECK(tiers[t].pivot_ones(mask, n) == plain);
        check_free(mask, size + PC_SLACK);
    }
}

/* -- Codes ------------------------------------------------------------------------------------------ */

typedef enum shape { UNIFORM, GEOMETRIC, HILL, TWO, ONE, SPARSE_ALPHABET, FIBONACCI, SHAPES } shape;

static void random_counts(uint64_t *seed, shape kind, uint32_t counts[256])
{
    uint32_t a = 1, b = 1;
    memset(counts, 0, 256 * sizeof counts[0]);
    unsigned live = 2 + (unsigned)(check_random(seed) % 255), at = (unsigned)(check_random(seed) % 256);
    for (unsigned i = 0; i < live; i++) {
        unsigned s = (at + i) % 256, half = live / 2 + 1, distance = i < half ? half - i : i - half;
        switch (kind) {
        case UNIFORM: counts[s] = 1000; break;
        case GEOMETRIC: counts[s] = 1 + (0x1000000u >> (i % 24)); break;
        case HILL: counts[s] = 1 + 100000 / (1 + distance * distance); break;
        case TWO: counts[s] = i < 2 ? 1 + 99 * i : 0; break;
        case ONE: counts[s] = i == 0; break;
        case SPARSE_ALPHABET: counts[(s * 37) & 255] = 1 + (uint32_t)(check_random(seed) % 100); break;
        default: /* the deepest tree there is */
            counts[s] = a;
            if (i < 30) b += a, a = b - a;
            break;
        }
    }
}

/* Symbols by their counts, by binary search in the running sums. */
static void draw(uint64_t *seed, const uint32_t counts[256], uint8_t *dst, size_t n)
{
    uint64_t sums[257] = {0};
    for (unsigned s = 0; s < 256; s++) sums[s + 1] = sums[s] + counts[s];
    for (size_t i = 0; i < n; i++) {
        uint64_t r = check_random(seed) % sums[256];
        unsigned low = 0, high = 256;
        while (high - low > 1) {
            unsigned mid = (low + high) / 2;
            if (sums[mid] <= r)
                low = mid;
            else
                high = mid;
        }
        dst[i] = (uint8_t)low;
    }
}

static void check_code(const pc_pivot_code *code)
{
    unsigned live = 0, leaves = 0;
    uint8_t seen[256] = {0};
    CHECK(code->n_nodes <= PC_PIVOT_MAX_NODES);
    for (unsigned s = 0; s < 256; s++) {
        if (code->lengths[s] == 0) continue;
        live++;
        CHECK(code->symbol[code->rank[s]] == s && !seen[code->rank[s]]);
        seen[code->rank[s]] = 1;
    }
    CHECK(code->n_symbols == live);
    for (unsigned i = 0; i < code->n_nodes; i++) leaves += code->nodes[i].leaf;
    CHECK(code->n_nodes == 2 * leaves - 1 && leaves <= PC_PIVOT_MAX_LEAVES);
    for (unsigned i = 0; i < code->n_nodes; i++) {
        const pc_pivot_node *node = &code->nodes[i];
        if (!node->leaf)
            CHECK(node->upper > i + 1 && node->upper < code->n_nodes);
        else
            CHECK(node->first + (1u << node->width) <= PC_MAX(live, 1u));
    }
}

/* -- Streams ---------------------------------------------------------------------------------------- */

typedef struct stream {
    const pc_pivot_code *code;
    size_t n, size;
    uint8_t *src, *coded;
} stream;

static pc_status decode(int tier, const stream *s, const uint8_t *coded, size_t size, uint8_t *dst,
                        size_t *used)
{
    uint8_t *src = check_alloc(size + PC_SLACK), *workspace = check_alloc(pc_pivot_decode_workspace());
    if (size != 0) memcpy(src, coded, size);
    pc_status status = pc_pivot_decode(&tiers[tier], s->code, src, size, used, dst, s->n, workspace);
    check_free(src, size + PC_SLACK);
    check_free(workspace, pc_pivot_decode_workspace());
    return status;
}

static void round_trip(stream *s)
{
    size_t cap = pc_pivot_bound(s->n) + PC_SLACK, used = 0;
    s->coded = NULL;
    for (int t = 0; t < n_tiers; t++) {
        uint8_t *dst = check_alloc(cap), *workspace = check_alloc(pc_pivot_encode_workspace());
        uint8_t *src = check_alloc(s->n + PC_SLACK);
        size_t size = 0;
        memcpy(src, s->src, s->n);
        CHECK(pc_pivot_encode(&tiers[t], s->code, src, s->n, dst, cap - 1, &size, workspace) ==
              PC_ERR_DST_SIZE);
        CHECK(pc_pivot_encode(&tiers[t], s->code, src, s->n, dst, cap, &size, workspace) == PC_OK);
        CHECK(size <= pc_pivot_bound(s->n));
        if (s->coded == NULL) {
            s->coded = malloc(size + 1);
            if (s->coded == NULL) abort();
            s->size = size;
            memcpy(s->coded, dst, size);
        }
        CHECK(size == s->size && memcmp(s->coded, dst, size) == 0);
        check_free(dst, cap);
        check_free(src, s->n + PC_SLACK);
        check_free(workspace, pc_pivot_encode_workspace());
    }
    for (int t = 0; t < n_tiers; t++) {
        uint8_t *back = check_alloc(s->n + PC_SLACK);
        CHECK(decode(t, s, s->coded, s->size, back, &used) == PC_OK && used == s->size);
        CHECK(memcmp(back, s->src, s->n) == 0);
        check_free(back, s->n + PC_SLACK);
    }
}

/* Rows dealt out over an array are coded as if they stood one behind the other. */
static void check_rows(uint64_t *seed, const stream *s)
{
    size_t cols = 1 + (size_t)(check_random(seed) % 200), n = s->n / cols, stored = n | 1, used = 0;
    if (n == 0) return;
    uint32_t *order = (uint32_t *)(void *)check_alloc(n * sizeof *order);
    uint8_t *rows = check_alloc(stored * cols + PC_SLACK);
    memset(rows, s->src[0], stored * cols);
    for (size_t r = 0; r < n; r++) { /* two steps forward, around n or the odd number behind it */
        order[r] = (uint32_t)(2 * r % (n | 1));
        memcpy(rows + order[r] * cols, s->src + r * cols, cols);
    }
    const pc_pivot_rows all = {rows, cols, n, order};
    for (int t = 0; t < n_tiers; t++) {
        size_t cap = pc_pivot_bound(n * cols) + PC_SLACK, size = 0;
        uint8_t *dst = check_alloc(cap), *workspace = check_alloc(pc_pivot_encode_workspace());
        uint8_t *back = check_alloc(n * cols + PC_SLACK);
        stream part = {s->code, n * cols, 0, s->src, NULL};
        CHECK(pc_pivot_encode_rows(&tiers[t], s->code, &all, dst, cap - 1, &size, workspace) ==
              PC_ERR_DST_SIZE);
        CHECK(pc_pivot_encode_rows(&tiers[t], s->code, &all, dst, cap, &size, workspace) == PC_OK);
        CHECK(decode(t, &part, dst, size, back, &used) == PC_OK && used == size);
        CHECK(memcmp(back, s->src, n * cols) == 0);
        check_free(dst, cap);
        check_free(workspace, pc_pivot_encode_workspace());
        check_free(back, n * cols + PC_SLACK);
    }
    check_free(rows, stored * cols + PC_SLACK);
    check_free((uint8_t *)order, n * sizeof *order);
}

/* The price is the code's lengths, and no more than rounding up to bytes for each node of each piece. */
static void check_size(const stream *s)
{
    uint64_t bits = 0;
    unsigned live = s->code->n_symbols;
    for (size_t i = 0; i < s->n; i++) bits += s->code->lengths[s->src[i]];
    if (live == 1) bits = 0;
    size_t pieces = pc_ceil_div(s->n, PC_PIVOT_PIECE);
    CHECK(s->size >= bits / 8 && s->size <= bits / 8 + 1 + pieces * 8 * s->code->n_nodes);
}

/* Damage gives the same verdict and the same symbols on every tier. */
static void verdicts(const stream *s, const uint8_t *coded, size_t size, int must_fail)
{
    uint8_t *first = check_alloc(s->n + PC_SLACK), *other = check_alloc(s->n + PC_SLACK);
    size_t used = 0, first_used = 0;
    pc_status expected = decode(0, s, coded, size, first, &first_used);
    CHECK(!must_fail || expected == PC_ERR_TRUNCATED);
    for (int t = 1; t < n_tiers; t++) {
        pc_status status = decode(t, s, coded, size, other, &used);
        CHECK(status == expected);
        if (status == PC_OK) CHECK(used == first_used && memcmp(first, other, s->n) == 0);
    }
    check_free(first, s->n + PC_SLACK);
    check_free(other, s->n + PC_SLACK);
}

static void damage(uint64_t *seed, const stream *s)
{
    size_t step = s->size < 100 ? 1 : s->size / 20 + 1;
    for (size_t cut = 0; cut < s->size; cut += step) verdicts(s, s->coded, cut, 1);
    if (s->size != 0) verdicts(s, s->coded, s->size - 1, 1);
    uint8_t *mutant = malloc(s->size + 1);
    if (mutant == NULL) abort();
    for (unsigned round = 0; round < 20 && s->size != 0; round++) {
        memcpy(mutant, s->coded, s->size);
        for (unsigned flips = 1 + round % 5; flips > 0; flips--)
            mutant[check_random(seed) % s->size] ^= (uint8_t)(1u << check_random(seed) % 8);
        verdicts(s, mutant, s->size, 0);
    }
    for (size_t i = 0; i < s->size; i++) mutant[i] = (uint8_t)check_random(seed); /* nothing but noise */
    verdicts(s, mutant, s->size, 0);
    memset(mutant, 0xff, s->size);
    verdicts(s, mutant, s->size, 0);
    free(mutant);
}

static void test_stream(uint64_t *seed, shape kind, unsigned limit, size_t n)
{
    static pc_pivot_code code;
    uint32_t counts[256];
    uint8_t lengths[256];
    random_counts(seed, kind, counts);
    CHECK(pc_huffman_lengths(counts, limit, lengths) == PC_OK);
    CHECK(pc_pivot_build(&code, lengths) == PC_OK);
    check_code(&code);
    stream s = {&code, n, 0, malloc(n + 1), NULL};
    if (s.src == NULL) abort();
    draw(seed, counts, s.src, n);
    for (unsigned skewed = 0; skewed < 2; skewed++) {
        if (skewed) { /* symbols as the code likes them least */
            unsigned worst = s.src[0];
            for (unsigned v = 0; v < 256; v++)
                if (code.lengths[v] > code.lengths[worst]) worst = v;
            if (n == 0 || code.lengths[worst] == 0) break;
            memset(s.src, (int)worst, n);
        }
        round_trip(&s);
        check_rows(seed, &s);
        check_size(&s);
        if (n < 5000) damage(seed, &s);
        free(s.coded);
    }
    free(s.src);
}

static void test_build(uint64_t *seed)
{
    static pc_pivot_code code;
    uint8_t lengths[256] = {0};
    CHECK(pc_pivot_build(&code, lengths) == PC_ERR_CORRUPT); /* no symbol at all */
    lengths[9] = 1;
    CHECK(pc_pivot_build(&code, lengths) == PC_OK && code.n_symbols == 1);
    lengths[9] = 2;
    CHECK(pc_pivot_build(&code, lengths) == PC_ERR_CORRUPT);
    memset(lengths, 8, sizeof lengths);
    CHECK(pc_pivot_build(&code, lengths) == PC_OK && code.n_nodes == 1 && code.nodes[0].width == 8);
    lengths[0] = 7;
    CHECK(pc_pivot_build(&code, lengths) == PC_ERR_CORRUPT);
    for (unsigned round = 0; round < 2000; round++) { /* every complete code can be built, none other */
        memset(lengths, 0, sizeof lengths);
        lengths[0] = 1, lengths[1] = 1;
        unsigned live = 2;
        for (unsigned splits = (unsigned)(check_random(seed) % 254); splits > 0; splits--) {
            unsigned s = (unsigned)(check_random(seed) % live);
            if (lengths[s] == PC_PIVOT_MAX_DEPTH) continue;
            lengths[live++] = ++lengths[s];
        }
        CHECK(pc_pivot_build(&code, lengths) == PC_OK);
        check_code(&code);
        lengths[check_random(seed) % live]++;
        CHECK(pc_pivot_build(&code, lengths) == PC_ERR_CORRUPT);
    }
}

int main(void)
{
    uint64_t seed = 17;
    n_tiers = check_tables(tiers);
    for (size_t i = 0; i < N_SIZES; i++) {
        static const unsigned shares[] = {0, 1, 30, 128, 250, 255, 256};
        for (size_t k = 0; k < 7; k++) test_kernels(&seed, sizes[i] % 70000, shares[k]);
    }
    for (size_t n = 0; n < 300; n++) test_kernels(&seed, n, (unsigned)(n * 13 % 257));
    test_ones(&seed);
    test_build(&seed);
    for (int kind = 0; kind < SHAPES; kind++) {
        for (size_t i = 0; i < N_SIZES; i++) test_stream(&seed, (shape)kind, 15, sizes[i]);
        for (unsigned limit = 8; limit < 15; limit++) test_stream(&seed, (shape)kind, limit, 300);
    }
    return CHECK_RESULT();
}
