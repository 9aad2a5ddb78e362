/* The table of angles that every DCT size shares.
 *
 * The C library's cosine differs by a last bit between platforms, and results must not; so the table is
 * computed here, with additions and multiplications alone. */
#include "pycomp/dct.h"

#if defined(__clang__)
#pragma clang fp contract(off)
#endif

static const double half_pi = 1.57079632679489661923; /* pi / 2 */

/* Taylor series of sine (n = 1) and cosine (n = 0) up to x^21: for |x| <= pi/4 the next term is below
 * 1e-24. Horner from the smallest term. */
static double series(double x, unsigned n)
{
    double sum = 1;
    for (unsigned k = 20 + n; k > n + 1; k -= 2) sum = 1 - sum * x * x / (double)(k * (k - 1));
    return n == 1 ? sum * x : sum;
}

/* cos(pi/2 * part / whole), 0 <= part <= whole. */
static double cosine(size_t part, size_t whole)
{
    if (2 * part <= whole) return series(half_pi * (double)part / (double)whole, 0);
    return series(half_pi * (double)(whole - part) / (double)whole, 1);
}

/* Entry 0 is cos(pi/4); the pairs of type IV of h = 2, 4, 8, ... follow: cos and sin of
 * pi (2i+1) / 4h for i < h/2. */
void pc_dct_angles_f64(double table[PC_DCT_ANGLES])
{
    *table++ = cosine(1, 2);
    for (size_t h = 2; h <= PC_DCT_MAX; h *= 2)
        for (size_t i = 0; i < h / 2; i++) {
            *table++ = cosine(2 * i + 1, 2 * h);
            *table++ = cosine(2 * h - (2 * i + 1), 2 * h);
        }
}

void pc_dct_angles_f32(float table[PC_DCT_ANGLES])
{
    *table++ = (float)cosine(1, 2);
    for (size_t h = 2; h <= PC_DCT_MAX; h *= 2)
        for (size_t i = 0; i < h / 2; i++) {
            *table++ = (float)cosine(2 * i + 1, 2 * h);
            *table++ = (float)cosine(2 * h - (2 * i + 1), 2 * h);
        }
}
