/* rANS decoding with AVX2: 64 lanes in eight vectors, four at a time.
 *
 * Table lookups are scalar loads: the hardware gather is slow on Zen and on Intel parts with the
 * Downfall microcode, and no faster where it is healthy (docs/design/0003-rans.md). Slots leave the
 * vector two to a register. See rans_common.h for the algorithm.
 * Reads at most PC_RANS_GROUP_BYTES from the input for each group, whatever the group consumes. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "entropy/rans_common.h"

/* The word that each lane takes, a nibble a lane, for every set of lanes that take one: lane j takes
 * as many words into the input as there are set bits below j. Lanes without a word say 0. */
static const uint32_t word_of_lane[256] = {
    0x00000000, 0x00000000, 0x00000000, 0x00000010, 0x00000000, 0x00000100, 0x00000100, 0x00000210,
    0x00000000, 0x00001000, 0x00001000, 0x00002010, 0x00001000, 0x00002100, 0x00002100, 0x00003210,
    0x00000000, 0x00010000, 0x00010000, 0x00020010, 0x00010000, 0x00020100, 0x00020100, 0x00030210,
    0x00010000, 0x00021000, 0x00021000, 0x00032010, 0x00021000, 0x00032100, 0x00032100, 0x00043210,
    0x00000000, 0x00100000, 0x00100000, 0x00200010, 0x00100000, 0x00200100, 0x00200100, 0x00300210,
    0x00100000, 0x00201000, 0x00201000, 0x00302010, 0x00201000, 0x00302100, 0x00302100, 0x00403210,
    0x00100000, 0x00210000, 0x00210000, 0x00320010, 0x00210000, 0x00320100, 0x00320100, 0x00430210,
    0x00210000, 0x00321000, 0x00321000, 0x00432010, 0x00321000, 0x00432100, 0x00432100, 0x00543210,
    0x00000000, 0x01000000, 0x01000000, 0x02000010, 0x01000000, 0x02000100, 0x02000100, 0x03000210,
    0x01000000, 0x02001000, 0x02001000, 0x03002010, 0x02001000, 0x03002100, 0x03002100, 0x04003210,
    0x01000000, 0x02010000, 0x02010000, 0x03020010, 0x02010000, 0x03020100, 0x03020100, 0x04030210,
    0x02010000, 0x03021000, 0x03021000, 0x04032010, 0x03021000, 0x04032100, 0x04032100, 0x05043210,
    0x01000000, 0x02100000, 0x02100000, 0x03200010, 0x02100000, 0x03200100, 0x03200100, 0x04300210,
    0x02100000, 0x03201000, 0x03201000, 0x04302010, 0x03201000, 0x04302100, 0x04302100, 0x05403210,
    0x02100000, 0x03210000, 0x03210000, 0x04320010, 0x03210000, 0x04320100, 0x04320100, 0x05430210,
    0x03210000, 0x04321000, 0x04321000, 0x05432010, 0x04321000, 0x05432100, 0x05432100, 0x06543210,
    0x00000000, 0x10000000, 0x10000000, 0x20000010, 0x10000000, 0x20000100, 0x20000100, 0x30000210,
    0x10000000, 0x20001000, 0x20001000, 0x30002010, 0x20001000, 0x30002100, 0x30002100, 0x40003210,
    0x10000000, 0x20010000, 0x20010000, 0x30020010, 0x20010000, 0x30020100, 0x30020100, 0x40030210,
    0x20010000, 0x30021000, 0x30021000, 0x40032010, 0x30021000, 0x40032100, 0x40032100, 0x50043210,
    0x10000000, 0x20100000, 0x20100000, 0x30200010, 0x20100000, 0x30200100, 0x30200100, 0x40300210,
    0x20100000, 0x30201000, 0x30201000, 0x40302010, 0x30201000, 0x40302100, 0x40302100, 0x50403210,
    0x20100000, 0x30210000, 0x30210000, 0x40320010, 0x30210000, 0x40320100, 0x40320100, 0x50430210,
    0x30210000, 0x40321000, 0x40321000, 0x50432010, 0x40321000, 0x50432100, 0x50432100, 0x60543210,
    0x10000000, 0x21000000, 0x21000000, 0x32000010, 0x21000000, 0x32000100, 0x32000100, 0x43000210,
    0x21000000, 0x32001000, 0x32001000, 0x43002010, 0x32001000, 0x43002100, 0x43002100, 0x54003210,
    0x21000000, 0x32010000, 0x32010000, 0x43020010, 0x32010000, 0x43020100, 0x43020100, 0x54030210,
    0x32010000, 0x43021000, 0x43021000, 0x54032010, 0x43021000, 0x54032100, 0x54032100, 0x65043210,
    0x21000000, 0x32100000, 0x32100000, 0x43200010, 0x32100000, 0x43200100, 0x43200100, 0x54300210,
    0x32100000, 0x43201000, 0x43201000, 0x54302010, 0x43201000, 0x54302100, 0x54302100, 0x65403210,
    0x32100000, 0x43210000, 0x43210000, 0x54320010, 0x43210000, 0x54320100, 0x54320100, 0x65430210,
    0x43210000, 0x54321000, 0x54321000, 0x65432010, 0x54321000, 0x65432100, 0x65432100, 0x76543210};

PC_TARGET_AVX2 PC_INLINE __m128i load_entries(const uint32_t *entries, uint64_t slots01, uint64_t slots23)
{
    __m128i e = _mm_cvtsi32_si128((int)entries[(uint32_t)slots01]);
    e = _mm_insert_epi32(e, (int)entries[slots01 >> 32], 1);
    e = _mm_insert_epi32(e, (int)entries[(uint32_t)slots23], 2);
    return _mm_insert_epi32(e, (int)entries[slots23 >> 32], 3);
}

PC_TARGET_AVX2 PC_INLINE __m256i lookup(const uint32_t *entries, __m256i x)
{
    __m256i slots = _mm256_and_si256(x, _mm256_set1_epi32(PC_RANS_TOTAL - 1));
    __m128i a = _mm256_castsi256_si128(slots), b = _mm256_extracti128_si256(slots, 1);
    a = load_entries(entries, (uint64_t)_mm_cvtsi128_si64(a), (uint64_t)_mm_extract_epi64(a, 1));
    b = load_entries(entries, (uint64_t)_mm_cvtsi128_si64(b), (uint64_t)_mm_extract_epi64(b, 1));
    return _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
}

/* pc_rans_pop of eight lanes, and the words of those that fell below the range. */
PC_TARGET_AVX2 PC_INLINE __m256i pop(__m256i x, __m256i entry, const uint8_t **in)
{
    const __m256i nibbles = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
    __m256i offset = _mm256_and_si256(_mm256_srli_epi32(entry, 8), _mm256_set1_epi32(PC_RANS_TOTAL - 1));
    x = _mm256_mullo_epi32(_mm256_srli_epi32(x, PC_RANS_BITS), _mm256_srli_epi32(entry, 20));
    x = _mm256_add_epi32(x, offset);
    __m256i low = _mm256_cmpeq_epi32(_mm256_srli_epi32(x, 16), _mm256_setzero_si256());
    unsigned lanes = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(low));
    /* vpermd looks at the low three bits of an index only, so the nibbles above do no harm. */
    __m256i take = _mm256_srlv_epi32(_mm256_set1_epi32((int)word_of_lane[lanes]), nibbles);
    __m256i words = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)*in));
    words = _mm256_permutevar8x32_epi32(words, take);
    *in += 2 * _mm_popcnt_u32(lanes);
    return _mm256_blendv_epi8(x, _mm256_or_si256(_mm256_slli_epi32(x, 16), words), low);
}

/* The low bytes of four vectors, in order. */
PC_TARGET_AVX2 PC_INLINE __m256i symbols(__m256i a, __m256i b, __m256i c, __m256i d)
{
    const __m256i byte = _mm256_set1_epi32(0xff);
    __m256i ab = _mm256_packus_epi32(_mm256_and_si256(a, byte), _mm256_and_si256(b, byte));
    __m256i cd = _mm256_packus_epi32(_mm256_and_si256(c, byte), _mm256_and_si256(d, byte));
    /* Packing works within 128-bit halves; the permutation undoes that. */
    return _mm256_permutevar8x32_epi32(_mm256_packus_epi16(ab, cd),
                                       _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

PC_TARGET_AVX2 size_t pc_rans_decode_avx2(uint32_t states[64], const uint32_t entries[4096],
                                          const uint8_t **src, const uint8_t *src_end, uint8_t *dst,
                                          size_t groups)
{
    const uint8_t *in = *src;
    __m256i x[8];
    size_t g = 0;
    for (unsigned v = 0; v < 8; v++) x[v] = _mm256_loadu_si256((const __m256i *)(states + 8 * v));
    for (; g < groups && src_end - in >= PC_RANS_GROUP_BYTES; g++, dst += PC_RANS_LANES) {
        __m256i e0 = lookup(entries, x[0]), e1 = lookup(entries, x[1]);
        __m256i e2 = lookup(entries, x[2]), e3 = lookup(entries, x[3]);
        x[0] = pop(x[0], e0, &in);
        x[1] = pop(x[1], e1, &in);
        x[2] = pop(x[2], e2, &in);
        x[3] = pop(x[3], e3, &in);
        _mm256_storeu_si256((__m256i *)dst, symbols(e0, e1, e2, e3));
        e0 = lookup(entries, x[4]), e1 = lookup(entries, x[5]);
        e2 = lookup(entries, x[6]), e3 = lookup(entries, x[7]);
        x[4] = pop(x[4], e0, &in);
        x[5] = pop(x[5], e1, &in);
        x[6] = pop(x[6], e2, &in);
        x[7] = pop(x[7], e3, &in);
        _mm256_storeu_si256((__m256i *)(dst + 32), symbols(e0, e1, e2, e3));
    }
    for (unsigned v = 0; v < 8; v++) _mm256_storeu_si256((__m256i *)(states + 8 * v), x[v]);
    *src = in;
    return g;
}

#endif
