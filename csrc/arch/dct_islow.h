/* The 8 x 8 integer DCT of the JPEG reference implementation, on vectors of 32-bit integers.
 *
 * Algorithm: Loeffler, Ligtenberg and Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications"
 * (1989), in the form of the reference's "slow but accurate" method, which every decoder's pixels are
 * compared with: constants of 13 bits, 2 bits more precision kept between the passes, each result rounded
 * once a pass. Sums of products are exact, so only the constants, the roundings and their places define the
 * result.
 *
 * Rows go first forward, columns first backward: the roundings make that part of the definition.
 * Forward coefficients are 8 times the orthonormal ones: the quantiser divides by 8 as well. Backward takes
 * dequantised coefficients and gives samples.
 *
 * Factors of a product are taken to 16 bits, which holds for 8-bit samples with room to spare; beyond that
 * results wrap, alike on every tier.
 *
 * The includer defines V (vector of W 32-bit lanes), W (a multiple of 8, or 1, or 4), FN, TARGET and
 *     IADD ISUB                        32-bit, wrapping
 *     IMUL(x, c)                       the low 16 bits of x, signed, times c
 *     ISHL(x, n) ISHR(x, n) ISET1(c)   arithmetic shifts */

#include "arch/dct_unroll.h"
#include "base/compiler.h"

/* round(2^13 * f) of the published factors. */
enum {
    F0298 = 2446,  /* 0.298631336 = sqrt 2 * (-c1 + c3 + c5 - c7), ck = cos(k pi / 16) */
    F0390 = 3196,  /* 0.390180644 = sqrt 2 * (c3 - c5) */
    F0541 = 4433,  /* 0.541196100 = sqrt 2 * c6 */
    F0765 = 6270,  /* 0.765366865 = sqrt 2 * (c2 - c6) */
    F0899 = 7373,  /* 0.899976223 = sqrt 2 * (c3 - c7) */
    F1175 = 9633,  /* 1.175875602 = sqrt 2 * c3 */
    F1501 = 12299, /* 1.501321110 = sqrt 2 * (c1 + c3 - c5 - c7) */
    F1847 = 15137, /* 1.847759065 = sqrt 2 * (c2 + c6) */
    F1961 = 16069, /* 1.961570560 = sqrt 2 * (c3 + c5) */
    F2053 = 16819, /* 2.053119869 = sqrt 2 * (c1 + c3 - c5 + c7) */
    F2562 = 20995, /* 2.562915447 = sqrt 2 * (c1 + c3) */
    F3072 = 25172, /* 3.072711026 = sqrt 2 * (c1 + c3 + c5 - c7) */
    BITS = 13,     /* of the factors */
    EXTRA = 2      /* kept between the passes */
};

#define ROUNDED(x, n) ISHR(IADD(x, ISET1(1 << ((n) - 1))), n)

/* One pass, over the vectors' index; the first keeps EXTRA bits, the second drops them. */
TARGET PC_INLINE void FN(islow_pass)(const V *x, V *y, int first)
{
    const unsigned down = first ? BITS - EXTRA : BITS + EXTRA;
    V s0 = IADD(x[0], x[7]), d0 = ISUB(x[0], x[7]), s1 = IADD(x[1], x[6]), d1 = ISUB(x[1], x[6]);
    V s2 = IADD(x[2], x[5]), d2 = ISUB(x[2], x[5]), s3 = IADD(x[3], x[4]), d3 = ISUB(x[3], x[4]);

    V e0 = IADD(s0, s3), e3 = ISUB(s0, s3), e1 = IADD(s1, s2), e2 = ISUB(s1, s2);
    V sum = IADD(e0, e1), difference = ISUB(e0, e1);
    y[0] = first ? ISHL(sum, EXTRA) : ROUNDED(sum, EXTRA);
    y[4] = first ? ISHL(difference, EXTRA) : ROUNDED(difference, EXTRA);
    V z = IMUL(IADD(e2, e3), F0541);
    y[2] = ROUNDED(IADD(z, IMUL(e3, F0765)), down);
    y[6] = ROUNDED(ISUB(z, IMUL(e2, F1847)), down);

    V z1 = IMUL(IADD(d3, d0), F0899), z2 = IMUL(IADD(d2, d1), F2562);
    V z3 = IADD(d3, d1), z4 = IADD(d2, d0), z5 = IMUL(IADD(z3, z4), F1175);
    z3 = ISUB(z5, IMUL(z3, F1961));
    z4 = ISUB(z5, IMUL(z4, F0390));
    y[7] = ROUNDED(IADD(ISUB(IMUL(d3, F0298), z1), z3), down);
    y[5] = ROUNDED(IADD(ISUB(IMUL(d2, F2053), z2), z4), down);
    y[3] = ROUNDED(IADD(ISUB(IMUL(d1, F3072), z2), z3), down);
    y[1] = ROUNDED(IADD(ISUB(IMUL(d0, F1501), z1), z4), down);
}

TARGET PC_INLINE void FN(islow_back)(const V *x, V *y, int first)
{
    /* The reference drops 3 bits more at the end: the transform's own factor of 8. */
    const unsigned down = first ? BITS - EXTRA : BITS + EXTRA + 3;
    V z = IMUL(IADD(x[2], x[6]), F0541);
    V e2 = ISUB(z, IMUL(x[6], F1847)), e3 = IADD(z, IMUL(x[2], F0765));
    V e0 = ISHL(IADD(x[0], x[4]), BITS), e1 = ISHL(ISUB(x[0], x[4]), BITS);
    V s0 = IADD(e0, e3), s3 = ISUB(e0, e3), s1 = IADD(e1, e2), s2 = ISUB(e1, e2);

    V z1 = IMUL(IADD(x[7], x[1]), F0899), z2 = IMUL(IADD(x[5], x[3]), F2562);
    V z3 = IADD(x[7], x[3]), z4 = IADD(x[5], x[1]), z5 = IMUL(IADD(z3, z4), F1175);
    z3 = ISUB(z5, IMUL(z3, F1961));
    z4 = ISUB(z5, IMUL(z4, F0390));
    V d3 = IADD(ISUB(IMUL(x[7], F0298), z1), z3), d2 = IADD(ISUB(IMUL(x[5], F2053), z2), z4);
    V d1 = IADD(ISUB(IMUL(x[3], F3072), z2), z3), d0 = IADD(ISUB(IMUL(x[1], F1501), z1), z4);
    y[0] = ROUNDED(IADD(s0, d0), down);
    y[7] = ROUNDED(ISUB(s0, d0), down);
    y[1] = ROUNDED(IADD(s1, d1), down);
    y[6] = ROUNDED(ISUB(s1, d1), down);
    y[2] = ROUNDED(IADD(s2, d2), down);
    y[5] = ROUNDED(ISUB(s2, d2), down);
    y[3] = ROUNDED(IADD(s3, d3), down);
    y[4] = ROUNDED(ISUB(s3, d3), down);
}

#undef ROUNDED

/* The includer further defines
 *     LOAD16(p, step) STORE16(p, step, v)   W = 8 g: 8 numbers of 16 bits from p, p + step, ...; else W from
 * p TRANSPOSE(v)                          8 x 8 groups, or W x W BELOW(name)                           what
 * does the blocks that W / 8 leaves over */

TARGET PC_INLINE void FN(islow_pass_of)(int forward, const V *x, V *y, int first)
{
    forward ? FN(islow_pass)(x, y, first) : FN(islow_back)(x, y, first);
}

#if W >= 8
TARGET PC_INLINE void FN(islow_block)(int forward, const int16_t *src, ptrdiff_t src_row, ptrdiff_t src_step,
                                      int16_t *dst, ptrdiff_t dst_row, ptrdiff_t dst_step)
{
    V x[8], y[8];
    (void)src_step, (void)dst_step; /* W = 8 */
    PC_UNROLL
    for (int r = 0; r < 8; r++) x[r] = LOAD16(src + r * src_row, src_step);
    if (forward) TRANSPOSE(x);
    FN(islow_pass_of)(forward, x, y, 1);
    TRANSPOSE(y);
    FN(islow_pass_of)(forward, y, x, 0);
    if (!forward) TRANSPOSE(x);
    PC_UNROLL
    for (int r = 0; r < 8; r++) STORE16(dst + r * dst_row, dst_step, x[r]);
}
#else
TARGET PC_INLINE void FN(islow_columns)(int forward, V buffer[8][8 / W], int first)
{
    V x[8], y[8];
    for (int c = 0; c < 8 / W; c++) {
        for (int r = 0; r < 8; r++) x[r] = buffer[r][c];
        FN(islow_pass_of)(forward, x, y, first);
        for (int r = 0; r < 8; r++) buffer[r][c] = y[r];
    }
}

TARGET PC_INLINE void FN(islow_rows)(int forward, V buffer[8][8 / W], int first)
{
    V x[8], y[8];
    for (int r = 0; r < 8; r += W) {
        for (int c = 0; c < 8 / W; c++) {
            for (int i = 0; i < W; i++) x[c * W + i] = buffer[r + i][c];
            TRANSPOSE(x + c * W);
        }
        FN(islow_pass_of)(forward, x, y, first);
        for (int c = 0; c < 8 / W; c++) {
            TRANSPOSE(y + c * W);
            for (int i = 0; i < W; i++) buffer[r + i][c] = y[c * W + i];
        }
    }
}

TARGET PC_INLINE void FN(islow_block)(int forward, const int16_t *src, ptrdiff_t src_row, ptrdiff_t src_step,
                                      int16_t *dst, ptrdiff_t dst_row, ptrdiff_t dst_step)
{
    V buffer[8][8 / W];
    (void)src_step, (void)dst_step;
    for (int r = 0; r < 8; r++)
        for (int c = 0; c < 8 / W; c++) buffer[r][c] = LOAD16(src + r * src_row + c * W, 0);
    if (forward) FN(islow_rows)(1, buffer, 1);
    FN(islow_columns)(forward, buffer, !forward);
    if (!forward) FN(islow_rows)(0, buffer, 0);
    for (int r = 0; r < 8; r++)
        for (int c = 0; c < 8 / W; c++) STORE16(dst + r * dst_row + c * W, 0, buffer[r][c]);
}
#endif

TARGET void FN(pc_dct_islow)(const int16_t *image, ptrdiff_t row_step, int16_t *coefs, size_t count)
{
    const size_t at_once = W > 8 ? W / 8 : 1;
    for (; count >= at_once; count -= at_once, image += 8 * at_once, coefs += 64 * at_once)
        FN(islow_block)(1, image, row_step, 8, coefs, 8, 64);
    if (count != 0) BELOW(pc_dct_islow)(image, row_step, coefs, count);
}

TARGET void FN(pc_idct_islow)(const int16_t *coefs, int16_t *image, ptrdiff_t row_step, size_t count)
{
    const size_t at_once = W > 8 ? W / 8 : 1;
    for (; count >= at_once; count -= at_once, image += 8 * at_once, coefs += 64 * at_once)
        FN(islow_block)(0, coefs, 8, 64, image, row_step, 8);
    if (count != 0) BELOW(pc_idct_islow)(coefs, image, row_step, count);
}
