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
 * Up to 16 numbers are inlined into whoever has them in registers, and are, once a type, a function from
 * memory to memory. 32 are two such halves in turn, which is all that so many registers hold. Beyond that
 * loops go over memory, which keep their length: unrolled they were most of the code and no faster.
 *
 * The includer defines
 *     T, V, W                 element, vector, elements of a vector
 *     FN(name)                name with the tier and type appended
 *     TARGET                  the function attribute
 *     LOAD(p) STORE(p, v) SET1(x) ADD(a, b) SUB(a, b) MUL(a, b)
 * Angles come from pc_dct_angles: for type IV of h the pairs (cos u_i, sin u_i) from index h - 2 on. */
#include "arch/dct_unroll.h"
#include "base/compiler.h"

/* -- In registers ------------------------------------------------------------------------------------- */

/* One pair of type IV's rotation: inputs i of its two halves. */
TARGET PC_INLINE void FN(rotate)(V d, V e, size_t i, V *a, V *b, const T *angles)
{
    V c = SET1(angles[2 * i]), s = SET1(angles[2 * i + 1]);
    *a = ADD(MUL(d, c), MUL(e, s));
    *b = i & 1 ? SUB(MUL(e, c), MUL(d, s)) : SUB(MUL(d, s), MUL(e, c));
}

TARGET PC_INLINE void FN(dct2_1)(const V *x, V *y, const T *angles)
{
    (void)angles;
    y[0] = x[0];
}

TARGET PC_INLINE void FN(dct3_1)(const V *x, V *y, const T *angles) { FN(dct2_1)(x, y, angles); }

TARGET PC_INLINE void FN(dct4_1)(const V *x, V *y, const T *angles) { y[0] = MUL(x[0], SET1(angles[-1])); }

TARGET PC_INLINE void FN(dct2_2)(const V *x, V *y, const T *angles)
{
    V d = SUB(x[0], x[1]);
    y[0] = ADD(x[0], x[1]);
    y[1] = MUL(d, SET1(angles[-1]));
}

TARGET PC_INLINE void FN(dct3_2)(const V *x, V *y, const T *angles)
{
    V m = MUL(x[1], SET1(angles[-1])), e = x[0];
    y[0] = ADD(e, m);
    y[1] = SUB(e, m);
}

/* Type IV of n from two of type II of h = n/2. */
#define DCT4_FIXED(n, h)                                                                                     \
    TARGET PC_INLINE void FN(dct4_##n)(const V *x, V *y, const T *angles)                                    \
    {                                                                                                        \
        V a[h], b[h], c[h], d[h];                                                                            \
        PC_UNROLL                                                                                            \
        for (size_t i = 0; i < (h); i++)                                                                     \
            FN(rotate)(x[i], x[(n) - 1 - i], i, a + i, b + i, angles + (n) - 2);                             \
        FN(dct2_##h)(a, c, angles);                                                                          \
        FN(dct2_##h)(b, d, angles);                                                                          \
        y[0] = c[0];                                                                                         \
        y[(n) - 1] = d[0];                                                                                   \
        PC_UNROLL                                                                                            \
        for (size_t k = 1; k < (h); k++) {                                                                   \
            y[2 * k] = SUB(c[k], d[(h) - k]);                                                                \
            y[2 * k - 1] = ADD(c[k], d[(h) - k]);                                                            \
        }                                                                                                    \
    }

/* Types II and III of n from II or III, and IV, of h = n/2. */
#define DCT2_DCT3_FIXED(n, h)                                                                                \
    TARGET PC_INLINE void FN(dct2_##n)(const V *x, V *y, const T *angles)                                    \
    {                                                                                                        \
        V s[h], z[h], e[h], o[h];                                                                            \
        PC_UNROLL                                                                                            \
        for (size_t i = 0; i < (h); i++) {                                                                   \
            s[i] = ADD(x[i], x[(n) - 1 - i]);                                                                \
            z[i] = SUB(x[i], x[(n) - 1 - i]);                                                                \
        }                                                                                                    \
        FN(dct2_##h)(s, e, angles);                                                                          \
        FN(dct4_##h)(z, o, angles);                                                                          \
        PC_UNROLL                                                                                            \
        for (size_t k = 0; k < (h); k++) {                                                                   \
            y[2 * k] = e[k];                                                                                 \
            y[2 * k + 1] = o[k];                                                                             \
        }                                                                                                    \
    }                                                                                                        \
    TARGET PC_INLINE void FN(dct3_##n)(const V *x, V *y, const T *angles)                                    \
    {                                                                                                        \
        V s[h], z[h], e[h], o[h];                                                                            \
        PC_UNROLL                                                                                            \
        for (size_t k = 0; k < (h); k++) {                                                                   \
            s[k] = x[2 * k];                                                                                 \
            z[k] = x[2 * k + 1];                                                                             \
        }                                                                                                    \
        FN(dct3_##h)(s, e, angles);                                                                          \
        FN(dct4_##h)(z, o, angles);                                                                          \
        PC_UNROLL                                                                                            \
        for (size_t i = 0; i < (h); i++) {                                                                   \
            y[i] = ADD(e[i], o[i]);                                                                          \
            y[(n) - 1 - i] = SUB(e[i], o[i]);                                                                \
        }                                                                                                    \
    }

DCT4_FIXED(2, 1)
DCT2_DCT3_FIXED(4, 2)
DCT4_FIXED(4, 2)
DCT2_DCT3_FIXED(8, 4)
DCT4_FIXED(8, 4)
DCT2_DCT3_FIXED(16, 8)
DCT4_FIXED(16, 8)

/* -- From memory to memory: strides in elements, a vector each ----------------------------------------- */

TARGET PC_INLINE void FN(get)(const T *x, ptrdiff_t xs, V *z, unsigned n)
{
    PC_UNROLL
    for (unsigned i = 0; i < n; i++) z[i] = LOAD(x + (ptrdiff_t)i * xs);
}

TARGET PC_INLINE void FN(put)(const V *o, T *y, ptrdiff_t ys, unsigned n)
{
    PC_UNROLL
    for (unsigned k = 0; k < n; k++) STORE(y + (ptrdiff_t)k * ys, o[k]);
}

#define DCT_LEAF_CASE(type, n)                                                                               \
    FN(get)(x, xs, z, n);                                                                                    \
    FN(dct##type##_##n)(z, o, angles);                                                                       \
    FN(put)(o, y, ys, n)

#define DCT_LEAF(type)                                                                                       \
    TARGET PC_ONCE static void FN(leaf##type)(const T *x, ptrdiff_t xs, T *y, ptrdiff_t ys, size_t n,        \
                                              const T *angles)                                               \
    {                                                                                                        \
        V z[16], o[16];                                                                                      \
        switch (n) {                                                                                         \
        case 1: DCT_LEAF_CASE(type, 1); break;                                                               \
        case 2: DCT_LEAF_CASE(type, 2); break;                                                               \
        case 4: DCT_LEAF_CASE(type, 4); break;                                                               \
        case 8: DCT_LEAF_CASE(type, 8); break;                                                               \
        default: DCT_LEAF_CASE(type, 16); break;                                                             \
        }                                                                                                    \
    }

DCT_LEAF(2)
DCT_LEAF(3)
DCT_LEAF(4)

TARGET PC_ONCE static void FN(dct2_32)(const T *x, ptrdiff_t xs, T *y, ptrdiff_t ys, const T *angles)
{
    V z[16], o[16];
    PC_UNROLL
    for (int i = 0; i < 16; i++) z[i] = ADD(LOAD(x + i * xs), LOAD(x + (31 - i) * xs));
    FN(dct2_16)(z, o, angles);
    FN(put)(o, y, 2 * ys, 16);
    PC_UNROLL
    for (int i = 0; i < 16; i++) z[i] = SUB(LOAD(x + i * xs), LOAD(x + (31 - i) * xs));
    FN(dct4_16)(z, o, angles);
    FN(put)(o, y + ys, 2 * ys, 16);
}

/* y is contiguous. */
TARGET PC_ONCE static void FN(dct3_32)(const T *x, ptrdiff_t xs, T *y, const T *angles)
{
    V z[16], o[16];
    FN(get)(x, 2 * xs, z, 16);
    FN(dct3_16)(z, o, angles);
    FN(put)(o, y, W, 16);
    FN(get)(x + xs, 2 * xs, z, 16);
    FN(dct4_16)(z, o, angles);
    PC_UNROLL
    for (int i = 0; i < 16; i++) {
        V e = LOAD(y + i * W);
        STORE(y + i * W, ADD(e, o[i]));
        STORE(y + (31 - i) * W, SUB(e, o[i]));
    }
}

/* The last butterfly of type IV, in place, over n results of its halves: C_k and D_(q-k) side by side, C_0
 * and D_0 at the ends. */
TARGET PC_INLINE void FN(join)(T *y, ptrdiff_t ys, size_t n)
{
    for (size_t k = 1; k + 1 < n; k += 2) {
        T *p = y + (ptrdiff_t)k * ys;
        V d = LOAD(p), c = LOAD(p + ys);
        STORE(p, ADD(c, d));
        STORE(p + ys, SUB(c, d));
    }
}

/* Type II of any power of two: y with a stride (negative: backwards), x and tmp (n) contiguous; x is spent,
 * as room for the parts, from 64 on. */
TARGET PC_ONCE static void FN(dct2)(T *x, T *y, ptrdiff_t ys, size_t n, T *tmp, const T *angles)
{
    if (n <= 16) {
        FN(leaf2)(x, W, y, ys, n, angles);
        return;
    }
    if (n == 32) {
        FN(dct2_32)(x, W, y, ys, angles);
        return;
    }
    const size_t h = n / 2, q = n / 4;
    T *s = tmp, *a = tmp + h * W, *b = a + q * W;
    for (size_t i = 0; i < q; i++) {
        V front = LOAD(x + i * W), back = LOAD(x + (n - 1 - i) * W);
        V left = LOAD(x + (h - 1 - i) * W), right = LOAD(x + (h + i) * W);
        V d, e;
        STORE(s + i * W, ADD(front, back));
        STORE(s + (h - 1 - i) * W, ADD(left, right));
        FN(rotate)(SUB(front, back), SUB(left, right), i, &d, &e, angles + h - 2);
        STORE(a + i * W, d);
        STORE(b + i * W, e);
    }
    FN(dct2)(s, y, 2 * ys, h, x, angles);
    FN(dct2)(a, y + ys, 4 * ys, q, x, angles);
    FN(dct2)(b, y + (ptrdiff_t)(n - 1) * ys, -4 * ys, q, x, angles); /* D_(q-k) lands just before C_k */
    FN(join)(y + ys, 2 * ys, h);
}

/* Type IV; x has a stride, y and tmp (3n/2) are contiguous. */
TARGET PC_ONCE static void FN(dct4)(const T *x, ptrdiff_t xs, T *y, size_t n, T *tmp, const T *angles)
{
    if (n <= 16) {
        FN(leaf4)(x, xs, y, W, n, angles);
        return;
    }
    const size_t h = n / 2;
    T *a = tmp, *b = tmp + h * W, *rest = b + h * W;
    for (size_t i = 0; i < h; i++) {
        V d, e;
        FN(rotate)(LOAD(x + (ptrdiff_t)i * xs), LOAD(x + (ptrdiff_t)(n - 1 - i) * xs), i, &d, &e,
                   angles + n - 2);
        STORE(a + i * W, d);
        STORE(b + i * W, e);
    }
    FN(dct2)(a, y, 2 * W, h, rest, angles);
    FN(dct2)(b, y + (n - 1) * W, -2 * W, h, rest, angles);
    FN(join)(y, W, n);
}

/* Type III; as dct4, tmp of 5n/4: half for o, the rest for its making. */
TARGET PC_ONCE static void FN(dct3)(const T *x, ptrdiff_t xs, T *y, size_t n, T *tmp, const T *angles)
{
    if (n <= 16) {
        FN(leaf3)(x, xs, y, W, n, angles);
        return;
    }
    if (n == 32) {
        FN(dct3_32)(x, xs, y, angles);
        return;
    }
    const size_t h = n / 2;
    T *o = tmp;
    FN(dct3)(x, 2 * xs, y, h, tmp, angles);
    FN(dct4)(x + xs, 2 * xs, o, h, tmp + h * W, angles);
    for (size_t i = 0; i < h; i++) {
        V e = LOAD(y + i * W), odd = LOAD(o + i * W);
        STORE(y + i * W, ADD(e, odd));
        STORE(y + (n - 1 - i) * W, SUB(e, odd));
    }
}
