/* IMA ADPCM: the step sizes, the scalar twins, and what ends between two words. */
#include "arch/variants.h"
#include "base/mem.h"
#include "predict/adpcm_common.h"

/* The recommendation's table: each entry some 1.1 times the one before. */
#define STEPS(X)                                                                                             \
    X(7), X(8), X(9), X(10), X(11), X(12), X(13), X(14), X(16), X(17), X(19), X(21), X(23), X(25), X(28),    \
        X(31), X(34), X(37), X(41), X(45), X(50), X(55), X(60), X(66), X(73), X(80), X(88), X(97), X(107),   \
        X(118), X(130), X(143), X(157), X(173), X(190), X(209), X(230), X(253), X(279), X(307), X(337),      \
        X(371), X(408), X(449), X(494), X(544), X(598), X(658), X(724), X(796), X(876), X(963), X(1060),     \
        X(1166), X(1282), X(1411), X(1552), X(1707), X(1878), X(2066), X(2272), X(2499), X(2749), X(3024),   \
        X(3327), X(3660), X(4026), X(4428), X(4871), X(5358), X(5894), X(6484), X(7132), X(7845), X(8630),   \
        X(9493), X(10442), X(11487), X(12635), X(13899), X(15289), X(16818), X(18500), X(20350), X(22385),   \
        X(24623), X(27086), X(29794), X(32767)
#define WHOLE(x) (x)
#define LOW(x) ((x) & 255)
#define HIGH(x) ((x) >> 8)

const pc_ima_tables pc_ima = {
    {STEPS(WHOLE)},
    {STEPS(LOW)},
    {STEPS(HIGH)},
    {-1, -1, -1, -1, 2, 4, 6, 8, -1, -1, -1, -1, 2, 4, 6, 8},
};

/* A code's distance: each part is rounded down on its own, and an eighth is always added. */
#define DOWN(x, code)                                                                                        \
    ((x) / 8 + ((code) & 4 ? (x) : 0) + ((code) & 2 ? (x) / 2 : 0) + ((code) & 1 ? (x) / 4 : 0))
#define HALF(x, sign)                                                                                        \
    sign DOWN(x, 0), sign DOWN(x, 1), sign DOWN(x, 2), sign DOWN(x, 3), sign DOWN(x, 4), sign DOWN(x, 5),    \
        sign DOWN(x, 6), sign DOWN(x, 7)
#define DISTANCES(x) HALF(x, +), HALF(x, -)

const int32_t pc_ima_distances[16 * (PC_IMA_LAST_STEP + 1)] = {STEPS(DISTANCES)};

/* Lanes that go side by side, a word of each in turn: a sample waits for the one before it, and a core can
 * wait for several at once. */
enum { SIDE = 4 };

/* A lane by itself keeps its state in registers from word to word. */
static size_t words_in_turn(size_t lanes, size_t words) { return lanes == 1 ? words : 1; }

static uint32_t swap_codes(uint32_t word) { return (word & 0x0f0f0f0f) << 4 | (word >> 4 & 0x0f0f0f0f); }

static void decode_words(struct pc_ima_lane *lane, size_t words, const struct pc_ima_layout *layout)
{
    struct pc_ima_lane state = *lane; /* in registers, where a store of a sample cannot reach it */
    size_t step = layout->sample_step, word_step = layout->word_step;
    int swap = layout->high_first;
    for (size_t w = 0; w < words; w++, state.from += word_step) {
        uint32_t codes = pc_load32(state.from);
        if (swap) codes = swap_codes(codes);
        for (unsigned k = 0; k < 8; k++, codes >>= 4, state.to += step) {
            int16_t sample = (int16_t)pc_ima_decode_sample(&state, codes & 15);
            memcpy(state.to, &sample, sizeof sample);
        }
    }
    *lane = state;
}

static void encode_words(struct pc_ima_lane *lane, size_t words, const struct pc_ima_layout *layout)
{
    struct pc_ima_lane state = *lane;
    for (size_t w = 0; w < words; w++, state.to += layout->word_step) {
        uint32_t codes = 0;
        for (unsigned k = 0; k < 8; k++, state.from += layout->sample_step) {
            int16_t sample;
            memcpy(&sample, state.from, sizeof sample);
            codes |= (uint32_t)pc_ima_encode_sample(&state, sample) << 4 * k;
        }
        pc_store32(state.to, layout->high_first ? swap_codes(codes) : codes);
    }
    *lane = state;
}

void pc_ima_decode_scalar(struct pc_ima_lane *lanes, size_t n, size_t words,
                          const struct pc_ima_layout *layout)
{
    for (size_t first = 0; first < n; first += SIDE) {
        size_t end = PC_MIN(first + SIDE, n), run = words_in_turn(end - first, words);
        for (size_t w = 0; w < words; w += run)
            for (size_t i = first; i < end; i++) decode_words(&lanes[i], run, layout);
    }
}

void pc_ima_encode_scalar(struct pc_ima_lane *lanes, size_t n, size_t words,
                          const struct pc_ima_layout *layout)
{
    for (size_t first = 0; first < n; first += SIDE) {
        size_t end = PC_MIN(first + SIDE, n), run = words_in_turn(end - first, words);
        for (size_t w = 0; w < words; w += run)
            for (size_t i = first; i < end; i++) encode_words(&lanes[i], run, layout);
    }
}
