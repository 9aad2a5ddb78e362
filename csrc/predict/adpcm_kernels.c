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

/* Lanes that go side by side: a sample waits for the one before it, and a core can wait for several at once.
 */
enum { SIDE = 4 };

static void decode_word(struct pc_ima_lane *lane, size_t sample_step, unsigned flip)
{
    uint32_t codes = pc_load32(lane->from);
    struct pc_ima_lane state = *lane; /* in registers, where a store of a sample cannot reach it */
    for (unsigned k = 0; k < 8; k++) {
        int16_t sample = (int16_t)pc_ima_decode_sample(&state, codes >> 4 * (k ^ flip) & 15);
        memcpy(state.to + k * sample_step, &sample, sizeof sample);
    }
    lane->predictor = state.predictor, lane->index = state.index;
}

static void encode_word(struct pc_ima_lane *lane, size_t sample_step, unsigned flip)
{
    uint32_t codes = 0;
    struct pc_ima_lane state = *lane;
    for (unsigned k = 0; k < 8; k++) {
        int16_t sample;
        memcpy(&sample, state.from + k * sample_step, sizeof sample);
        codes |= (uint32_t)pc_ima_encode_sample(&state, sample) << 4 * (k ^ flip);
    }
    lane->predictor = state.predictor, lane->index = state.index;
    pc_store32(lane->to, codes);
}

void pc_ima_decode_scalar(struct pc_ima_lane *lanes, size_t n, size_t words,
                          const struct pc_ima_layout *layout)
{
    for (size_t first = 0; first < n; first += SIDE)
        for (size_t w = 0; w < words; w++)
            for (size_t i = first; i < PC_MIN(first + SIDE, n); i++) {
                decode_word(&lanes[i], layout->sample_step, layout->high_first != 0);
                lanes[i].from += layout->word_step;
                lanes[i].to += 8 * layout->sample_step;
            }
}

void pc_ima_encode_scalar(struct pc_ima_lane *lanes, size_t n, size_t words,
                          const struct pc_ima_layout *layout)
{
    for (size_t first = 0; first < n; first += SIDE)
        for (size_t w = 0; w < words; w++)
            for (size_t i = first; i < PC_MIN(first + SIDE, n); i++) {
                encode_word(&lanes[i], layout->sample_step, layout->high_first != 0);
                lanes[i].from += 8 * layout->sample_step;
                lanes[i].to += layout->word_step;
            }
}
