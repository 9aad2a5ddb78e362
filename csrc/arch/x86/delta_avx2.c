/* Differences in vectors of 32 bytes, and running sums against the element or two before.
 *
 * A running sum is log-step: the vector plus itself shifted by the distance, by twice that, and so on (Hillis
 * and Steele, "Data parallel algorithms", 1986). AVX2 shifts bytes within 128-bit lanes only, so each lane is
 * summed alone and then takes the end of the lane before; distances that do not divide 16 bytes are left to
 * the scalar twin. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"

#define VECTOR __m256i
#define VECTOR_BYTES 32
#define TARGET PC_TARGET_AVX2
#define LEAF(name) name##_avx2
#define v_load(p) _mm256_loadu_si256((const __m256i *)(p))
#define v_store(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define v_xor _mm256_xor_si256
#define v_add(B) _mm256_add_epi##B
#define v_sub(B) _mm256_sub_epi##B
#define v_sign(B) sign_##B
#define v_half(B) half_##B
#define v_odd(B) odd_##B

#define SIGN_MAPS(B, one)                                                                                    \
    PC_TARGET_AVX2 PC_INLINE __m256i sign_##B(__m256i v)                                                     \
    {                                                                                                        \
        return _mm256_cmpgt_epi##B(_mm256_setzero_si256(), v);                                               \
    }                                                                                                        \
    PC_TARGET_AVX2 PC_INLINE __m256i odd_##B(__m256i v)                                                      \
    {                                                                                                        \
        return _mm256_sub_epi##B(_mm256_setzero_si256(), _mm256_and_si256(v, one));                          \
    }
SIGN_MAPS(8, _mm256_set1_epi8(1))
SIGN_MAPS(16, _mm256_set1_epi16(1))
SIGN_MAPS(32, _mm256_set1_epi32(1))
SIGN_MAPS(64, _mm256_set1_epi64x(1))
PC_TARGET_AVX2 PC_INLINE __m256i half_8(__m256i v)
{
    return _mm256_and_si256(_mm256_srli_epi16(v, 1), _mm256_set1_epi8(0x7f));
}
PC_TARGET_AVX2 PC_INLINE __m256i half_16(__m256i v) { return _mm256_srli_epi16(v, 1); }
PC_TARGET_AVX2 PC_INLINE __m256i half_32(__m256i v) { return _mm256_srli_epi32(v, 1); }
PC_TARGET_AVX2 PC_INLINE __m256i half_64(__m256i v) { return _mm256_srli_epi64(v, 1); }

/* Across the lanes: bytes from the lane before, and from the lane itself. */
typedef struct before_index {
    __m256i far, near;
} before_index;
#define NEAREST 16
#define BEFORE before_index
PC_TARGET_AVX2 PC_INLINE before_index before_of(size_t back)
{
    uint8_t index[64];
    for (unsigned i = 0; i < 32; i++) {
        unsigned at = i % 16;
        index[i] = at < back ? (uint8_t)(16 - back + at) : 0x80;
        index[32 + i] = at < back ? 0x80 : (uint8_t)(at - back);
    }
    before_index both = {v_load(index), v_load(index + 32)};
    return both;
}
PC_TARGET_AVX2 PC_INLINE __m256i v_before(__m256i last, __m256i v, before_index before)
{
    __m256i lanes = _mm256_permute2x128_si256(last, v, 0x21);
    return _mm256_or_si256(_mm256_shuffle_epi8(lanes, before.far), _mm256_shuffle_epi8(v, before.near));
}

#include "transform/delta_vector_common.h"

PC_TARGET_AVX2 PC_INLINE __m256i add(__m256i a, __m256i b, unsigned width, int xor_bits)
{
    if (xor_bits) return _mm256_xor_si256(a, b);
    switch (width) {
    case 1: return _mm256_add_epi8(a, b);
    case 2: return _mm256_add_epi16(a, b);
    case 4: return _mm256_add_epi32(a, b);
    default: return _mm256_add_epi64(a, b);
    }
}

PC_TARGET_AVX2 PC_INLINE __m256i unzigzag(__m256i v, unsigned width)
{
    switch (width) {
    case 1: return _mm256_xor_si256(half_8(v), odd_8(v));
    case 2: return _mm256_xor_si256(half_16(v), odd_16(v));
    case 4: return _mm256_xor_si256(half_32(v), odd_32(v));
    default: return _mm256_xor_si256(half_64(v), odd_64(v));
    }
}

/* One vector of sums; carry holds the last `back` bytes of output, repeated through both lanes. */
PC_TARGET_AVX2 PC_INLINE __m256i sums(__m256i v, unsigned width, unsigned back, int xor_bits)
{
    if (back <= 1) v = add(v, _mm256_slli_si256(v, 1), width, xor_bits);
    if (back <= 2) v = add(v, _mm256_slli_si256(v, 2), width, xor_bits);
    if (back <= 4) v = add(v, _mm256_slli_si256(v, 4), width, xor_bits);
    if (back <= 8) v = add(v, _mm256_slli_si256(v, 8), width, xor_bits);
    return v;
}

PC_TARGET_AVX2 PC_INLINE void scan(const uint8_t *cur, uint8_t *dst, size_t n, unsigned width, unsigned back,
                                   pc_delta_op op)
{
    int xor_bits = op == PC_DELTA_XOR;
    uint8_t index[16], ends[32];
    for (unsigned i = 0; i < 16; i++) index[i] = (uint8_t)(16 - back + i % back);
    __m256i tail = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)index));
    for (unsigned i = 0; i < 32; i++) ends[i] = dst[(ptrdiff_t)(i % back) - (ptrdiff_t)back];
    __m256i carry = v_load(ends);
    size_t i = 0;
    for (; n - i >= 32; i += 32) {
        __m256i v = v_load(cur + i);
        if (op == PC_DELTA_UNZIGZAG_ADD) v = unzigzag(v, width);
        v = sums(v, width, back, xor_bits);
        /* What each lane takes over: nothing and the lower lane's end; both lanes' ends together go on. */
        __m256i end = _mm256_shuffle_epi8(v, tail);
        __m256i low = _mm256_permute2x128_si256(end, end, 0x08);
        __m256i total = add(_mm256_permute2x128_si256(end, end, 0x00),
                            _mm256_permute2x128_si256(end, end, 0x11), width, xor_bits);
        v_store(dst + i, add(add(v, low, width, xor_bits), carry, width, xor_bits));
        carry = add(carry, total, width, xor_bits);
    }
    pc_delta_scan_scalar(cur + i, dst + i, n - i, width, back, op);
}

/* Compiled for each width and distance: the shifts are immediates. */
#define SCAN(width, back)                                                                                    \
    do {                                                                                                     \
        if (op == PC_DELTA_ADD)                                                                              \
            scan(cur, dst, n, width, back, PC_DELTA_ADD);                                                    \
        else if (op == PC_DELTA_XOR)                                                                         \
            scan(cur, dst, n, width, back, PC_DELTA_XOR);                                                    \
        else                                                                                                 \
            scan(cur, dst, n, width, back, PC_DELTA_UNZIGZAG_ADD);                                           \
    } while (0)

PC_TARGET_AVX2 void pc_delta_scan_avx2(const uint8_t *cur, uint8_t *dst, size_t n, unsigned width,
                                       size_t back, pc_delta_op op)
{
    if (back >= 2 * VECTOR_BYTES)
        far(cur, dst, n, width, back, op);
    else if (width == 1 && back == 1)
        SCAN(1, 1);
    else if (width == 1 && back == 2)
        SCAN(1, 2);
    else if (width == 1 && back == 4)
        SCAN(1, 4);
    else if (width == 2 && back == 2)
        SCAN(2, 2);
    else if (width == 2 && back == 4)
        SCAN(2, 4);
    else if (width == 4 && back == 4)
        SCAN(4, 4);
    else if (width == 4 && back == 8)
        SCAN(4, 8);
    else if (width == 8 && back == 8)
        SCAN(8, 8);
    else
        pc_delta_scan_scalar(cur, dst, n, width, back, op);
}

#endif
