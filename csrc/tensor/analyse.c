/* Deciding how to code an array, from a sample of its rows: first the method (float keys, whole bytes, a
 * palette, byte planes, or none), then the groups and tables (groups.c).
 *
 * Integer arithmetic on the sample alone, so that the same array gives the same frame everywhere. */
#include <string.h>

#include "base/alloc.h"
#include "pycomp/hist.h"
#include "pycomp/huffman.h"
#include "tensor/mixed.h"
#include "tensor/palette.h"
#include "tensor/sample.h"
#include "tensor/split.h"

enum {
    /* Elements that decide the window of keys. Keys that it misses are rarer than one in as many and
     * listed as outliers of 48 bits each, 0.003 bits an element. A code of 15 bits for a symbol that never
     * comes costs 1.44 / 2^15 bits an element, so an outlier is worth a gap of 66 of those; with 12 bits,
     * of 8. */
    WINDOW_SAMPLE = 1 << 14, /* or one in so many of a large sample: */
    WINDOW_SHARE = 16,
    WINDOW_RUN = 64,  /* read in one go: a cache line or more */
    WINDOW_AHEAD = 4, /* rows whose runs are asked for: nobody else foresees them */
    OUTLIER_BITS = 48,
    GAP_WORTH = 66,
    GAP_WORTH_RANS = 8,
    /* Elements that level high reads twice: more may not stay in memory until they are coded. */
    MOST_READ = 1 << 30,
    MOST_KEY_BITS = 13,
    /* Elements that decide whether byte planes are better than float keys. */
    PLANES_SAMPLE = 1 << 12,
    /* So many bytes of pure chance have 7.82 bits of entropy each by their histogram, give or take 0.01. */
    NOISE_SAMPLE = 1 << 10,
    NOISE_BITS = NOISE_SAMPLE * 31 / 4,
    /* Zeros worth a bitmap: one element in 20. A bitmap costs at most a bit, a zero in the stream its mids
     * and lows. */
    SPARSE_SHARE = 20,
    /* Coded data must be smaller than the elements by 1 in 256 to be worth decoding. */
    LEAST_GAIN = 256,
    /* A column's mean costs about half a byte; chunks learn it for about the same. */
    CHUNKS_FOR_MEANS = 4
};

/* Row number i of the sample: all rows where it holds them all, else evenly spaced ones. */
static const uint8_t *row_of(const pc_tensor_encoder *e, const pc_sample *s, size_t i)
{
    const pc_tensor_model *m = &e->model;
    uint64_t row = m->rows == s->rows ? i : m->rows / s->rows * i + m->rows % s->rows * i / s->rows;
    return e->data + row * s->cols * m->traits->size;
}

/* Whether the sample holds all that will be coded. The tail is no row of it; sparse chunks code theirs. */
static int complete(const pc_tensor_encoder *e, const pc_sample *s)
{
    const pc_tensor_model *m = &e->model;
    return m->rows == s->rows && (m->tail == 0 || !(m->flags & PC_FRAME_SPARSE));
}

/* The keys that get symbols: of a sub-sample's keys the 255 neighbours that hold the most, without empty
 * ends. Where keys that the sample missed will need codes too, far ends go as well: numbers come at half
 * the rate for each octave down, and a mask's single infinity would stretch the window over nothing.
 * *outliers is how many elements of the sample that leaves outside. */
static pc_key_window find_window(const pc_tensor_encoder *e, const pc_sample *s, uint64_t *outliers)
{
    const pc_float_layout *layout = &e->model.layout;
    uint32_t counts[(1u << MOST_KEY_BITS) + 1];
    uint16_t lanes[4][1u << MOST_KEY_BITS]; /* neighbours are counted apart: their keys are often equal */
    unsigned keys = 1u << layout->key_bits, shift = 15u - layout->key_bits;
    size_t n = s->rows * s->cols, step = n / PC_MAX((size_t)WINDOW_SAMPLE, n / WINDOW_SHARE) + 1;
    for (unsigned l = 0; l < 4; l++) memset(lanes[l], 0, keys * sizeof lanes[l][0]);
    for (size_t i = 0; i < s->rows; i++) {
        /* The key lies within the two top bytes of an element of any size. */
        const uint8_t *top = row_of(e, s, i) + layout->size - 2;
        if (s->rows - i > WINDOW_AHEAD) {
            const uint8_t *next = row_of(e, s, i + WINDOW_AHEAD);
            for (size_t c = (i + WINDOW_AHEAD) % step * WINDOW_RUN; c < s->cols; c += step * WINDOW_RUN)
                for (size_t b = 0; b < (size_t)WINDOW_RUN * layout->size; b += 64)
                    PC_PREFETCH(next + c * layout->size + b, 0, 3);
        }
        for (size_t c = i % step * WINDOW_RUN; c < s->cols; c += step * WINDOW_RUN) {
            const uint8_t *at = top + c * layout->size,
                          *end = top + PC_MIN(c + WINDOW_RUN, s->cols) * layout->size;
            for (; (size_t)(end - at) >= 4u * layout->size; at += 4u * layout->size) {
                lanes[0][pc_load16(at) >> shift & (keys - 1)]++;
                lanes[1][pc_load16(at + layout->size) >> shift & (keys - 1)]++;
                lanes[2][pc_load16(at + 2u * layout->size) >> shift & (keys - 1)]++;
                lanes[3][pc_load16(at + 3u * layout->size) >> shift & (keys - 1)]++;
            }
            for (; at < end; at += layout->size) lanes[0][pc_load16(at) >> shift & (keys - 1)]++;
        }
    }
    for (unsigned key = 0; key < keys; key++)
        counts[key] = (uint32_t)lanes[0][key] + lanes[1][key] + lanes[2][key] + lanes[3][key];
    const unsigned worth = e->model.coder == PC_CODER_RANS ? GAP_WORTH_RANS : GAP_WORTH;
    unsigned first = 1, last = PC_MIN(keys - 1, 255u), best = 0;
    for (unsigned end = 1, held = 0; end < keys; end++) {
        held += counts[end];
        if (end > 255) held -= counts[end - 255];
        if (held <= best) continue;
        best = held;
        last = end;
    }
    *outliers = 0;
    if (best == 0) return (pc_key_window){1, 1};
    if (last > 255) first = last - 254;
    while (counts[first] == 0) first++;
    if (!complete(e, s)) { /* drop an end if the gap behind it is worth more */
        for (unsigned next; first < last; first = next) {
            for (next = first + 1; counts[next] == 0;) next++;
            if (next - first <= counts[first] * (uint64_t)worth) break;
        }
        for (unsigned next; last > first; last = next) {
            for (next = last - 1; counts[next] == 0;) next--;
            if (last - next <= counts[last] * (uint64_t)worth) break;
        }
    }
    for (unsigned key = 1; key < keys; key++)
        if (key < first || key > last) *outliers += counts[key] * (uint64_t)step;
    return (pc_key_window){(uint16_t)first, (uint16_t)last};
}

void pc_sample_split(const pc_tensor_encoder *e, const uint8_t *row, const pc_sample *s, uint8_t *symbols,
                     pc_split_facts *facts)
{
    const pc_tensor_model *m = &e->model;
    switch (m->method) {
    case PC_METHOD_FLOAT:
        e->kernels.float_split(row, s->cols, &m->layout, m->window, symbols, s->mids, s->lows, facts);
        break;
    case PC_METHOD_PALETTE: pc_palette_symbols(m, row, s->cols, symbols); break;
    default: memcpy(symbols, row, s->cols); break;
    }
}

/* Symbols of the sample, and their sums. Returns how many rows end in the zeros of the dtype's first trim,
 * rows of nothing but zeros not counted. */
static size_t fill_sample(const pc_tensor_encoder *e, pc_sample *s)
{
    const pc_dtype_traits *t = e->model.traits;
    uint64_t low_mask = ((uint64_t)1 << t->trim[0]) - 1;
    size_t trimmed = 0;
    const int by_column = pc_effort_of(e->level).col_groups > 1 || e->model.coder == PC_CODER_MIX;
    const pc_key_window w = e->model.window;
    s->span = e->model.method == PC_METHOD_FLOAT ? w.last - w.first + 2u : 256u;
    memset(s->col_sums, 0, s->cols * sizeof *s->col_sums);
    for (size_t i = 0; i < s->rows; i++) {
        uint8_t *symbols = s->symbols + i * s->cols;
        pc_split_facts facts = {0, ~(uint64_t)0, 0};
        pc_sample_split(e, row_of(e, s, i), s, symbols, &facts);
        trimmed += t->n_trims != 0 && facts.any != 0 && (facts.any & low_mask) == 0;
        s->row_sums[i] = e->kernels.sum_u8(symbols, s->cols);
        if (by_column) e->kernels.accumulate_u8(symbols, s->cols, s->col_sums);
    }
    return trimmed;
}

static uint64_t count_zeros(const pc_tensor_encoder *e, const pc_sample *s)
{
    unsigned size = e->model.traits->size;
    uint64_t zeros = 0;
    for (size_t i = 0; i < s->rows; i++) {
        const uint8_t *row = row_of(e, s, i);
        for (size_t c = 0; c < s->cols; c++) zeros += pc_load_element(row + c * size, size) == 0;
    }
    return zeros;
}

/* Bits of the tables' entropy over the sample, rounded down. */
static uint64_t symbol_bits(const pc_tensor_encoder *e)
{
    uint64_t bits = 0;
    for (unsigned t = 0; t < e->model.n_tables; t++) bits += pc_hist_entropy_q16(e->counts[t]) >> 16;
    return bits;
}

/* Frequencies of magnitudes, and columns' means where chunks are too many to learn them one by one. */
static void prepare_mix(pc_tensor_encoder *e, const pc_sample *s)
{
    pc_tensor_model *m = &e->model;
    uint32_t magnitudes[256] = {0};
    pc_byte_sign form = m->method == PC_METHOD_BYTE ? pc_mixed_byte_sign(m) : PC_BYTE_UNSIGNED;
    for (unsigned v = 0; v < 256; v++) magnitudes[pc_mixed_magnitude((uint8_t)v, form)] += e->counts[0][v];
    pc_rans_normalize(magnitudes, m->tables.freqs[0]);
    if (m->method != PC_METHOD_FLOAT || m->flags & PC_FRAME_SPARSE || m->info.chunks < CHUNKS_FOR_MEANS)
        return;
    m->flags |= PC_FRAME_MEANS;
    for (size_t c = 0; c < s->cols; c++) m->col_group[c] = pc_mix_col_mean(s->col_sums[c], s->rows);
}

/* Codes from counts: where these are not of the whole array, symbols that they miss get a code too. */
static pc_status build_tables(pc_tensor_encoder *e, pc_sample *s)
{
    pc_tensor_model *m = &e->model;
    unsigned last = m->method == PC_METHOD_PALETTE ? m->n_palette - 1 : s->span - 1;
    int exact = complete(e, s);
    if (m->coder == PC_CODER_RANS) {
        e->rans_tables = pc_alloc(m->n_tables * pc_rans_encoder_table_size());
        if (e->rans_tables == NULL) return PC_ERR_MEMORY;
    }
    int wants_ranges = m->coder == PC_CODER_RANS || m->method == PC_METHOD_BYTE;
    if (!exact && wants_ranges && !(m->flags & PC_FRAME_SPARSE) && m->rows < MOST_READ / s->cols) {
        pc_status status = pc_sample_ranges(e);
        if (status != PC_OK) return status;
        exact = 1;
    }
    for (unsigned t = 0; t < m->n_tables; t++) {
        uint32_t *counts = e->counts[t];
        for (unsigned v = 0; !exact && v <= last; v++) counts[v] += counts[v] == 0;
        if (m->coder == PC_CODER_PIVOT) {
            uint8_t lengths[256];
            pc_status status = pc_huffman_lengths(counts, PC_PIVOT_MAX_DEPTH, lengths);
            if (status == PC_OK) status = pc_pivot_build(&m->tables.pivot[t], lengths);
            if (status != PC_OK) return status;
        } else if (m->coder == PC_CODER_MIX) {
            prepare_mix(e, s);
        } else {
            pc_rans_normalize(counts, m->tables.freqs[t]);
            void *table = e->rans_tables + t * pc_rans_encoder_table_size();
            pc_rans_encoder_build(table, m->tables.freqs[t]);
        }
    }
    return PC_OK;
}

/* Bits of `rows` rows of the sample as byte planes, plain or as differences. */
static uint64_t planes_bits(const pc_tensor_encoder *e, const pc_sample *s, size_t rows, int delta)
{
    unsigned size = e->model.traits->size;
    uint32_t counts[8][256] = {{0}};
    uint64_t bits = 0;
    for (size_t i = 0; i < rows; i++) {
        const uint8_t *row = row_of(e, s, i * s->rows / rows);
        uint64_t before = delta ? pc_load_element(row, size) : 0;
        for (size_t c = (size_t)delta; c < s->cols; c++) {
            uint64_t x = pc_load_element(row + c * size, size);
            uint64_t v = delta ? pc_zigzag_difference(x, before, size) : x;
            before = x;
            for (unsigned p = 0; p < size; p++, v >>= 8) counts[p][v & 255]++;
        }
    }
    for (unsigned p = 0; p < size; p++) bits += pc_hist_entropy_q16(counts[p]) >> 16;
    return bits;
}

/* Whether the low bytes of elements and of their differences look like chance. Then planes take no fewer bits
 * than the float core, which leaves those of an element's bits that look so alone. */
static int noisy(const pc_tensor_encoder *e, const pc_sample *s)
{
    unsigned size = e->model.traits->size;
    uint32_t plain[256] = {0}, delta[256] = {0};
    size_t rows = PC_MIN(s->rows, (size_t)NOISE_SAMPLE / s->cols + 1), left = NOISE_SAMPLE;
    for (size_t i = 0; i < rows; i++) {
        const uint8_t *row = row_of(e, s, i * s->rows / rows);
        uint64_t before = 0;
        size_t n = PC_MIN(left, s->cols);
        for (size_t c = 0; c < n; c++) {
            uint64_t x = pc_load_element(row + c * size, size);
            plain[x & 255]++;
            delta[pc_zigzag_difference(x, before, size) & 255]++;
            before = x;
        }
        left -= n;
    }
    return left == 0 && pc_hist_entropy_q16(plain) >> 16 >= NOISE_BITS &&
           pc_hist_entropy_q16(delta) >> 16 >= NOISE_BITS;
}

/* Fits the float core to the sample; *bits is what it would take. */
static pc_status try_floats(pc_tensor_encoder *e, pc_sample *s, uint64_t *bits)
{
    pc_tensor_model *m = &e->model;
    uint64_t n = (uint64_t)s->rows * s->cols;
    m->method = PC_METHOD_FLOAT;
    m->layout = m->traits->layout;
    m->n_trims = m->traits->n_trims;
    memcpy(m->trims, m->traits->trim, sizeof m->trims);
    uint64_t outliers;
    m->window = find_window(e, s, &outliers);
    size_t trimmed = fill_sample(e, s);
    if (m->layout.size == 2 && m->n_trims != 0) { /* fp16: splitting off the low bits only pays for trims */
        if (trimmed * 64 > s->rows) {
            m->layout.mid_bits = (uint8_t)(m->layout.mid_bits - m->trims[0]);
            m->layout.low_bits = m->trims[0];
        } else {
            m->n_trims = 0;
        }
    }
    const pc_effort effort = pc_effort_of(e->level);
    uint64_t grouped = UINT64_MAX;
    pc_status status = PC_OK;
    if (m->coder == PC_CODER_MIX) { /* follows scales better than groups do; by how much, nobody knows */
        status = pc_choose_groups(e, s, pc_effort_of(PC_LEVEL_HIGH));
        if (status == PC_OK) grouped = symbol_bits(e);
    }
    if (status == PC_OK) status = pc_choose_groups(e, s, effort);
    if (status != PC_OK) return status;

    uint64_t zeros = 0;
    for (unsigned t = 0; t < m->n_tables; t++) zeros += e->counts[t][0];
    if (zeros > n / SPARSE_SHARE) zeros = count_zeros(e, s);
    if (zeros > n / SPARSE_SHARE && zeros < n) {
        m->flags |= PC_FRAME_SPARSE;
        status = pc_choose_groups(e, s, effort);
        if (status != PC_OK) return status;
        e->counts[0][0] -= (uint32_t)zeros; /* these go to the bitmap and leave the stream */
    }
    uint64_t raw_bits = m->layout.mid_bits + (uint64_t)m->layout.low_bits;
    uint64_t dropped = (uint64_t)trimmed * s->cols * m->trims[0];
    if (m->flags & PC_FRAME_SPARSE) dropped += zeros * raw_bits;
    uint64_t symbols = PC_MIN(symbol_bits(e), grouped);
    *bits = symbols + n * raw_bits - PC_MIN(dropped, n * raw_bits) + outliers * OUTLIER_BITS;
    return PC_OK;
}

/* Decides between the float core, whose cost for the whole sample is `bits`, and byte planes with or
 * without differences. A few rows tell them apart. */
static void try_planes(pc_tensor_encoder *e, const pc_sample *s, uint64_t bits)
{
    pc_tensor_model *m = &e->model;
    if (m->method == PC_METHOD_FLOAT && !(m->flags & PC_FRAME_SPARSE) && noisy(e, s)) return;
    size_t rows = PC_MIN(s->rows, (size_t)PLANES_SAMPLE / s->cols + 1);
    uint64_t plain = planes_bits(e, s, rows, 0), delta = planes_bits(e, s, rows, 1);
    uint64_t best = PC_MIN(plain, delta);
    if (m->method == PC_METHOD_FLOAT && best + best / 32 > bits / s->rows * rows) return;
    m->flags = delta + delta / 64 < plain ? PC_FRAME_DELTA : 0;
    m->method = PC_METHOD_PLANES;
}

static pc_status decide(pc_tensor_encoder *e, pc_sample *s)
{
    pc_tensor_model *m = &e->model;
    uint64_t n = (uint64_t)s->rows * s->cols, whole = n * m->traits->size * 8, bits = whole;
    pc_status status = PC_OK;
    m->row_groups = m->col_groups = 1;
    if (m->traits->size > 1 && pc_palette_find(m, e->data, s)) {
        m->method = PC_METHOD_PALETTE;
    } else if (m->traits->is_float) {
        status = try_floats(e, s, &bits);
        if (status == PC_OK) try_planes(e, s, bits);
    } else if (m->traits->size > 1) {
        try_planes(e, s, bits);
    } else {
        m->method = PC_METHOD_BYTE;
    }
    if (status == PC_OK && (m->method == PC_METHOD_PALETTE || m->method == PC_METHOD_BYTE)) {
        fill_sample(e, s);
        status = pc_choose_groups(e, s, pc_effort_of(e->level));
        bits = symbol_bits(e);
    }
    if (status != PC_OK) return status;
    if (m->method != PC_METHOD_PLANES && bits + whole / LEAST_GAIN > whole) m->method = PC_METHOD_RAW;
    if (m->method == PC_METHOD_RAW || m->method == PC_METHOD_PLANES) {
        m->n_tables = 0;
        m->row_groups = m->col_groups = 1;
        return PC_OK;
    }
    e->gain = (whole - bits) / 8 * m->rows / s->rows;
    status = build_tables(e, s);
    return status == PC_OK && m->coder == PC_CODER_MIX ? pc_mixed_train(e) : status;
}

pc_status pc_tensor_analyse(pc_tensor_encoder *e)
{
    pc_tensor_model *m = &e->model;
    m->row_groups = m->col_groups = 1;
    m->coder = e->level == PC_LEVEL_MAX    ? PC_CODER_MIX
               : e->level == PC_LEVEL_HIGH ? PC_CODER_RANS
                                           : PC_CODER_PIVOT;
    if (m->info.size == 0) return PC_OK; /* method raw, no chunks */

    pc_sample s = {.cols = m->info.cols};
    const pc_effort effort = pc_effort_of(e->level);
    uint64_t eighth = PC_MIN(m->info.size / m->traits->size / 8, (uint64_t)effort.most_sampled);
    uint64_t sample = m->traits->size > 1 ? effort.sample : effort.byte_sample;
    s.rows = (size_t)PC_MIN(PC_MAX(PC_MAX(sample, eighth) / s.cols, (uint64_t)1), m->rows);
    size_t n = s.rows * s.cols, scratch = 16 * PC_MAX(s.rows, s.cols) + PC_SLACK;
    size_t symbols = pc_round_up(n, 64) + PC_SLACK, line = pc_round_up(s.cols, 64) + PC_SLACK;
    uint8_t *block = pc_alloc(symbols + line + pc_round_up(scratch, 64) + s.rows * 8 + s.cols * 4);
    m->col_group = pc_alloc(s.cols + PC_SLACK);
    if (block == NULL || m->col_group == NULL) {
        pc_free(block);
        return PC_ERR_MEMORY;
    }
    s.symbols = block;
    s.mids = block + symbols;
    s.lows = s.mids + line;
    s.scratch = s.lows;
    s.row_sums = (uint64_t *)(void *)(s.lows + pc_round_up(scratch, 64));
    s.col_sums = (uint32_t *)(s.row_sums + s.rows);
    pc_status status = decide(e, &s);
    pc_free(block);
    return status;
}
