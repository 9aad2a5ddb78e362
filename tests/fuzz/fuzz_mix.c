/* Mixing. The input is a model (rows' length, frequencies of symbols, kinds of context, weights) and a
 * stream: any of them decodes without harm, and on every tier to the same verdict and symbols; the input
 * taken as symbols comes back from its own stream. */
#include "pycomp/mix.h"
#include "pycomp/rans.h"
#include "tiers.h"

enum { HEAD = 8, MOST_COLS = 64, MOST = 4096 };

static void round_trip(const pc_kernels *k, const pc_mix_model *model, const uint8_t *data, size_t n,
                       uint8_t *workspace)
{
    size_t cap = 64 * n + 16, size = 0;
    uint8_t *coded = fuzz_block(cap), *symbols = fuzz_block(n), *signs = fuzz_block(n), *back = fuzz_block(n);
    uint8_t *back_signs = fuzz_block(n);
    for (size_t i = 0; i < n; i++) signs[i] = data[i] >> 3 & 1;
    memcpy(symbols, data, n);
    MUST(pc_mix_encode(k, model, symbols, signs, n, coded, cap, &size, workspace) == PC_OK);
    MUST(pc_mix_decode(k, model, coded, size, back, back_signs, n, workspace) == PC_OK);
    MUST(memcmp(symbols, back, n) == 0 && (!model->has_signs || memcmp(signs, back_signs, n) == 0));
    free(coded), free(symbols), free(signs), free(back), free(back_signs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD) return 0;
    pc_kernels tiers[3];
    int n_tiers = fuzz_tiers(tiers);
    uint32_t counts[256] = {0};
    uint16_t freqs[256], deviations[MOST_COLS];
    int16_t centres[MOST_COLS];
    uint8_t means[MOST_COLS];
    static int8_t weights[MOST_COLS * MOST_COLS];
    pc_mix_model model = {.cols = 1 + data[0] % MOST_COLS,
                          .freqs = freqs,
                          .has_signs = data[1] & 1,
                          .octave = data[1] & 2 ? PC_MIX_LINEAR : (uint8_t)(2 + (data[1] >> 2 & 1)),
                          .first = (uint16_t)(data[2] * 16)};
    for (size_t c = 0; c < model.cols; c++) {
        means[c] = data[c % size];
        centres[c] = (int16_t)(data[(c + 3) % size] * 256 - 32768);
        deviations[c] = (uint16_t)(1 + data[(c + 5) % size] * 255);
    }
    for (size_t i = 0; i < model.cols * model.cols; i++) weights[i] = (int8_t)(data[i % size] - 128);
    if (data[1] & 8) model.col_means = means;
    if (data[1] & 16) model.weights = weights, model.centres = centres, model.deviations = deviations;
    for (size_t i = HEAD; i < size; i++) counts[data[i]]++;
    counts[data[3]]++;
    pc_rans_normalize(counts, freqs);

    size_t n = 16u * data[4] + data[5] % 16, body = size - HEAD;
    uint8_t *workspace = fuzz_block(pc_mix_workspace(model.cols)), *stream = fuzz_block(body);
    uint8_t *first = fuzz_block(2 * n), *other = fuzz_block(2 * n);
    memcpy(stream, data + HEAD, body);
    pc_status verdict = pc_mix_decode(&tiers[0], &model, stream, body, first, first + n, n, workspace);
    for (int t = 1; t < n_tiers; t++) {
        MUST(pc_mix_decode(&tiers[t], &model, stream, body, other, other + n, n, workspace) == verdict);
        MUST(memcmp(first, other, 2 * n) == 0);
    }
    round_trip(&tiers[n_tiers - 1], &model, stream, body < MOST ? body : MOST, workspace);
    free(workspace), free(stream), free(first), free(other);
    return 0;
}
