/* Choosing classes and tables for differences to a base, from a sample of both arrays.
 *
 * Every key, or every few neighbouring ones where they are many, begins with a histogram of tokens; then
 * neighbours are merged for as long as that saves more table than it costs bits. Classes stay ranges of
 * keys, since what a key foretells goes with its size, and a range costs the head two bytes. */
#include <string.h>

#include "base/alloc.h"
#include "entropy/log2.h"
#include "pycomp/hist.h"
#include "tensor/base_common.h"
#include "tensor/base_model.h"
#include "tensor/cluster.h"
#include "tensor/encoder.h"

enum {
    MOST_BINS = 256, /* as many as can be clustered */
    STRETCH = 1024,  /* elements sampled in a row: a few pages of either array */
    /* A class is sparse if its elements equal their base 15 times in 16: up to there a Golomb code of gaps
     * takes within a fiftieth of what a table of all tokens does, and a tenth of the time. */
    SPARSE_SHARE = 16,
    TABLE_SPAN_BITS = 5, /* a table's price: by token, */
    TABLE_BITS = 64,     /* and ends, kind and first key */
    COUNT_BITS = 16      /* and how often it is used, in each chunk */
};

/* Elements looked at, all up to there. More than one in a few hundred thousand finds classes no better;
 * unusual tokens that it misses cost some bytes each. */
static uint64_t sample_size(pc_level level)
{
    switch (level) {
    case PC_LEVEL_FAST: return (uint64_t)1 << 18;
    case PC_LEVEL_DEFAULT: return (uint64_t)1 << 19;
    default: return (uint64_t)1 << 22;
    }
}

typedef struct base_sample {
    const uint8_t *src, *base;
    uint64_t n, stretches; /* elements; stretches looked at, evenly spread */
    unsigned shift;        /* from key to bin */
    pc_base_layout layout;
    uint32_t (*counts)[256]; /* tokens by bin */
} base_sample;

static uint64_t stretch_start(const base_sample *s, uint64_t i)
{
    uint64_t all = s->n / STRETCH + (s->n % STRETCH != 0);
    return i * all / s->stretches * STRETCH;
}

/* Counts tokens by bin. */
PC_INLINE void count_tokens(const base_sample *s, unsigned size)
{
    for (uint64_t k = 0; k < s->stretches; k++) {
        uint64_t start = stretch_start(s, k), end = PC_MIN(start + STRETCH, s->n);
        for (uint64_t i = start; i < end; i++) {
            uint64_t x = pc_load_element(s->src + i * size, size);
            uint64_t b = pc_load_element(s->base + i * size, size);
            uint64_t zigzag = pc_zigzag_difference(pc_base_order(x, size, s->layout.flip),
                                                   pc_base_order(b, size, s->layout.flip), size);
            s->counts[pc_base_key(b, &s->layout) >> s->shift][pc_base_token(zigzag)]++;
        }
    }
}

static void count_sample(const base_sample *s, unsigned size)
{
    memset(s->counts, 0, MOST_BINS * sizeof *s->counts);
    switch (size) {
    case 1: count_tokens(s, 1); break;
    case 2: count_tokens(s, 2); break;
    case 4: count_tokens(s, 4); break;
    default: count_tokens(s, 8); break;
    }
}

/* Where the sample is not all, a table has a place for every token up to a little beyond its largest. */
static void fill(uint32_t counts[256], unsigned first)
{
    unsigned last = 255;
    while (last > 1 && counts[last] == 0) last--;
    for (unsigned v = first; v <= PC_MIN(last + 2, 255u); v++) counts[v] += counts[v] == 0;
}

/* The table of a class from its counts; returns the bits its elements take. */
static uint64_t make_table(pc_tensor_encoder *e, unsigned class, uint32_t counts[256], int whole)
{
    pc_tensor_model *m = &e->model;
    uint64_t n = 0, bits = 0;
    for (unsigned v = 0; v < 256; v++) {
        if (counts[v] == 0) continue;
        n += counts[v];
        bits += (uint64_t)counts[v] * pc_base_extra(v);
    }
    bits += pc_hist_entropy_q16(counts) >> 16;
    uint64_t changed = n - counts[0];
    m->base.kind[class] = PC_BASE_DENSE;
    if (changed <= n / SPARSE_SHARE) {
        uint64_t mean = n / (changed + 1);
        m->base.kind[class] = (uint8_t)PC_MIN(pc_log2_floor(PC_MAX(mean, (uint64_t)1)), PC_BASE_GAP_RAW - 3u);
        counts[0] = 0;
        if (changed == 0) counts[1] = counts[2] = 1;
    }
    if (!whole) fill(counts, m->base.kind[class] == PC_BASE_DENSE ? 0 : 1);
    pc_rans_normalize(counts, m->tables.freqs[class]);
    pc_rans_encoder_build((void *)(e->rans_tables + class * pc_rans_encoder_table_size()),
                          m->tables.freqs[class]);
    unsigned usual = 0;
    for (unsigned v = 1; v < 256; v++)
        if (m->tables.freqs[class][v] > m->tables.freqs[class][usual]) usual = v;
    e->usual_token[class] = (uint8_t)usual;
    return bits;
}

static int is_empty(const uint32_t counts[256])
{
    for (unsigned v = 0; v < 256; v++)
        if (counts[v] != 0) return 0;
    return 1;
}

/* Merges bins into classes and makes their tables; returns the bits of the sample. */
static pc_status choose_classes(pc_tensor_encoder *e, const base_sample *s, uint64_t sampled, uint64_t *bits)
{
    pc_tensor_model *m = &e->model;
    uint8_t class_of[MOST_BINS];
    unsigned bins = (s->layout.key_mask >> s->shift) + 1;
    pc_histograms h = {&s->counts[0][0], bins, 256, 256, 1};
    pc_table_price price = {TABLE_SPAN_BITS, 0, TABLE_BITS + COUNT_BITS * m->info.chunks};
    uint64_t unused;
    unsigned n = pc_cluster(h, PC_MAX_TABLES, price, (s->n << 8) / sampled, class_of, &unused);
    m->n_tables = PC_MAX(n, 1u);
    e->rans_tables = pc_alloc(m->n_tables * pc_rans_encoder_table_size());
    if (e->rans_tables == NULL) return PC_ERR_MEMORY;
    *bits = 0;
    for (unsigned bin = 0, class = 0; bin < bins && class < m->n_tables; bin++) {
        if (class_of[bin] != class || is_empty(s->counts[bin])) continue;
        m->base.first_key[class] = (uint16_t)(class == 0 ? 0 : bin << s->shift);
        *bits += make_table(e, class++, s->counts[bin], sampled == s->n); /* the sum of its bins' */
    }
    return pc_base_map(m) ? PC_OK : PC_ERR_MEMORY;
}

pc_status pc_base_analyse(pc_tensor_encoder *e, uint64_t *bytes)
{
    pc_tensor_model *m = &e->model;
    base_sample s = {.src = e->data, .base = e->base, .n = m->info.size / m->traits->size};
    uint64_t all = s.n / STRETCH + (s.n % STRETCH != 0), bits = 0;
    s.stretches = PC_MIN(all, sample_size(e->level) / STRETCH);
    s.layout = pc_base_layout_of(m);
    while (s.layout.key_mask >> s.shift >= MOST_BINS) s.shift++;
    s.counts = pc_alloc(MOST_BINS * sizeof *s.counts);
    if (s.counts == NULL) return PC_ERR_MEMORY;
    m->method = PC_METHOD_BASE;
    m->coder = PC_CODER_RANS;
    m->row_groups = m->col_groups = 1;
    count_sample(&s, m->traits->size);
    uint64_t sampled = s.stretches == all ? s.n : s.stretches * STRETCH;
    pc_status status = choose_classes(e, &s, sampled, &bits);
    pc_free(s.counts);
    *bytes = bits / 8 * s.n / sampled;
    return status;
}
