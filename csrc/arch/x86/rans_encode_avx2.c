/* rANS encoding with AVX2: 64 lanes in eight vectors, from the last to the first. See rans_common.h
 * for the algorithm. Writes below the final output pointer, but within the PC_RANS_GROUP_BYTES that
 * each group finds free. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "entropy/rans_common.h"

/* The lane that each output word comes from, a nibble a word, for every set of lanes that send one:
 * the words keep the order of their lanes and end at the top. The rest says 0. */
static const uint32_t lane_of_word[256] = {
    0x00000000, 0x00000000, 0x10000000, 0x10000000, 0x20000000, 0x20000000, 0x21000000, 0x21000000,
    0x30000000, 0x30000000, 0x31000000, 0x31000000, 0x32000000, 0x32000000, 0x32100000, 0x32100000,
    0x40000000, 0x40000000, 0x41000000, 0x41000000, 0x42000000, 0x42000000, 0x42100000, 0x42100000,
    0x43000000, 0x43000000, 0x43100000, 0x43100000, 0x43200000, 0x43200000, 0x43210000, 0x43210000,
    0x50000000, 0x50000000, 0x51000000, 0x51000000, 0x52000000, 0x52000000, 0x52100000, 0x52100000,
    0x53000000, 0x53000000, 0x53100000, 0x53100000, 0x53200000, 0x53200000, 0x53210000, 0x53210000,
    0x54000000, 0x54000000, 0x54100000, 0x54100000, 0x54200000, 0x54200000, 0x54210000, 0x54210000,
    0x54300000, 0x54300000, 0x54310000, 0x54310000, 0x54320000, 0x54320000, 0x54321000, 0x54321000,
    0x60000000, 0x60000000, 0x61000000, 0x61000000, 0x62000000, 0x62000000, 0x62100000, 0x62100000,
    0x63000000, 0x63000000, 0x63100000, 0x63100000, 0x63200000, 0x63200000, 0x63210000, 0x63210000,
    0x64000000, 0x64000000, 0x64100000, 0x64100000, 0x64200000, 0x64200000, 0x64210000, 0x64210000,
    0x64300000, 0x64300000, 0x64310000, 0x64310000, 0x64320000, 0x64320000, 0x64321000, 0x64321000,
    0x65000000, 0x65000000, 0x65100000, 0x65100000, 0x65200000, 0x65200000, 0x65210000, 0x65210000,
    0x65300000, 0x65300000, 0x65310000, 0x65310000, 0x65320000, 0x65320000, 0x65321000, 0x65321000,
    0x65400000, 0x65400000, 0x65410000, 0x65410000, 0x65420000, 0x65420000, 0x65421000, 0x65421000,
    0x65430000, 0x65430000, 0x65431000, 0x65431000, 0x65432000, 0x65432000, 0x65432100, 0x65432100,
    0x70000000, 0x70000000, 0x71000000, 0x71000000, 0x72000000, 0x72000000, 0x72100000, 0x72100000,
    0x73000000, 0x73000000, 0x73100000, 0x73100000, 0x73200000, 0x73200000, 0x73210000, 0x73210000,
    0x74000000, 0x74000000, 0x74100000, 0x74100000, 0x74200000, 0x74200000, 0x74210000, 0x74210000,
    0x74300000, 0x74300000, 0x74310000, 0x74310000, 0x74320000, 0x74320000, 0x74321000, 0x74321000,
    0x75000000, 0x75000000, 0x75100000, 0x75100000, 0x75200000, 0x75200000, 0x75210000, 0x75210000,
    0x75300000, 0x75300000, 0x75310000, 0x75310000, 0x75320000, 0x75320000, 0x75321000, 0x75321000,
    0x75400000, 0x75400000, 0x75410000, 0x75410000, 0x75420000, 0x75420000, 0x75421000, 0x75421000,
    0x75430000, 0x75430000, 0x75431000, 0x75431000, 0x75432000, 0x75432000, 0x75432100, 0x75432100,
    0x76000000, 0x76000000, 0x76100000, 0x76100000, 0x76200000, 0x76200000, 0x76210000, 0x76210000,
    0x76300000, 0x76300000, 0x76310000, 0x76310000, 0x76320000, 0x76320000, 0x76321000, 0x76321000,
    0x76400000, 0x76400000, 0x76410000, 0x76410000, 0x76420000, 0x76420000, 0x76421000, 0x76421000,
    0x76430000, 0x76430000, 0x76431000, 0x76431000, 0x76432000, 0x76432000, 0x76432100, 0x76432100,
    0x76500000, 0x76500000, 0x76510000, 0x76510000, 0x76520000, 0x76520000, 0x76521000, 0x76521000,
    0x76530000, 0x76530000, 0x76531000, 0x76531000, 0x76532000, 0x76532000, 0x76532100, 0x76532100,
    0x76540000, 0x76540000, 0x76541000, 0x76541000, 0x76542000, 0x76542000, 0x76542100, 0x76542100,
    0x76543000, 0x76543000, 0x76543100, 0x76543100, 0x76543200, 0x76543200, 0x76543210, 0x76543210};

typedef struct pair {
    __m256i low, high;
} pair;

PC_TARGET_AVX2 PC_INLINE __m128 load_two(const uint64_t *a, const uint64_t *b)
{
    return _mm_loadh_pi(_mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)a)), (const __m64 *)b);
}

/* The halves of the entries of eight symbols. */
PC_TARGET_AVX2 PC_INLINE pair lookup(const uint64_t *entries, const uint8_t *src)
{
    __m256 a = _mm256_castps128_ps256(load_two(entries + src[0], entries + src[1]));
    __m256 b = _mm256_castps128_ps256(load_two(entries + src[2], entries + src[3]));
    a = _mm256_insertf128_ps(a, load_two(entries + src[4], entries + src[5]), 1);
    b = _mm256_insertf128_ps(b, load_two(entries + src[6], entries + src[7]), 1);
    pair p = {_mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88)),
              _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xdd))};
    return p;
}

/* Sends the low words of the states that must shift, and shifts them. */
PC_TARGET_AVX2 PC_INLINE __m256i send(__m256i x, __m256i low, uint8_t **out)
{
    const __m256i nibbles = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
    __m256i threshold = _mm256_and_si256(low, _mm256_set1_epi32((int)0xfff00000u));
    __m256i full = _mm256_cmpeq_epi32(_mm256_max_epu32(x, threshold), x); /* x >= threshold */
    unsigned lanes = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(full));
    __m256i take = _mm256_srlv_epi32(_mm256_set1_epi32((int)lane_of_word[lanes]), nibbles);
    __m256i words = _mm256_blend_epi16(x, _mm256_setzero_si256(), 0xaa);
    words = _mm256_permutevar8x32_epi32(words, take);
    __m128i packed = _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128((__m128i *)(*out - 16), packed);
    *out -= 2 * _mm_popcnt_u32(lanes);
    return _mm256_blendv_epi8(x, _mm256_srli_epi32(x, 16), full);
}

/* pc_rans_push of eight lanes. */
PC_TARGET_AVX2 PC_INLINE __m256i push(__m256i x, pair entry)
{
    const __m256i slots = _mm256_set1_epi32(PC_RANS_TOTAL - 1), total = _mm256_set1_epi32(PC_RANS_TOTAL);
    __m256i dividend = _mm256_add_epi32(x, _mm256_and_si256(entry.low, _mm256_set1_epi32(1)));
    __m256i even = _mm256_srli_epi64(_mm256_mul_epu32(dividend, entry.high), 32);
    __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(dividend, 32), _mm256_srli_epi64(entry.high, 32));
    __m256i quotient = _mm256_blend_epi32(even, odd, 0xaa);
    __m256i shift = _mm256_and_si256(_mm256_srli_epi32(entry.low, 4), _mm256_set1_epi32(15));
    quotient = _mm256_srlv_epi32(quotient, shift);
    __m256i step = _mm256_sub_epi32(total, _mm256_srli_epi32(entry.low, 20));
    __m256i start = _mm256_and_si256(_mm256_srli_epi32(entry.low, 8), slots);
    return _mm256_add_epi32(_mm256_add_epi32(x, start), _mm256_mullo_epi32(quotient, step));
}

PC_TARGET_AVX2 size_t pc_rans_encode_avx2(uint32_t states[64], const uint64_t entries[256],
                                          const uint8_t *src, size_t groups, const uint8_t *dst_begin,
                                          uint8_t **dst, uint32_t *flags)
{
    __m256i x[8], seen = _mm256_setzero_si256();
    uint8_t *out = *dst;
    size_t left = groups;
    for (unsigned v = 0; v < 8; v++) x[v] = _mm256_loadu_si256((const __m256i *)(states + 8 * v));
    while (left > 0 && out - dst_begin >= PC_RANS_GROUP_BYTES) {
        left--;
#define STEP(v)                                                                                              \
    do {                                                                                                     \
        pair entry = lookup(entries, src + PC_RANS_LANES * left + 8 * (v));                                  \
        seen = _mm256_or_si256(seen, entry.low);                                                             \
        x[v] = push(send(x[v], entry.low, &out), entry);                                                     \
    } while (0)
        STEP(7);
        STEP(6);
        STEP(5);
        STEP(4);
        STEP(3);
        STEP(2);
        STEP(1);
        STEP(0);
#undef STEP
    }
    for (unsigned v = 0; v < 8; v++) _mm256_storeu_si256((__m256i *)(states + 8 * v), x[v]);
    uint32_t lanes[8];
    _mm256_storeu_si256((__m256i *)lanes, seen);
    for (unsigned i = 0; i < 8; i++) *flags |= lanes[i];
    *dst = out;
    return groups - left;
}

#endif
