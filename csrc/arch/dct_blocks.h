/* Square blocks through the network, forward and back: columns, transpose, rows, transpose, in registers as
 * far as a block fits. Included after dct_lines.h, with definitions more:
 *     LOAD_GROUPS(p, step, s)       W/s groups of s elements, from p, p + step, ...
 *     STORE_GROUPS(p, step, s, v)   the other way
 *     REPEAT_ROW(p, s)              s elements, in every group
 *     REGISTERS                     twice the side of blocks that go in pairs of vectors, or 0
 * BELOW(name) also does the blocks left over.
 *
 * Blocks wider than a vector go through strips in memory: a strip is W rows after the first pass, transposed,
 * as the second pass reads them. */

/* -- What every size does to numbers as they come and go ------------------------------------------------- */

/* Row i, from column c on, of a block one or more vectors wide. */
TARGET PC_INLINE V FN(fetch)(const pc_dct_blocks *job, int forward, size_t s, const T *src, size_t i,
                             size_t c)
{
    if (forward) return SUB(LOAD(src + (ptrdiff_t)i * job->row_step + (ptrdiff_t)c), SET1((T)job->shift));
    return MUL(LOAD(src + i * s + c), LOAD((const T *)job->factors + i * s + c));
}

TARGET PC_INLINE void FN(deliver)(const pc_dct_blocks *job, int forward, size_t s, V v, T *dst, size_t i,
                                  size_t c)
{
    if (forward)
        STORE(dst + i * s + c, MUL(v, LOAD((const T *)job->factors + i * s + c)));
    else
        STORE(dst + (ptrdiff_t)i * job->row_step + (ptrdiff_t)c, ADD(v, SET1((T)job->shift)));
}

/* n vectors of columns c on, one a row, to strips s vectors long. */
TARGET PC_INLINE void FN(put_turned)(V *v, unsigned n, T *strips, size_t s, size_t c)
{
    PC_UNROLL
    for (unsigned r = 0; r < n; r += W) {
        TRANSPOSE(v + r, W);
        FN(put)(v + r, strips + (r * s + c * W), W, W);
    }
}

/* Rows first, first + step, ... out of s vectors, one a column. */
TARGET PC_INLINE void FN(deliver_rows)(const pc_dct_blocks *job, int forward, size_t s, const T *y, T *dst,
                                       size_t first, size_t step)
{
    for (size_t c = 0; c < s; c += W) {
        V v[W];
        FN(get)(y + c * W, W, v, W);
        TRANSPOSE(v, W);
        PC_UNROLL
        for (unsigned i = 0; i < W; i++) FN(deliver)(job, forward, s, v[i], dst, first + i * step, c);
    }
}

/* -- Blocks by size ---------------------------------------------------------------------------------------
 */

TARGET PC_INLINE void FN(columns)(int forward, unsigned s, const V *x, V *y, const T *angles)
{
    switch (s) {
    case 4: forward ? FN(dct2_4)(x, y, angles) : FN(dct3_4)(x, y, angles); break;
    case 8: forward ? FN(dct2_8)(x, y, angles) : FN(dct3_8)(x, y, angles); break;
    default: forward ? FN(dct2_16)(x, y, angles) : FN(dct3_16)(x, y, angles); break;
    }
}

/* k times W/s whole blocks in registers, in step with one another, for each waits for itself: k = 2 where
 * there are registers for it. step is the picture's from block to block. */
TARGET PC_INLINE void FN(small_blocks)(const pc_dct_blocks *job, int forward, unsigned s, unsigned k,
                                       ptrdiff_t step, const T *src, T *dst)
{
    const T *factors = job->factors, *angles = job->angles;
    const V shift = SET1((T)job->shift);
    const ptrdiff_t src_far = (forward ? step : job->coef_step) * (W / (ptrdiff_t)s);
    const ptrdiff_t dst_far = (forward ? job->coef_step : step) * (W / (ptrdiff_t)s);
    V v[2][W], u[2][W];
    (void)step; /* where a vector is one block */
    PC_UNROLL
    for (unsigned j = 0; j < k; j++) {
        const T *from = src + (ptrdiff_t)j * src_far;
        PC_UNROLL
        for (unsigned r = 0; r < s; r++)
            v[j][r] = forward
                          ? SUB(LOAD_GROUPS(from + (ptrdiff_t)r * job->row_step, step, s), shift)
                          : MUL(LOAD_GROUPS(from + r * s, job->coef_step, s), REPEAT_ROW(factors + r * s, s));
    }
    PC_UNROLL
    for (unsigned j = 0; j < k; j++) FN(columns)(forward, s, v[j], u[j], angles);
    PC_UNROLL
    for (unsigned j = 0; j < k; j++) TRANSPOSE(u[j], s);
    PC_UNROLL
    for (unsigned j = 0; j < k; j++) FN(columns)(forward, s, u[j], v[j], angles);
    PC_UNROLL
    for (unsigned j = 0; j < k; j++) TRANSPOSE(v[j], s);
    PC_UNROLL
    for (unsigned j = 0; j < k; j++) {
        T *to = dst + (ptrdiff_t)j * dst_far;
        PC_UNROLL
        for (unsigned r = 0; r < s; r++)
            if (forward)
                STORE_GROUPS(to + r * s, job->coef_step, s, MUL(v[j][r], REPEAT_ROW(factors + r * s, s)));
            else
                STORE_GROUPS(to + (ptrdiff_t)r * job->row_step, step, s, ADD(v[j][r], shift));
    }
}

/* A block wider than a vector whose columns fit the registers. */
TARGET PC_INLINE void FN(medium_block)(const pc_dct_blocks *job, int forward, unsigned s, const T *src,
                                       T *dst)
{
    _Alignas(64) T strips[16 * 16];
    V v[16], u[16];
    for (unsigned c = 0; c < s; c += W) {
        PC_UNROLL
        for (unsigned i = 0; i < s; i++) v[i] = FN(fetch)(job, forward, s, src, i, c);
        FN(columns)(forward, s, v, u, job->angles);
        FN(put_turned)(u, s, strips, s, c);
    }
    for (unsigned r = 0; r < s; r += W) {
        FN(get)(strips + r * s, W, v, s);
        FN(columns)(forward, s, v, u, job->angles);
        PC_UNROLL
        for (unsigned c = 0; c < s; c += W) {
            TRANSPOSE(u + c, W);
            PC_UNROLL
            for (unsigned i = 0; i < W; i++) FN(deliver)(job, forward, s, u[c + i], dst, r + i, c);
        }
    }
}

/* 32 x 32, in halves that fit the registers, with what they share in memory. */
TARGET PC_ONCE static void FN(forward_32)(const pc_dct_blocks *job, const T *src, T *dst)
{
    enum { S = 32, HALF = 16 };
    const T *angles = job->angles;
    _Alignas(64) T strips[S * S], y[S * W], rest[HALF * W];
    V z[HALF], o[HALF];
    for (size_t c = 0; c < S; c += W) {
        PC_UNROLL
        for (unsigned i = 0; i < HALF; i++) {
            V front = FN(fetch)(job, 1, S, src, i, c), back = FN(fetch)(job, 1, S, src, S - 1 - i, c);
            z[i] = ADD(front, back);
            STORE(rest + i * W, SUB(front, back));
        }
        FN(dct2_16)(z, o, angles);
        FN(put)(o, y, 2 * W, HALF);
        FN(get)(rest, W, z, HALF);
        FN(dct4_16)(z, o, angles);
        FN(put)(o, y + W, 2 * W, HALF);
        for (unsigned r = 0; r < S; r += W) {
            FN(get)(y + r * W, W, z, W);
            FN(put_turned)(z, W, strips + r * S, S, c);
        }
    }
    for (size_t r = 0; r < S; r += W) {
        FN(dct2_32)(strips + r * S, W, y, W, angles);
        FN(deliver_rows)(job, 1, S, y, dst, r, 1);
    }
}

TARGET PC_ONCE static void FN(backward_32)(const pc_dct_blocks *job, const T *src, T *dst)
{
    enum { S = 32, HALF = 16 };
    const T *angles = job->angles;
    _Alignas(64) T strips[S * S], y[S * W], even[HALF * W], odd[HALF * W];
    V z[HALF], o[HALF];
    for (size_t c = 0; c < S; c += W) {
        PC_UNROLL
        for (unsigned i = 0; i < HALF; i++) z[i] = FN(fetch)(job, 0, S, src, 2 * i, c);
        FN(dct3_16)(z, o, angles);
        FN(put)(o, even, W, HALF);
        PC_UNROLL
        for (unsigned i = 0; i < HALF; i++) z[i] = FN(fetch)(job, 0, S, src, 2 * i + 1, c);
        FN(dct4_16)(z, o, angles);
        FN(put)(o, odd, W, HALF);
        PC_UNROLL
        for (unsigned i = 0; i < HALF; i++) z[i] = ADD(LOAD(even + i * W), LOAD(odd + i * W));
        FN(put_turned)(z, HALF, strips, S, c);
        PC_UNROLL
        for (unsigned i = 0; i < HALF; i++) z[HALF - 1 - i] = SUB(LOAD(even + i * W), LOAD(odd + i * W));
        FN(put_turned)(z, HALF, strips + HALF * S, S, c);
    }
    for (size_t r = 0; r < S; r += W) {
        FN(dct3_32)(strips + r * S, W, y, angles);
        FN(deliver_rows)(job, 0, S, y, dst, r, 1);
    }
}

/* Any other. */
TARGET PC_ONCE static void FN(large_block)(const pc_dct_blocks *job, int forward, const T *src, T *dst)
{
    const size_t s = job->size;
    const T *angles = job->angles;
    _Alignas(64) T strips[PC_DCT_BLOCK_MAX * PC_DCT_BLOCK_MAX], tmp[2 * PC_DCT_BLOCK_MAX * W];
    _Alignas(64) T x[PC_DCT_BLOCK_MAX * W], y[PC_DCT_BLOCK_MAX * W];
    for (size_t c = 0; c < s; c += W) {
        for (size_t i = 0; i < s; i++) STORE(x + i * W, FN(fetch)(job, forward, s, src, i, c));
        if (forward)
            FN(dct2)(x, y, W, s, tmp, angles);
        else
            FN(dct3)(x, W, y, s, tmp, angles);
        for (size_t r = 0; r < s; r += W) {
            V v[W];
            FN(get)(y + r * W, W, v, W);
            FN(put_turned)(v, W, strips + r * s, s, c);
        }
    }
    for (size_t r = 0; r < s; r += W) {
        if (forward)
            FN(dct2)(strips + r * s, y, W, s, tmp, angles);
        else
            FN(dct3)(strips + r * s, W, y, s, tmp, angles);
        FN(deliver_rows)(job, forward, s, y, dst, r, 1);
    }
}

/* k times as many blocks as fit a vector, one at least. */
TARGET PC_INLINE void FN(block)(const pc_dct_blocks *job, int forward, unsigned s, unsigned k, const T *src,
                                T *dst)
{
    if (s < W && job->block_step == (ptrdiff_t)s) /* side by side: one load, known when compiled */
        FN(small_blocks)(job, forward, s, k, (ptrdiff_t)s, src, dst);
    else if (s <= W)
        FN(small_blocks)(job, forward, s, k, job->block_step, src, dst);
    else if (s <= 16)
        FN(medium_block)(job, forward, s, src, dst);
    else if (s == 64 || W == 1)
        FN(large_block)(job, forward, src, dst);
    else if (forward)
        FN(forward_32)(job, src, dst);
    else
        FN(backward_32)(job, src, dst);
}

TARGET PC_INLINE void FN(blocks)(const pc_dct_blocks *job, int forward, unsigned s, const T *src, T *dst,
                                 size_t count)
{
    const ptrdiff_t src_step = forward ? job->block_step : job->coef_step;
    const ptrdiff_t dst_step = forward ? job->coef_step : job->block_step;
    const unsigned k = 2 * s == REGISTERS ? 2 : 1;
    const size_t at_once = k * (s < W ? W / s : 1);
    size_t done = 0;
    for (; count - done >= at_once; done += at_once)
        FN(block)(job, forward, s, k, src + (ptrdiff_t)done * src_step, dst + (ptrdiff_t)done * dst_step);
    if (done == count) return;
    src += (ptrdiff_t)done * src_step, dst += (ptrdiff_t)done * dst_step;
    if (forward)
        BELOW(pc_dct_blocks)(job, src, dst, count - done);
    else
        BELOW(pc_idct_blocks)(job, src, dst, count - done);
}

TARGET PC_INLINE void FN(blocks_of_size)(const pc_dct_blocks *job, int forward, const T *src, T *dst,
                                         size_t count)
{
    switch (job->size) {
    case 4: FN(blocks)(job, forward, 4, src, dst, count); break;
    case 8: FN(blocks)(job, forward, 8, src, dst, count); break;
    case 16: FN(blocks)(job, forward, 16, src, dst, count); break;
    case 32: FN(blocks)(job, forward, 32, src, dst, count); break;
    default: FN(blocks)(job, forward, 64, src, dst, count); break;
    }
}

TARGET void FN(pc_dct_blocks)(const pc_dct_blocks *job, const void *image, void *coefs, size_t count)
{
    FN(blocks_of_size)(job, 1, image, coefs, count);
}

TARGET void FN(pc_idct_blocks)(const pc_dct_blocks *job, const void *coefs, void *image, size_t count)
{
    FN(blocks_of_size)(job, 0, coefs, image, count);
}
