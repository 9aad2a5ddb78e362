/* Differences in vectors of 64 bytes, and running sums at any distance below that.
 *
 * A running sum is log-step: the vector plus itself shifted by the distance, by twice that, and so on (Hillis
 * and Steele, "Data parallel algorithms", 1986). VBMI shifts by any number of bytes with one permutation of
 * the whole vector, so width, distance and step count are plain parameters. What the sums so far contribute,
 * the carry, is joined last: one permutation and one addition are all that the next vector waits for. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"

#define VECTOR __m512i
#define VECTOR_BYTES 64
#define TARGET PC_TARGET_AVX512
#define LEAF(name) name##_avx512
#define v_load(p) _mm512_loadu_si512(p)
#define v_store(p, v) _mm512_storeu_si512(p, v)
#define v_xor _mm512_xor_si512
#define v_add(B) _mm512_add_epi##B
#define v_sub(B) _mm512_sub_epi##B
#define v_sign(B) sign_##B
#define v_half(B) half_##B
#define v_odd(B) odd_##B

#define ODD(B, one)                                                                                          \
    PC_TARGET_AVX512 PC_INLINE __m512i odd_##B(__m512i v)                                                    \
    {                                                                                                        \
        return _mm512_sub_epi##B(_mm512_setzero_si512(), _mm512_and_si512(v, one));                          \
    }
ODD(8, _mm512_set1_epi8(1))
ODD(16, _mm512_set1_epi16(1))
ODD(32, _mm512_set1_epi32(1))
ODD(64, _mm512_set1_epi64(1))
PC_TARGET_AVX512 PC_INLINE __m512i sign_8(__m512i v) { return _mm512_movm_epi8(_mm512_movepi8_mask(v)); }
PC_TARGET_AVX512 PC_INLINE __m512i sign_16(__m512i v) { return _mm512_srai_epi16(v, 15); }
PC_TARGET_AVX512 PC_INLINE __m512i sign_32(__m512i v) { return _mm512_srai_epi32(v, 31); }
PC_TARGET_AVX512 PC_INLINE __m512i sign_64(__m512i v) { return _mm512_srai_epi64(v, 63); }
PC_TARGET_AVX512 PC_INLINE __m512i half_8(__m512i v)
{
    return _mm512_and_si512(_mm512_srli_epi16(v, 1), _mm512_set1_epi8(0x7f));
}
PC_TARGET_AVX512 PC_INLINE __m512i half_16(__m512i v) { return _mm512_srli_epi16(v, 1); }
PC_TARGET_AVX512 PC_INLINE __m512i half_32(__m512i v) { return _mm512_srli_epi32(v, 1); }
PC_TARGET_AVX512 PC_INLINE __m512i half_64(__m512i v) { return _mm512_srli_epi64(v, 1); }

#define NEAREST 64
#define BEFORE __m512i
#define v_before(last, v, before) _mm512_permutex2var_epi8(last, before, v)
PC_TARGET_AVX512 PC_INLINE __m512i before_of(size_t back)
{
    uint8_t index[64];
    for (unsigned i = 0; i < 64; i++) index[i] = (uint8_t)(64 - back + i);
    return v_load(index);
}

#include "transform/delta_vector_common.h"

PC_TARGET_AVX512 PC_INLINE __m512i add(__m512i a, __m512i b, unsigned width, int xor_bits)
{
    if (xor_bits) return _mm512_xor_si512(a, b);
    switch (width) {
    case 1: return _mm512_add_epi8(a, b);
    case 2: return _mm512_add_epi16(a, b);
    case 4: return _mm512_add_epi32(a, b);
    default: return _mm512_add_epi64(a, b);
    }
}

PC_TARGET_AVX512 PC_INLINE __m512i unzigzag(__m512i v, unsigned width)
{
    switch (width) {
    case 1: return _mm512_xor_si512(half_8(v), odd_8(v));
    case 2: return _mm512_xor_si512(half_16(v), odd_16(v));
    case 4: return _mm512_xor_si512(half_32(v), odd_32(v));
    default: return _mm512_xor_si512(half_64(v), odd_64(v));
    }
}

enum { STEPS = 6 }; /* 1, 2, 4 ... 32 bytes: no distance needs more */

PC_TARGET_AVX512 PC_INLINE void scan(const uint8_t *cur, uint8_t *dst, size_t n, unsigned width, size_t back,
                                     pc_delta_op op, unsigned steps)
{
    int xor_bits = op == PC_DELTA_XOR;
    uint8_t bytes[64];
    __m512i from[STEPS];
    __mmask64 keep[STEPS];
    size_t shift = back;
    for (unsigned s = 0; s < steps; s++, shift *= 2) {
        for (unsigned i = 0; i < 64; i++) bytes[i] = (uint8_t)(i - shift); /* taken modulo 64, then masked */
        from[s] = v_load(bytes);
        keep[s] = ~(__mmask64)0 << shift;
    }
    /* The last whole groups of `back` bytes hold the running sums, in step with the first bytes of a vector
     * only if it is a whole number of groups: the carry is the last `back` bytes, repeated. */
    for (unsigned i = 0; i < 64; i++) bytes[i] = (uint8_t)(64 - back + i % back);
    __m512i tail = v_load(bytes);
    for (unsigned i = 0; i < 64; i++) bytes[i] = dst[(ptrdiff_t)(i % back) - (ptrdiff_t)back];
    __m512i carry = v_load(bytes);
    size_t i = 0;
    for (; n - i >= 64; i += 64) {
        __m512i v = v_load(cur + i);
        if (op == PC_DELTA_UNZIGZAG_ADD) v = unzigzag(v, width);
        for (unsigned s = 0; s < steps; s++)
            v = add(v, _mm512_maskz_permutexvar_epi8(keep[s], from[s], v), width, xor_bits);
        __m512i ends = _mm512_permutexvar_epi8(tail, v);
        v_store(dst + i, add(v, carry, width, xor_bits));
        if (64 % back == 0)
            carry = add(carry, ends, width, xor_bits);
        else /* the groups turn by 64 % back bytes from vector to vector, so the output's own end is taken */
            carry = _mm512_permutexvar_epi8(tail, add(v, carry, width, xor_bits));
    }
    pc_delta_scan_scalar(cur + i, dst + i, n - i, width, back, op);
}

#define SCAN(width, back, steps)                                                                             \
    do {                                                                                                     \
        if (op == PC_DELTA_ADD)                                                                              \
            scan(cur, dst, n, width, back, PC_DELTA_ADD, steps);                                             \
        else if (op == PC_DELTA_XOR)                                                                         \
            scan(cur, dst, n, width, back, PC_DELTA_XOR, steps);                                             \
        else                                                                                                 \
            scan(cur, dst, n, width, back, PC_DELTA_UNZIGZAG_ADD, steps);                                    \
    } while (0)

PC_TARGET_AVX512 static void scan_any(const uint8_t *cur, uint8_t *dst, size_t n, unsigned width, size_t back,
                                      pc_delta_op op)
{
    unsigned steps = 0;
    for (size_t shift = back; shift < 64; shift *= 2) steps++;
    switch (width) {
    case 1: SCAN(1, back, steps); break;
    case 2: SCAN(2, back, steps); break;
    case 4: SCAN(4, back, steps); break;
    default: SCAN(8, back, steps); break;
    }
}

PC_TARGET_AVX512 void pc_delta_scan_avx512(const uint8_t *cur, uint8_t *dst, size_t n, unsigned width,
                                           size_t back, pc_delta_op op)
{
    if (back >= 2 * VECTOR_BYTES)
        far(cur, dst, n, width, back, op);
    else if (back >= VECTOR_BYTES || n < VECTOR_BYTES)
        pc_delta_scan_scalar(cur, dst, n, width, back, op);
    else if (back != width)
        scan_any(cur, dst, n, width, back, op);
    else if (width == 1) /* the common distance, with its constants in registers */
        SCAN(1, 1, 6);
    else if (width == 2)
        SCAN(2, 2, 5);
    else if (width == 4)
        SCAN(4, 4, 4);
    else
        SCAN(8, 8, 3);
}

#endif
