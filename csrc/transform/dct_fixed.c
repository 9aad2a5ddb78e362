/* Scalar twins of the integer DCT and of what follows it, and the zigzag order. */
#include <stdlib.h>

#include "arch/variants.h"
#include "base/compiler.h"
#include "pycomp/dct.h"
#include "transform/dct_common.h"

#define TARGET
#define W 1
#define V int32_t
#define FN(name) name##_scalar
#define BELOW(name) name##_scalar /* never: one lane leaves nothing over */
#define IADD(a, b) ((int32_t)((uint32_t)(a) + (uint32_t)(b)))
#define ISUB(a, b) ((int32_t)((uint32_t)(a) - (uint32_t)(b)))
#define IMUL(x, c) ((int32_t)(int16_t)(x) * (c))
#define ISHL(x, n) ((int32_t)((uint32_t)(x) << (n)))
#define ISHR(x, n) ((x) >> (n))
#define ISET1(c) (c)
#define LOAD16(p, step) (*(p))
#define STORE16(p, step, v) (*(p) = (int16_t)(v))
#define TRANSPOSE(v) ((void)(v))
#include "arch/dct_islow.h"

/* Adding 1.5 * 2^23 leaves no bits for a fraction, so the sum is rounded as floats are: to nearest, ties to
 * even. Good for magnitudes below 2^22. */
static int16_t round_to_i16(float x)
{
    x = x > -32768.0f ? x : -32768.0f; /* in this form for NaN, too */
    x = x < 32767.0f ? x : 32767.0f;
    volatile float sum = x + 12582912.0f; /* else the two cancel, where the compiler is told not to care */
    return (int16_t)(sum - 12582912.0f);
}

void pc_dct_round_scalar(const float *src, size_t n, const uint16_t *order, size_t count, int16_t *dst)
{
    for (; count != 0; count--, src += n, dst += n)
        for (size_t i = 0; i < n; i++) dst[i] = round_to_i16(src[order == NULL ? i : order[i]]);
}

void pc_dct_quantise_scalar(const int16_t *src, const float *steps, const uint16_t *order, size_t count,
                            int16_t *dst)
{
    for (; count != 0; count--, src += 64, dst += 64)
        for (unsigned i = 0; i < 64; i++) {
            unsigned at = order == NULL ? i : order[i];
            int size = (int)(((float)abs(src[at]) + steps[at]) * steps[64 + at]);
            dst[i] = (int16_t)(src[at] < 0 ? -size : size);
        }
}

void pc_dct_zigzag(unsigned size, uint16_t *order)
{
    for (unsigned sum = 0; sum < 2 * size - 1; sum++) /* diagonals, in turns up and down */
        for (unsigned i = 0; i <= sum; i++) {
            unsigned row = sum & 1 ? i : sum - i, column = sum - row;
            if (row < size && column < size) *order++ = (uint16_t)(row * size + column);
        }
}
