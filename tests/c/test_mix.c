/* Mixing: round trips over models and shapes in exactly sized buffers, gains that the contexts promise,
 * destinations too short, every truncation and damaged streams. */
#include "check.h"
#include "base/mem.h"
#include "pycomp/mix.h"
#include "pycomp/rans.h"

static pc_kernels tiers[3]; /* the scalar one first */
static int n_tiers;

typedef struct matrix {
    size_t rows, cols, n;
    uint8_t *symbols, *signs;
    uint16_t freqs[256];
} matrix;

/* Symbols about a mean that depends on the row and the column; signs that depend on the column. */
static matrix make_matrix(size_t rows, size_t cols, size_t short_by, uint64_t *seed)
{
    matrix m = {rows, cols, rows * cols - short_by, malloc(rows * cols), malloc(rows * cols), {0}};
    uint32_t counts[256] = {0};
    for (size_t i = 0; i < m.n; i++) {
        size_t r = i / cols, c = i % cols;
        unsigned noise = (unsigned)pc_popcount64(check_random(seed) & 0xffffffu);
        m.symbols[i] = (uint8_t)(40 + noise + r * 5 % 7 + c * 3 % 16);
        m.signs[i] = check_random(seed) % 16 < (c % 4 == 0 ? 15u : 8u);
        counts[m.symbols[i]]++;
    }
    pc_rans_normalize(counts, m.freqs);
    return m;
}

static void free_matrix(matrix *m)
{
    free(m->symbols);
    free(m->signs);
}

/* Bytes of the stream; everything is malloc'ed to size, for the sanitizer to watch. */
static size_t check_round_trip(const pc_mix_model *model, const matrix *m)
{
    size_t cap = 4 * m->n + 16, size = 0, again = 0;
    void *workspace = malloc(pc_mix_workspace(model->cols));
    uint8_t *coded = malloc(cap), *symbols = malloc(m->n + !m->n), *signs = malloc(m->n + !m->n);
    memset(workspace, 0xa5, pc_mix_workspace(model->cols)); /* nothing may depend on what was there */
    CHECK(pc_mix_encode(&tiers[0], model, m->symbols, m->signs, m->n, coded, cap, &size, workspace) == PC_OK);
    uint8_t *exact = malloc(size);
    CHECK(pc_mix_encode(&tiers[0], model, m->symbols, m->signs, m->n, exact, size, &again, workspace) ==
          PC_OK);
    CHECK(again == size && memcmp(exact, coded, size) == 0);
    CHECK(pc_mix_encode(&tiers[0], model, m->symbols, m->signs, m->n, exact, size - 1, &again, workspace) ==
          PC_ERR_DST_SIZE);
    for (int t = 1; t < n_tiers; t++) {
        CHECK(pc_mix_encode(&tiers[t], model, m->symbols, m->signs, m->n, exact, size, &again, workspace) ==
              PC_OK);
        CHECK(again == size && memcmp(exact, coded, size) == 0);
    }
    memcpy(exact, coded, size);
    memset(workspace, 0x5a, pc_mix_workspace(model->cols));
    CHECK(pc_mix_decode(&tiers[0], model, exact, size, symbols, signs, m->n, workspace) == PC_OK);
    CHECK(memcmp(symbols, m->symbols, m->n) == 0);
    CHECK(!model->has_signs || memcmp(signs, m->signs, m->n) == 0);
    free(exact);
    free(signs);
    free(symbols);
    free(coded);
    free(workspace);
    return size;
}

/* Every tier's linear prediction, extremes included, within exactly sized arrays. */
static void test_spread(uint64_t *seed)
{
    for (size_t n = 0; n < 70; n++) {
        int8_t *weights = malloc(n + !n);
        int32_t *sums = malloc((n + !n) * sizeof *sums), *expected = malloc((n + !n) * sizeof *sums);
        for (int t = 0; t < n_tiers; t++) {
            int32_t departure = n % 3 == 0   ? -2048
                                : n % 3 == 1 ? 2048
                                             : (int32_t)(check_random(seed) % 4097) - 2048;
            for (size_t i = 0; i < n; i++) {
                weights[i] = (int8_t)(i % 5 == 0 ? -128 : (int)(check_random(seed) & 0xff) - 128);
                sums[i] = (int32_t)(check_random(seed) % 1000000) - 500000;
                expected[i] = sums[i] + departure * weights[i];
            }
            tiers[t].mix_spread(sums, weights, n, departure);
            CHECK(memcmp(sums, expected, n * sizeof *sums) == 0);
        }
        free(expected);
        free(sums);
        free(weights);
    }
}

static void test_round_trips(uint64_t *seed)
{
    static const size_t shapes[][3] = {{1, 1, 0},   {1, 300, 0},  {300, 1, 0},
                                       {17, 64, 5}, {90, 130, 0}, {4, 5000, 99}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        matrix m = make_matrix(shapes[i][0], shapes[i][1], shapes[i][2], seed);
        uint8_t *means = malloc(m.cols);
        for (size_t c = 0; c < m.cols; c++) means[c] = pc_mix_col_mean(52 + c * 3 % 16, 1);
        for (unsigned variant = 0; variant < 12; variant++) {
            pc_mix_model model = {.cols = m.cols,
                                  .freqs = m.freqs,
                                  .has_signs = variant % 2,
                                  .octave = variant / 4 == 2 ? PC_MIX_LINEAR : (uint8_t)(2 + variant / 4),
                                  .first = 300,
                                  .col_means = variant / 2 % 2 ? means : NULL};
            size_t size = check_round_trip(&model, &m);
            if (m.n > 10000 && m.cols < 200) { /* log-odds of the sixteen column levels: a bit saved each */
                uint64_t counts_bits = 0;
                uint32_t counts[256] = {0};
                for (size_t k = 0; k < m.n; k++) counts[m.symbols[k]]++;
                counts_bits = pc_rans_cost_q16(counts, m.freqs) >> 16;
                CHECK(8 * size < counts_bits + (model.has_signs ? m.n : 0) - m.n / 3);
            }
        }
        free(means);
        free_matrix(&m);
    }
}

/* A column that repeats another: known by its weight, signs and most of its symbols cost nothing. */
static void test_weights(uint64_t *seed)
{
    enum { ROWS = 400, COLS = 40 };
    matrix m = make_matrix(ROWS, COLS, 0, seed);
    for (size_t i = 0; i < m.n; i += 2) {
        m.symbols[i + 1] = m.symbols[i];
        m.signs[i + 1] = m.signs[i] = (uint8_t)(check_random(seed) & 1);
    }
    uint32_t counts[256] = {0};
    for (size_t i = 0; i < m.n; i++) counts[m.symbols[i]]++;
    pc_rans_normalize(counts, m.freqs);
    int8_t weights[COLS * COLS] = {0};
    int16_t centres[COLS] = {0};
    uint16_t deviations[COLS];
    for (size_t c = 0; c < COLS; c++) {
        deviations[c] = 300;
        if (c % 2 == 0) weights[c * COLS + c + 1] = 64;
    }
    pc_mix_model model = {.cols = COLS, .freqs = m.freqs, .has_signs = 1, .octave = 2};
    size_t without = check_round_trip(&model, &m);
    model.weights = weights;
    model.centres = centres;
    model.deviations = deviations;
    CHECK(8 * (check_round_trip(&model, &m) + m.n / 2 / 8 * 8 / 10) < 8 * without);

    /* Extremes of everything stay defined. */
    for (size_t c = 0; c < COLS; c++) {
        deviations[c] = c % 2 ? 1 : 65535;
        centres[c] = c % 3 ? -32768 : 32767;
    }
    memset(weights, 0x80, sizeof weights);
    check_round_trip(&model, &m);
    memset(weights, 0x7f, sizeof weights);
    check_round_trip(&model, &m);
    free_matrix(&m);
}

/* One symbol only costs nothing but the end; unlikely symbols cost what they cost, unknown ones are
 * refused. */
static void test_odd_tables(uint64_t *seed)
{
    matrix m = make_matrix(50, 70, 0, seed);
    memset(m.freqs, 0, sizeof m.freqs);
    memset(m.symbols, 77, m.n);
    m.freqs[77] = PC_RANS_TOTAL;
    pc_mix_model model = {.cols = m.cols, .freqs = m.freqs, .octave = 2};
    CHECK(check_round_trip(&model, &m) == 4);
    uint8_t coded[64], *workspace = malloc(pc_mix_workspace(m.cols));
    size_t size;
    m.symbols[5] = 78;
    CHECK(pc_mix_encode(&tiers[0], &model, m.symbols, NULL, m.n, coded, sizeof coded, &size, workspace) ==
          PC_ERR_PARAM);
    free(workspace);
    m.freqs[77] = PC_RANS_TOTAL - 2;
    m.freqs[0] = m.freqs[255] = 1;
    for (size_t i = 0; i < m.n; i++) m.symbols[i] = (uint8_t)check_random(seed);
    check_round_trip(&model, &m);
    memset(m.freqs, 0, sizeof m.freqs); /* a steep table: the deepest tree */
    for (unsigned i = 0, left = PC_RANS_TOTAL; i < 256; i++)
        left -= m.freqs[i] = (uint16_t)(left > 1 ? (left + 1) / 2 : left);
    for (size_t i = 0; i < m.n; i++) m.symbols[i] = (uint8_t)(check_random(seed) % 12);
    check_round_trip(&model, &m);
    free_matrix(&m);
}

static void test_damage(uint64_t *seed)
{
    matrix m = make_matrix(12, 64, 3, seed);
    pc_mix_model model = {.cols = m.cols, .freqs = m.freqs, .has_signs = 1, .octave = 2};
    uint8_t coded[4096], symbols[12 * 64], signs[12 * 64];
    size_t size = 0;
    void *workspace = malloc(pc_mix_workspace(m.cols));
    CHECK(pc_mix_encode(&tiers[0], &model, m.symbols, m.signs, m.n, coded, sizeof coded, &size, workspace) ==
          PC_OK);
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *exact = malloc(cut + !cut);
        memcpy(exact, coded, cut);
        CHECK(pc_mix_decode(&tiers[0], &model, exact, cut, symbols, signs, m.n, workspace) != PC_OK);
        free(exact);
    }
    CHECK(pc_mix_decode(&tiers[0], &model, coded, size + 1, symbols, signs, m.n, workspace) ==
          PC_ERR_CORRUPT);
    for (unsigned round = 0; round < 500; round++) {
        uint8_t damaged[4096];
        memcpy(damaged, coded, size);
        if (round % 2)
            damaged[check_random(seed) % size] ^= (uint8_t)(1u << (check_random(seed) & 7));
        else
            for (size_t i = 0; i < size; i++) damaged[i] = (uint8_t)check_random(seed);
        pc_status status = pc_mix_decode(&tiers[0], &model, damaged, size, symbols, signs, m.n, workspace);
        CHECK(status == PC_OK || status == PC_ERR_TRUNCATED || status == PC_ERR_CORRUPT);
    }
    free(workspace);
    free_matrix(&m);
}

int main(void)
{
    uint64_t seed = 1;
    n_tiers = check_tables(tiers);
    test_spread(&seed);
    test_round_trips(&seed);
    test_weights(&seed);
    test_odd_tables(&seed);
    test_damage(&seed);
    return CHECK_RESULT();
}
