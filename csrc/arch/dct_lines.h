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

TARGET PC_INLINE void FN(load_tile)(const T *const *p, size_t at, unsigned s, V *x)
{
    V v[W];
    PC_UNROLL
    for (unsigned j = 0; j < s; j++) v[j] = LOAD_ROWS(p, j, s, at);
    TRANSPOSE(v, s);
    PC_UNROLL
    for (unsigned j = 0; j < s; j++) x[at + j] = v[j];
}

TARGET PC_INLINE void FN(store_tile)(T *const *p, size_t at, unsigned s, const V *y)
{
    V v[W];
    PC_UNROLL
    for (unsigned j = 0; j < s; j++) v[j] = y[at + j];
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

TARGET static void FN(load_lines)(const T *const *p, ptrdiff_t step, size_t n, V *x)
{
    if (FN(adjacent)(p)) {
        for (size_t k = 0; k < n; k++) x[k] = LOAD(p[0] + (ptrdiff_t)k * step);
    } else if (step == 1 && n >= W) {
        for (size_t at = 0; at < n; at += W) FN(load_tile)(p, at, W, x);
    } else if (step == 1 && n == W / 2 && n >= FN(TILE_LEAST)) {
        FN(load_tile)(p, 0, W / 2, x);
    } else if (step == 1 && n == W / 4 && n >= FN(TILE_LEAST)) {
        FN(load_tile)(p, 0, W / 4, x);
    } else {
        for (size_t k = 0; k < n; k++) {
            T numbers[W];
            for (unsigned i = 0; i < W; i++) numbers[i] = p[i][(ptrdiff_t)k * step];
            x[k] = LOAD(numbers);
        }
    }
}

TARGET static void FN(store_lines)(T *const *p, ptrdiff_t step, size_t n, const V *y)
{
    if (FN(adjacent)((const T *const *)p)) {
        for (size_t k = 0; k < n; k++) STORE(p[0] + (ptrdiff_t)k * step, y[k]);
    } else if (step == 1 && n >= W) {
        for (size_t at = 0; at < n; at += W) FN(store_tile)(p, at, W, y);
    } else if (step == 1 && n == W / 2 && n >= FN(TILE_LEAST)) {
        FN(store_tile)(p, 0, W / 2, y);
    } else if (step == 1 && n == W / 4 && n >= FN(TILE_LEAST)) {
        FN(store_tile)(p, 0, W / 4, y);
    } else {
        for (size_t k = 0; k < n; k++) {
            T numbers[W];
            STORE(numbers, y[k]);
            for (unsigned i = 0; i < W; i++) p[i][(ptrdiff_t)k * step] = numbers[i];
        }
    }
}

/* Multiplies by factor_0, rest, rest, ..., every second of them negated where asked. */
TARGET static void FN(scale)(V *x, size_t n, T first, T rest, int alternate)
{
    V even = SET1(rest), odd = SET1(alternate ? -rest : rest);
    x[0] = MUL(x[0], SET1(first));
    for (size_t k = 1; k < n; k += 2) x[k] = MUL(x[k], odd);
    for (size_t k = 2; k < n; k += 2) x[k] = MUL(x[k], even);
}

TARGET static void FN(reverse)(V *x, size_t n)
{
    for (size_t i = 0, j = n; i + 1 < j; i++) {
        V last = x[--j];
        x[j] = x[i];
        x[i] = last;
    }
}

/* Signs of a sine transform: numbers 1, 3, 5, ... change theirs. */
TARGET static void FN(alternate)(V *x, size_t n)
{
    const V minus = SET1((T)-1);
    for (size_t k = 1; k < n; k += 2) x[k] = MUL(x[k], minus);
}

TARGET static void FN(transform)(const pc_dct_lines *job, V *x, V *y, V *tmp)
{
    const T *angles = job->angles;
    const size_t n = job->n;
    const T first = (T)job->first, rest = (T)job->rest;
    switch (job->type) {
    case 2:
        if (job->sine) FN(alternate)(x, n);
        FN(dct2)(x, y, 1, n, tmp, angles);
        FN(scale)(y, n, first, rest, 0);
        if (job->sine) FN(reverse)(y, n);
        break;
    case 3:
        if (job->sine) FN(reverse)(x, n);
        FN(scale)(x, n, first, rest, 0);
        FN(dct3)(x, 1, y, n, tmp, angles);
        if (job->sine) FN(alternate)(y, n);
        break;
    default:
        if (job->sine) FN(reverse)(x, n);
        FN(dct4)(x, 1, y, n, tmp, angles);
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
    V *x = room, *y = x + job->n, *tmp = y + job->n;
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
