/* The DCT as a network of butterflies on vectors, written once for every tier and type.
 *
 * A vector holds the same element of W independent lines, so the network itself has no shuffles and every
 * tier does the same additions and multiplications in the same order: all give the same bits. No product
 * is fused with a sum (ISO C mode and the intrinsics see to it).
 *
 * Algorithm: the recursive splitting of Plonka and Tasche ("Fast and numerically stable algorithms for
 * discrete cosine transforms", 2005) without its scalings: with h = n/2, q = n/4 and u_i = pi (2i+1) / 2n,
 *     type II of n   = type II of the h sums x_i + x_(n-1-i), and type IV of the h differences
 *     type IV of h   = rotation of the pairs (i, h-1-i) by u_i, two type II of q, one butterfly
 * Only plane rotations, so errors grow with log n; about 2 n log2 n operations, for n = 8 41 against the 40
 * of Loeffler, Ligtenberg and Moschytz (1989); and unlike theirs one scheme serves every power of two.
 *
 * Without scalings X_k = sum x_i cos(pi (2i+1) k / 2n); type III is the transpose of that and type IV has
 * cos(pi (2i+1) (2k+1) / 4n). Callers fold their normalisation into the factors of loads or stores.
 *
 * The includer defines
 *     T, V, W                 element, vector, elements of a vector
 *     FN(name)                name with the tier and type appended
 *     TARGET                  the function attribute
 *     WIDE                    how to inline n = 32: not at all, but where there are 32 wide registers
 *     LOAD(p) STORE(p, v) SET1(x) ADD(a, b) SUB(a, b) MUL(a, b)
 * Angles come from pc_dct_angles: for type IV of h the pairs (cos u_i, sin u_i) from index h - 2 on. */
#include "arch/dct_unroll.h"
#include "base/compiler.h"

/* Rotates z (h = 2q elements, xs apart) into the inputs of type IV's two halves. */
TARGET PC_INLINE void FN(rotate)(const V *z, ptrdiff_t xs, size_t q, V *a, V *b, const T *angles)
{
    const ptrdiff_t last = (ptrdiff_t)(2 * q - 1);
    angles += 2 * q - 2;
    PC_UNROLL
    for (size_t i = 0; i < q; i++) {
        V d = z[(ptrdiff_t)i * xs], e = z[(last - (ptrdiff_t)i) * xs];
        V c = SET1(angles[2 * i]), s = SET1(angles[2 * i + 1]);
        a[i] = ADD(MUL(d, c), MUL(e, s));
        b[i] = i & 1 ? SUB(MUL(e, c), MUL(d, s)) : SUB(MUL(d, s), MUL(e, c));
    }
}

/* The first stage of type II: sums to s, differences, rotated, to a and b. */
TARGET PC_INLINE void FN(split)(const V *x, size_t n, V *s, V *a, V *b, const T *angles)
{
    size_t h = n / 2, q = n / 4;
    angles += h - 2;
    PC_UNROLL
    for (size_t i = 0; i < q; i++) {
        V front = x[i], back = x[n - 1 - i], left = x[h - 1 - i], right = x[h + i];
        s[i] = ADD(front, back);
        s[h - 1 - i] = ADD(left, right);
        V d = SUB(front, back), e = SUB(left, right);
        V c = SET1(angles[2 * i]), t = SET1(angles[2 * i + 1]);
        a[i] = ADD(MUL(d, c), MUL(e, t));
        b[i] = i & 1 ? SUB(MUL(e, c), MUL(d, t)) : SUB(MUL(d, t), MUL(e, c));
    }
}

TARGET PC_INLINE void FN(two)(const V *x, V *y, const T *angles)
{
    y[0] = ADD(x[0], x[1]);
    y[1] = MUL(SUB(x[0], x[1]), SET1(angles[-1]));
}

TARGET PC_INLINE void FN(dct2_4)(const V *x, V *y, const T *angles)
{
    V s[2] = {ADD(x[0], x[3]), ADD(x[1], x[2])}, e[2];
    V d = SUB(x[0], x[3]), f = SUB(x[1], x[2]), c = SET1(angles[0]), t = SET1(angles[1]);
    FN(two)(s, e, angles);
    y[0] = e[0];
    y[1] = ADD(MUL(d, c), MUL(f, t));
    y[2] = e[1];
    y[3] = SUB(MUL(d, t), MUL(f, c));
}

TARGET PC_INLINE void FN(dct3_4)(const V *x, V *y, const T *angles)
{
    V m = MUL(x[2], SET1(angles[-1])), c = SET1(angles[0]), t = SET1(angles[1]);
    V e0 = ADD(x[0], m), e1 = SUB(x[0], m);
    V o0 = ADD(MUL(x[1], c), MUL(x[3], t)), o1 = SUB(MUL(x[1], t), MUL(x[3], c));
    y[0] = ADD(e0, o0);
    y[1] = ADD(e1, o1);
    y[2] = SUB(e1, o1);
    y[3] = SUB(e0, o0);
}

/* The last butterfly of type IV: o[i] from the two halves' results in natural order. */
TARGET PC_INLINE void FN(join)(const V *c, const V *d, size_t q, V *o, size_t step)
{
    o[0] = c[0];
    o[(2 * q - 1) * step] = d[0];
    PC_UNROLL
    for (size_t k = 1; k < q; k++) {
        o[2 * k * step] = SUB(c[k], d[q - k]);
        o[(2 * k - 1) * step] = ADD(c[k], d[q - k]);
    }
}

/* Fixed sizes, from n/2 and n/4: inlined into one another they live in registers up to 16. */
#define DCT_FIXED(inlining, n, h, q)                                                                         \
    TARGET inlining void FN(dct2_##n)(const V *x, V *y, const T *angles)                                     \
    {                                                                                                        \
        V s[h], a[q], b[q], e[h], c[q], d[q];                                                                \
        FN(split)(x, n, s, a, b, angles);                                                                    \
        FN(dct2_##h)(s, e, angles);                                                                          \
        FN(dct2_##q)(a, c, angles);                                                                          \
        FN(dct2_##q)(b, d, angles);                                                                          \
        PC_UNROLL                                                                                            \
        for (size_t k = 0; k < (h); k++) y[2 * k] = e[k];                                                    \
        FN(join)(c, d, q, y + 1, 2);                                                                         \
    }                                                                                                        \
    TARGET inlining void FN(dct3_##n)(const V *x, V *y, const T *angles)                                     \
    {                                                                                                        \
        V s[h], e[h], a[q], b[q], c[q], d[q], o[h];                                                          \
        PC_UNROLL                                                                                            \
        for (size_t k = 0; k < (h); k++) s[k] = x[2 * k];                                                    \
        FN(rotate)(x + 1, 2, q, a, b, angles);                                                               \
        FN(dct3_##h)(s, e, angles);                                                                          \
        FN(dct2_##q)(a, c, angles);                                                                          \
        FN(dct2_##q)(b, d, angles);                                                                          \
        FN(join)(c, d, q, o, 1);                                                                             \
        PC_UNROLL                                                                                            \
        for (size_t i = 0; i < (h); i++) {                                                                   \
            y[i] = ADD(e[i], o[i]);                                                                          \
            y[(n) - 1 - i] = SUB(e[i], o[i]);                                                                \
        }                                                                                                    \
    }

TARGET PC_INLINE void FN(dct2_2)(const V *x, V *y, const T *angles) { FN(two)(x, y, angles); }
DCT_FIXED(PC_INLINE, 8, 4, 2)
DCT_FIXED(PC_INLINE, 16, 8, 4)
DCT_FIXED(WIDE, 32, 16, 8)
DCT_FIXED(PC_NOINLINE static, 64, 32, 16)

/* Any power of two by recursion: y with a stride of ys (negative: backwards), x and tmp (n) contiguous; x is
 * spent, as room for the parts. The order of operations is that of the fixed sizes. */
TARGET static void FN(dct2)(V *x, V *y, ptrdiff_t ys, size_t n, V *tmp, const T *angles)
{
    if (n <= 16) {
        V o[16];
        switch (n) {
        case 1: o[0] = x[0]; break;
        case 2: FN(two)(x, o, angles); break;
        case 4: FN(dct2_4)(x, o, angles); break;
        case 8: FN(dct2_8)(x, o, angles); break;
        default: FN(dct2_16)(x, o, angles); break;
        }
        for (size_t k = 0; k < n; k++) y[(ptrdiff_t)k * ys] = o[k];
        return;
    }
    const size_t h = n / 2, q = n / 4;
    const ptrdiff_t last = (ptrdiff_t)(n - 1);
    V *s = tmp, *a = tmp + h, *b = tmp + h + q;
    FN(split)(x, n, s, a, b, angles);
    FN(dct2)(s, y, 2 * ys, h, x, angles);
    FN(dct2)(a, y + ys, 4 * ys, q, x, angles);
    FN(dct2)(b, y + last * ys, -4 * ys, q, x, angles); /* D_(q-k) lands just before C_k */
    for (ptrdiff_t k = 3; k < last; k += 4) {
        V d = y[k * ys], c = y[(k + 2) * ys];
        y[k * ys] = ADD(c, d);
        y[(k + 2) * ys] = SUB(c, d);
    }
}

/* Type IV; x has a stride, y and tmp (3n/2) are contiguous. */
TARGET static void FN(dct4)(const V *x, ptrdiff_t xs, V *y, size_t n, V *tmp, const T *angles)
{
    if (n == 1) {
        y[0] = MUL(x[0], SET1(angles[-1]));
        return;
    }
    const size_t h = n / 2;
    FN(rotate)(x, xs, h, tmp, tmp + h, angles);
    FN(dct2)(tmp, y, 2, h, tmp + n, angles);
    FN(dct2)(tmp + h, y + n - 1, -2, h, tmp + n, angles);
    for (size_t k = 1; k + 1 < n; k += 2) {
        V d = y[k], c = y[k + 1];
        y[k] = ADD(c, d);
        y[k + 1] = SUB(c, d);
    }
}

/* Type III; as dct4, tmp of 5n/4: half for o, the rest for its making. */
TARGET static void FN(dct3)(const V *x, ptrdiff_t xs, V *y, size_t n, V *tmp, const T *angles)
{
    if (n <= 16) {
        V z[16];
        for (size_t k = 0; k < n; k++) z[k] = x[(ptrdiff_t)k * xs];
        switch (n) {
        case 1: y[0] = z[0]; break;
        case 2: {
            V m = MUL(z[1], SET1(angles[-1]));
            y[0] = ADD(z[0], m);
            y[1] = SUB(z[0], m);
            break;
        }
        case 4: FN(dct3_4)(z, y, angles); break;
        case 8: FN(dct3_8)(z, y, angles); break;
        default: FN(dct3_16)(z, y, angles); break;
        }
        return;
    }
    const size_t h = n / 2;
    V *o = tmp;
    FN(dct3)(x, 2 * xs, y, h, tmp, angles);
    FN(dct4)(x + xs, 2 * xs, o, h, tmp + h, angles);
    for (size_t i = 0; i < h; i++) {
        V e = y[i];
        y[i] = ADD(e, o[i]);
        y[n - 1 - i] = SUB(e, o[i]);
    }
}
