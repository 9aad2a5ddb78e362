/* Batches of lines through the network: loading with the layout at hand, factors, storing. Included after
 * dct_network.h by the same file, which further defines
 *     TRANSPOSE(v, s)              s vectors of W/s groups of s: rows and columns of each group change places
 *     LOAD_ROWS(p, j, s, at)       the groups' rows j: elements at .. at+s of lines j, j+s, j+2s, ...
 *     STORE_ROWS(p, j, s, at, v)   the other way
 *     NARROW                       so few lines are quicker in the variant with fewer lanes, BELOW(name)
 *
 * Three layouts are fast: lines side by side (a vector is one load), lines contiguous in themselves (tiles
 * are transposed in registers), and, one number at a time, anything else. */

enum { FN(TILE_LEAST) = W < 4 ? W : 4 };

/* s numbers, from `at` on, of W lines to s vectors, and back. */
TARGET PC_INLINE void FN(load_tile)(const T *const *p, size_t at, unsigned s, T *x)
{
    V v[W];
    PC_UNROLL
    for (unsigned j = 0; j < s; j++) v[j] = LOAD_ROWS(p, j, s, at);
    TRANSPOSE(v, s);
    FN(put)(v, x + at * W, W, s);
}

TARGET PC_INLINE void FN(store_tile)(T *const *p, size_t at, unsigned s, const T *y)
{
    V v[W];
    FN(get)(y + at * W, W, v, s);
    TRANSPOSE(v, s);
    PC_UNROLL
    for (unsigned j = 0; j < s; j++) STORE_ROWS(p, j, s, at, v[j]);
}

/* Whether W lines lie side by side. */
TARGET PC_INLINE int FN(adjacent)(const T *const *p)
{
    int result = 1;
    for (unsigned i = 1; i < W; i++) result &= p[i] == p[0] + i;
    return result;
}

TARGET PC_ONCE static void FN(load_lines)(const T *const *p, ptrdiff_t step, size_t n, T *x)
{
    if (FN(adjacent)(p)) {
        for (size_t k = 0; k < n; k++) STORE(x + k * W, LOAD(p[0] + (ptrdiff_t)k * step));
    } else if (step == 1 && n >= W) {
        for (size_t at = 0; at < n; at += W) FN(load_tile)(p, at, W, x);
    } else if (step == 1 && n == W / 2 && n >= FN(TILE_LEAST)) {
        FN(load_tile)(p, 0, W / 2, x);
    } else if (step == 1 && n == W / 4 && n >= FN(TILE_LEAST)) {
        FN(load_tile)(p, 0, W / 4, x);
    } else {
        for (size_t k = 0; k < n; k++)
            for (unsigned i = 0; i < W; i++) x[k * W + i] = p[i][(ptrdiff_t)k * step];
    }
}

TARGET PC_ONCE static void FN(store_lines)(T *const *p, ptrdiff_t step, size_t n, const T *y)
{
    if (FN(adjacent)((const T *const *)p)) {
        for (size_t k = 0; k < n; k++) STORE(p[0] + (ptrdiff_t)k * step, LOAD(y + k * W));
    } else if (step == 1 && n >= W) {
        for (size_t at = 0; at < n; at += W) FN(store_tile)(p, at, W, y);
    } else if (step == 1 && n == W / 2 && n >= FN(TILE_LEAST)) {
        FN(store_tile)(p, 0, W / 2, y);
    } else if (step == 1 && n == W / 4 && n >= FN(TILE_LEAST)) {
        FN(store_tile)(p, 0, W / 4, y);
    } else {
        for (size_t k = 0; k < n; k++)
            for (unsigned i = 0; i < W; i++) p[i][(ptrdiff_t)k * step] = y[k * W + i];
    }
}

/* Multiplies by factor_0, rest, rest, ..., every second of them negated where asked. */
TARGET PC_ONCE static void FN(scale)(T *x, size_t n, T first, T rest, int alternate)
{
    const V even = SET1(rest), odd = SET1(alternate ? -rest : rest);
    STORE(x, MUL(LOAD(x), SET1(first)));
    for (size_t k = 1; k < n; k++) STORE(x + k * W, MUL(LOAD(x + k * W), k & 1 ? odd : even));
}

TARGET PC_ONCE static void FN(reverse)(T *x, size_t n)
{
    for (size_t i = 0, j = n; i + 1 < j; i++) {
        j--;
        V first = LOAD(x + i * W), last = LOAD(x + j * W);
        STORE(x + i * W, last);
        STORE(x + j * W, first);
    }
}

/* Signs of a sine transform: numbers 1, 3, 5, ... change theirs. */
TARGET PC_ONCE static void FN(alternate)(T *x, size_t n)
{
    const V minus = SET1((T)-1);
    for (size_t k = 1; k < n; k += 2) STORE(x + k * W, MUL(LOAD(x + k * W), minus));
}

TARGET static void FN(transform)(const pc_dct_lines *job, T *x, T *y, T *tmp)
{
    const T *angles = job->angles;
    const size_t n = job->n;
    const T first = (T)job->first, rest = (T)job->rest;
    switch (job->type) {
    case 2:
        if (job->sine) FN(alternate)(x, n);
        FN(dct2)(x, y, W, n, tmp, angles);
        FN(scale)(y, n, first, rest, 0);
        if (job->sine) FN(reverse)(y, n);
        break;
    case 3:
        if (job->sine) FN(reverse)(x, n);
        FN(scale)(x, n, first, rest, 0);
        FN(dct3)(x, W, y, n, tmp, angles);
        if (job->sine) FN(alternate)(y, n);
        break;
    default:
        if (job->sine) FN(reverse)(x, n);
        FN(dct4)(x, W, y, n, tmp, angles);
        FN(scale)(y, n, first, rest, job->sine);
        break;
    }
}

/* The kernel: up to PC_DCT_BATCH lines, W at a time. A batch that is not full repeats its last line: all is
 * read before any is written, so that does no harm in place either. */
TARGET void FN(pc_dct_lines)(const pc_dct_lines *job, const void *const *src, void *const *dst,
                             unsigned count, void *room)
{
    if (count <= NARROW) {
        BELOW(pc_dct_lines)(job, src, dst, count, room);
        return;
    }
    T *x = room, *y = x + job->n * W, *tmp = y + job->n * W;
    for (unsigned done = 0; done < count; done += W) {
        const T *p[W];
        T *q[W];
        for (unsigned i = 0; i < W; i++) {
            unsigned line = PC_MIN(done + i, count - 1);
            p[i] = src[line], q[i] = dst[line];
        }
        FN(load_lines)(p, job->src_step, job->n, x);
        FN(transform)(job, x, y, tmp);
        FN(store_lines)(q, job->dst_step, job->n, y);
    }
}
