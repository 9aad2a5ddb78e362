/* IMA ADPCM in vectors: a lane is a byte of a vector, 32 or 64 lanes at once. Written once over a vocabulary
 * that each leaf defines before it includes this file:
 *
 *     V, LANES, GROUPS (of 16 bytes), TARGET, LEAF(name)
 *     v_load v_store v_and v_or v_xor v_set8 v_set16 v_add8 v_max8 v_min8 (signed) v_shuffle (bytes, by
 * groups) v_add v_sub v_adds v_subs (16 bits; s: unsigned, saturating) v_right(v, k) v_left(v, k) v_pack (16
 * bits to bytes) v_lo(B) v_hi(B): the unpacks of B bits, by groups of 16 bytes like the shuffle v_bit(x, n,
 * bit): x where n has the bit, else 0; v_ge(a, b, x): x where a >= b, unsigned, else 0 v_tables, tables_of(),
 * v_step(tables, index, &low, &high): the two bytes of each index's step
 *
 * Samples are kept with their top bit flipped, as unsigned numbers: there the clamp to 16 bits is the
 * saturation of an addition and a subtraction, one of which is of 0. The index needs a byte, so its chain and
 * the look-up serve all lanes at once; steps and samples need two vectors, the low and the high halves of
 * each group. */
#include <string.h>

#include "base/mem.h"
#include "predict/adpcm_common.h"

enum { HALF = LANES / 2 };

/* Eight vectors of 8 x 8 elements a group, turned about their diagonal. */
TARGET PC_INLINE void turn(V r[8])
{
    V a[8], b[8];
    for (unsigned i = 0; i < 8; i += 2) a[i] = v_lo(16)(r[i], r[i + 1]), a[i + 1] = v_hi(16)(r[i], r[i + 1]);
    for (unsigned i = 0; i < 8; i += 4)
        for (unsigned j = 0; j < 2; j++) {
            b[i + 2 * j] = v_lo(32)(a[i + j], a[i + 2 + j]);
            b[i + 2 * j + 1] = v_hi(32)(a[i + j], a[i + 2 + j]);
        }
    for (unsigned i = 0; i < 4; i++)
        r[2 * i] = v_lo(64)(b[i], b[i + 4]), r[2 * i + 1] = v_hi(64)(b[i], b[i + 4]);
}

/* Where lane t stands: rows of samples are met in the order that `turn` leaves them in, vector by vector,
 * group by group; `place` is its byte in vectors of codes, and `slot` its word among those that four_bytes
 * takes. */
PC_INLINE unsigned place_of(unsigned t) { return 16 * (t % GROUPS) + t / GROUPS; }
PC_INLINE unsigned slot_of(unsigned t)
{
    unsigned place = place_of(t);
    return LANES / 4 * (place / 4 % 4) + place / 16 * 4 + place % 4;
}

/* The 4 x 4 bytes of each group turned about their diagonal. */
TARGET PC_INLINE V turn_bytes(V v)
{
    static const uint8_t index[64] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15,
                                      0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15,
                                      0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15,
                                      0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
    return v_shuffle(v, v_load(index));
}

/* Words of all lanes to their first, second .. fourth bytes, and back. */
TARGET PC_INLINE void words_to_bytes(const uint32_t *words, V bytes[4])
{
    V w[4];
    for (unsigned i = 0; i < 4; i++) w[i] = turn_bytes(v_load(words + i * (LANES / 4)));
    V ab = v_lo(32)(w[0], w[1]), cd = v_lo(32)(w[2], w[3]);
    bytes[0] = v_lo(64)(ab, cd), bytes[1] = v_hi(64)(ab, cd);
    ab = v_hi(32)(w[0], w[1]), cd = v_hi(32)(w[2], w[3]);
    bytes[2] = v_lo(64)(ab, cd), bytes[3] = v_hi(64)(ab, cd);
}

TARGET PC_INLINE void bytes_to_words(const V bytes[4], uint32_t *words)
{
    V a = v_lo(32)(bytes[0], bytes[1]), b = v_lo(32)(bytes[2], bytes[3]);
    v_store(words, turn_bytes(v_lo(64)(a, b)));
    v_store(words + LANES / 4, turn_bytes(v_hi(64)(a, b)));
    a = v_hi(32)(bytes[0], bytes[1]), b = v_hi(32)(bytes[2], bytes[3]);
    v_store(words + LANES / 2, turn_bytes(v_lo(64)(a, b)));
    v_store(words + LANES / 4 * 3, turn_bytes(v_hi(64)(a, b)));
}

/* The state of all lanes: indexes by place, samples low and high halves. */
typedef struct state {
    V index, sample[2];
    v_tables tables;
} state;

TARGET PC_INLINE void enter(state *s, struct pc_ima_lane *const *lanes)
{
    uint8_t index[LANES];
    uint16_t samples[2][HALF];
    for (unsigned t = 0; t < LANES; t++) {
        unsigned place = place_of(t);
        index[place] = (uint8_t)lanes[t]->index;
        samples[place / 8 % 2][place / 16 * 8 + place % 8] = (uint16_t)(lanes[t]->predictor ^ 0x8000);
    }
    s->index = v_load(index);
    s->sample[0] = v_load(samples[0]), s->sample[1] = v_load(samples[1]);
    s->tables = tables_of();
}

TARGET PC_INLINE void leave(const state *s, struct pc_ima_lane *const *lanes)
{
    uint8_t index[LANES];
    uint16_t samples[2][HALF];
    v_store(index, s->index);
    v_store(samples[0], s->sample[0]), v_store(samples[1], s->sample[1]);
    for (unsigned t = 0; t < LANES; t++) {
        unsigned place = place_of(t);
        lanes[t]->index = index[place];
        lanes[t]->predictor = (int16_t)(samples[place / 8 % 2][place / 16 * 8 + place % 8] ^ 0x8000);
    }
}

TARGET PC_INLINE V adapt(V index, V codes)
{
    static const int8_t adjust[64] = {-1, -1, -1, -1, 2, 4, 6, 8, -1, -1, -1, -1, 2, 4, 6, 8,
                                      -1, -1, -1, -1, 2, 4, 6, 8, -1, -1, -1, -1, 2, 4, 6, 8,
                                      -1, -1, -1, -1, 2, 4, 6, 8, -1, -1, -1, -1, 2, 4, 6, 8,
                                      -1, -1, -1, -1, 2, 4, 6, 8, -1, -1, -1, -1, 2, 4, 6, 8};
    index = v_add8(index, v_shuffle(v_load(adjust), codes));
    return v_min8(v_max8(index, v_set8(0)), v_set8(PC_IMA_LAST_STEP));
}

TARGET PC_INLINE V decode_half(V *sample, V step, V code)
{
    V far = v_add(v_add(v_right(step, 3), v_bit(step, code, 4)),
                  v_add(v_bit(v_right(step, 1), code, 2), v_bit(v_right(step, 2), code, 1)));
    V down = v_bit(far, code, 8);
    *sample = v_subs(v_adds(*sample, v_sub(far, down)), down);
    return v_xor(*sample, v_set16((int16_t)0x8000));
}

TARGET PC_INLINE void decode_codes(state *s, V codes, V rows[2][8], unsigned k)
{
    V low, high;
    v_step(&s->tables, s->index, &low, &high);
    s->index = adapt(s->index, codes);
    rows[0][k] = decode_half(&s->sample[0], v_lo(8)(low, high), v_lo(8)(codes, codes));
    rows[1][k] = decode_half(&s->sample[1], v_hi(8)(low, high), v_hi(8)(codes, codes));
}

TARGET PC_INLINE V encode_half(V *sample, V step, V target)
{
    V one = v_set16(1), below = v_subs(*sample, target), left = v_or(below, v_subs(target, *sample));
    V far = v_right(step, 3), code = v_ge(below, one, v_set16(8));
    for (int16_t bit = 4; bit != 0; bit = (int16_t)(bit >> 1), step = v_right(step, 1)) {
        V part = v_ge(left, step, step);
        code = v_or(code, v_ge(left, step, v_set16(bit)));
        left = v_sub(left, part);
        far = v_add(far, part);
    }
    V down = v_ge(below, one, far);
    *sample = v_subs(v_adds(*sample, v_sub(far, down)), down);
    return code;
}

TARGET PC_INLINE V encode_codes(state *s, V rows[2][8], unsigned k)
{
    V low, high, flip = v_set16((int16_t)0x8000);
    v_step(&s->tables, s->index, &low, &high);
    V a = encode_half(&s->sample[0], v_lo(8)(low, high), v_xor(rows[0][k], flip));
    V b = encode_half(&s->sample[1], v_hi(8)(low, high), v_xor(rows[1][k], flip));
    V codes = v_pack(a, b);
    s->index = adapt(s->index, codes);
    return codes;
}

/* Words taken from a lane at a time. Blocks lie some power of two apart, so the lines of all lanes meet in
 * few sets of the cache: a run of them makes lines of it, which are written whole and then left. */
enum { RUN = 8 };

typedef struct stage {
    uint32_t codes[RUN][LANES];
    uint8_t samples[RUN][LANES][16];
    uint8_t slots[LANES];
} stage;

/* Rows of eight samples to the lanes' memory: one store where samples lie side by side, one for two lanes
 * that take turns, as the channels of stereo do. */
TARGET PC_INLINE void put_run(struct pc_ima_lane *const *lanes, stage *s, size_t run, size_t at, size_t step)
{
    for (unsigned t = 0; t < LANES; t++) {
        uint8_t *to = lanes[t]->to + at * step;
        int pair = step == 4 && t + 1 < LANES && lanes[t + 1]->to == lanes[t]->to + 2;
        for (size_t r = 0; r < run; r++, to += 8 * step) {
            __m128i row = _mm_loadu_si128((const __m128i *)s->samples[r][t]);
            if (step == 2) {
                _mm_storeu_si128((__m128i *)to, row);
            } else if (pair) {
                __m128i other = _mm_loadu_si128((const __m128i *)s->samples[r][t + 1]);
                _mm_storeu_si128((__m128i *)to, _mm_unpacklo_epi16(row, other));
                _mm_storeu_si128((__m128i *)(to + 16), _mm_unpackhi_epi16(row, other));
            } else {
                for (unsigned k = 0; k < 8; k++) memcpy(to + k * step, s->samples[r][t] + 2 * k, 2);
            }
        }
        t += (unsigned)pair;
    }
}

TARGET PC_INLINE void take_run(struct pc_ima_lane *const *lanes, stage *s, size_t run, size_t at, size_t step)
{
    const __m128i apart = _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
    for (unsigned t = 0; t < LANES; t++) {
        const uint8_t *from = lanes[t]->from + at * step;
        int pair = step == 4 && t + 1 < LANES && lanes[t + 1]->from == lanes[t]->from + 2;
        for (size_t r = 0; r < run; r++, from += 8 * step) {
            uint8_t *row = s->samples[r][t];
            if (step == 2) {
                memcpy(row, from, 16);
            } else if (pair) {
                __m128i a = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)from), apart);
                __m128i b = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(from + 16)), apart);
                _mm_storeu_si128((__m128i *)row, _mm_unpacklo_epi64(a, b));
                _mm_storeu_si128((__m128i *)s->samples[r][t + 1], _mm_unpackhi_epi64(a, b));
            } else {
                for (unsigned k = 0; k < 8; k++) memcpy(row + 2 * k, from + k * step, 2);
            }
        }
        t += (unsigned)pair;
    }
}

TARGET PC_INLINE void decode_word_of_all(state *s, const uint32_t *codes, uint8_t (*samples)[16],
                                         int high_first)
{
    V bytes[4], rows[2][8];
    words_to_bytes(codes, bytes);
    for (unsigned b = 0; b < 4; b++) {
        V low = v_and(bytes[b], v_set8(15)), high = v_and(v_right(bytes[b], 4), v_set8(15));
        decode_codes(s, high_first ? high : low, rows, 2 * b);
        decode_codes(s, high_first ? low : high, rows, 2 * b + 1);
    }
    for (unsigned half = 0; half < 2; half++) {
        turn(rows[half]);
        for (unsigned i = 0; i < 8; i++) v_store(samples[(half * 8 + i) * GROUPS], rows[half][i]);
    }
}

TARGET PC_INLINE void encode_word_of_all(state *s, uint32_t *codes, uint8_t (*samples)[16], int high_first)
{
    V bytes[4], rows[2][8];
    for (unsigned half = 0; half < 2; half++) {
        for (unsigned i = 0; i < 8; i++) rows[half][i] = v_load(samples[(half * 8 + i) * GROUPS]);
        turn(rows[half]);
    }
    for (unsigned b = 0; b < 4; b++) {
        V first = encode_codes(s, rows, 2 * b), second = encode_codes(s, rows, 2 * b + 1);
        bytes[b] = high_first ? v_or(second, v_left(first, 4)) : v_or(first, v_left(second, 4));
    }
    bytes_to_words(bytes, codes);
}

TARGET PC_INLINE void decode_lanes(struct pc_ima_lane *const *lanes, size_t words,
                                   const struct pc_ima_layout *layout)
{
    stage room;
    state s;
    enter(&s, lanes);
    for (unsigned t = 0; t < LANES; t++) room.slots[t] = (uint8_t)slot_of(t);
    for (size_t w = 0; w < words; w += RUN) {
        size_t run = PC_MIN(words - w, (size_t)RUN);
        for (unsigned t = 0; t < LANES; t++)
            for (size_t r = 0; r < run; r++)
                memcpy(&room.codes[r][room.slots[t]], lanes[t]->from + (w + r) * layout->word_step, 4);
        for (size_t r = 0; r < run; r++)
            decode_word_of_all(&s, room.codes[r], room.samples[r], layout->high_first);
        put_run(lanes, &room, run, 8 * w, layout->sample_step);
    }
    leave(&s, lanes);
}

TARGET PC_INLINE void encode_lanes(struct pc_ima_lane *const *lanes, size_t words,
                                   const struct pc_ima_layout *layout)
{
    stage room;
    state s;
    enter(&s, lanes);
    for (unsigned t = 0; t < LANES; t++) room.slots[t] = (uint8_t)slot_of(t);
    for (size_t w = 0; w < words; w += RUN) {
        size_t run = PC_MIN(words - w, (size_t)RUN);
        take_run(lanes, &room, run, 8 * w, layout->sample_step);
        for (size_t r = 0; r < run; r++)
            encode_word_of_all(&s, room.codes[r], room.samples[r], layout->high_first);
        for (unsigned t = 0; t < LANES; t++)
            for (size_t r = 0; r < run; r++)
                memcpy(lanes[t]->to + (w + r) * layout->word_step, &room.codes[r][room.slots[t]], 4);
    }
    leave(&s, lanes);
}

/* Fewer lanes than a vector has are joined by copies of the first, which do the same work to the same end; a
 * quarter of a vector is where that begins to pay. */
#define ALL_LANES(name, lanes_of, from_step, to_step)                                                        \
    TARGET void LEAF(pc_ima_##name)(struct pc_ima_lane * lanes, size_t n, size_t words,                      \
                                    const struct pc_ima_layout *layout)                                      \
    {                                                                                                        \
        struct pc_ima_lane *some[LANES];                                                                     \
        size_t first = 0;                                                                                    \
        for (; n - first >= LANES / 4; first += PC_MIN((size_t)LANES, n - first)) {                          \
            for (size_t t = 0; t < LANES; t++) some[t] = &lanes[first + (t < n - first ? t : 0)];            \
            lanes_of(some, words, layout);                                                                   \
            for (size_t t = 0; t < PC_MIN((size_t)LANES, n - first); t++)                                    \
                some[t]->from += words * (from_step), some[t]->to += words * (to_step);                      \
        }                                                                                                    \
        pc_ima_##name##_scalar(lanes + first, n - first, words, layout);                                     \
    }
ALL_LANES(decode, decode_lanes, layout->word_step, 8 * layout->sample_step)
ALL_LANES(encode, encode_lanes, 8 * layout->sample_step, layout->word_step)
