/* An adaptive differential quantiser of two to five bits a sample, in the manner of G.726: all it knows it
 * learns from the codes, so the decoder knows the same. Integers throughout; the encoder runs the decoder's
 * very steps.
 *
 * Predictor: two poles over the samples, six zeros over the differences, each moved by the signs of what it
 * met (ITU-T G.726, 1990, section 2.2.5, whose gradients, leaks and limits of stability these are).
 * Quantiser: uniform, its step multiplied after each code (Jayant, "Adaptive quantization with a one-word
 * memory", 1973, table VI), in steps of a 32nd of an octave. */
#include "base/compiler.h"
#include "base/mem.h"
#include "predict/adpcm_adaptive.h"

enum {
    ZEROS = 6,
    ONE = 1 << 14,      /* the predictor's weights are fixed-point numbers of 14 bits */
    OCTAVE = 32,        /* of the step's logarithm */
    LAST = 15 * OCTAVE, /* a step of 2^15 spans all differences */
    FIRST = 4 * OCTAVE  /* 16: between silence and speech */
};

/* 2^(i/32) in 14 bits. */
static const uint16_t fraction[OCTAVE] = {16384, 16743, 17109, 17484, 17867, 18258, 18658, 19066,
                                          19484, 19911, 20347, 20792, 21247, 21713, 22188, 22674,
                                          23170, 23678, 24196, 24726, 25268, 25821, 26386, 26964,
                                          27554, 28158, 28774, 29405, 30048, 30706, 31379, 32066};

/* Jayant's multipliers as 32nds of an octave: 0.8, 1.6; 0.9, 0.9, 1.25, 1.75; 0.9 four times, 1.2, 1.6,
 * 2, 2.4; 0.9 four times, 0.95 four times, 1.2, 1.5 .. 3.3. */
static const int8_t multipliers[4][16] = {
    {-10, 22},
    {-5, -5, 10, 26},
    {-5, -5, -5, -5, 8, 22, 32, 40},
    {-5, -5, -5, -5, -2, -2, -2, -2, 8, 19, 27, 34, 40, 46, 51, 55},
};

typedef struct coder {
    int32_t pole[2], zero[ZEROS]; /* weights */
    int32_t past[2];              /* reconstructed samples, the newest first */
    int32_t turn[2];              /* signs of the differences plus what the zeros predicted */
    int32_t differences[ZEROS];
    int32_t log_step;
    int32_t from_zeros; /* the zeros' part of the last prediction */
    unsigned bits;
} coder;

static int32_t sign(int32_t v) { return (v > 0) - (v < 0); }
static int32_t clamp(int32_t v, int32_t limit) { return v < -limit ? -limit : v > limit ? limit : v; }

/* Halves round towards minus infinity on every compiler we know: right shifts of negative numbers. */
static int32_t predict(coder *c)
{
    int64_t zeros = 0;
    for (unsigned i = 0; i < ZEROS; i++) zeros += (int64_t)c->zero[i] * c->differences[i];
    int64_t all = zeros + (int64_t)c->pole[0] * c->past[0] + (int64_t)c->pole[1] * c->past[1];
    c->from_zeros = (int32_t)(zeros >> 14);
    all >>= 14;
    return all < -32768 ? -32768 : all > 32767 ? 32767 : (int32_t)all;
}

static int32_t step_of(const coder *c)
{
    return ((int32_t)fraction[c->log_step % OCTAVE] << (c->log_step / OCTAVE)) / ONE;
}

static void adapt(coder *c, int32_t difference, unsigned magnitude)
{
    int32_t here = sign(difference + c->from_zeros), same = here * c->turn[0];
    int32_t bend = c->pole[0] > ONE / 2 ? 2 * ONE : c->pole[0] < -ONE / 2 ? -2 * ONE : 4 * c->pole[0];
    c->pole[1] += ONE / 128 * here * c->turn[1] - bend / 128 * same - c->pole[1] / 128;
    c->pole[1] = clamp(c->pole[1], ONE / 4 * 3);
    c->pole[0] += ONE / 256 * 3 * same - c->pole[0] / 256;
    c->pole[0] = clamp(c->pole[0], ONE / 16 * 15 - c->pole[1]);
    for (unsigned i = 0; i < ZEROS; i++)
        c->zero[i] += ONE / 128 * sign(difference) * sign(c->differences[i]) - c->zero[i] / 256;
    memmove(c->differences + 1, c->differences, sizeof c->differences - sizeof *c->differences);
    c->differences[0] = difference;
    c->turn[1] = c->turn[0], c->turn[0] = here;
    c->log_step += multipliers[c->bits - 2][magnitude];
    c->log_step = c->log_step < 0 ? 0 : PC_MIN(c->log_step, LAST);
}

/* What a code stands for: the middle of its interval. */
static int32_t reconstruct(coder *c, int32_t predicted, int32_t step, unsigned code)
{
    unsigned top = 1u << (c->bits - 1), magnitude = code & (top - 1);
    int32_t difference = (int32_t)((2 * (int64_t)magnitude + 1) * step / 2);
    if (code & top) difference = -difference;
    int32_t sample = predicted + difference;
    sample = sample < -32768 ? -32768 : PC_MIN(sample, 32767);
    adapt(c, sample - predicted, magnitude);
    c->past[1] = c->past[0], c->past[0] = sample;
    return sample;
}

void pc_adq_encode_line(const int16_t *samples, uint8_t *codes, size_t n, unsigned bits)
{
    coder c = {.log_step = FIRST, .bits = bits};
    int32_t most = (1 << (bits - 1)) - 1;
    for (size_t i = 0; i < n; i++) {
        int32_t predicted = predict(&c), step = step_of(&c), difference = samples[i] - predicted;
        int32_t magnitude = (difference < 0 ? -difference : difference) / step;
        unsigned code = (unsigned)PC_MIN(magnitude, most) | (difference < 0 ? (unsigned)most + 1 : 0);
        reconstruct(&c, predicted, step, code);
        codes[i] = (uint8_t)code;
    }
}

void pc_adq_decode_line(const uint8_t *codes, int16_t *samples, size_t n, unsigned bits)
{
    coder c = {.log_step = FIRST, .bits = bits};
    unsigned mask = (1u << bits) - 1;
    for (size_t i = 0; i < n; i++) {
        int32_t predicted = predict(&c), step = step_of(&c);
        samples[i] = (int16_t)reconstruct(&c, predicted, step, codes[i] & mask);
    }
}
