/* Square blocks through the network, forward and back: columns, transpose, rows, transpose, in registers as
 * far as a block fits. Included after dct_lines.h, with definitions more:
 *     LOAD_GROUPS(p, step, s)       W/s groups of s elements, from p, p + step, ...
 *     STORE_GROUPS(p, step, s, v)   the other way
 *     REPEAT_ROW(p, s)              s elements, in every group
 * BELOW(name) also does what W/s blocks leave over. */

TARGET PC_INLINE void FN(columns)(int forward, unsigned s, const V *x, V *y, const T *angles)
{
    switch (s) {
    case 4: forward ? FN(dct2_4)(x, y, angles) : FN(dct3_4)(x, y, angles); break;
    case 8: forward ? FN(dct2_8)(x, y, angles) : FN(dct3_8)(x, y, angles); break;
    case 16: forward ? FN(dct2_16)(x, y, angles) : FN(dct3_16)(x, y, angles); break;
    case 32: forward ? FN(dct2_32)(x, y, angles) : FN(dct3_32)(x, y, angles); break;
    default: forward ? FN(dct2_64)(x, y, angles) : FN(dct3_64)(x, y, angles); break;
    }
}

/* W/s whole blocks in registers; step is the picture's from block to block. */
TARGET PC_INLINE void FN(small_block)(const pc_dct_blocks *job, int forward, unsigned s, ptrdiff_t step,
                                      const T *src, T *dst)
{
    const T *factors = job->factors, *angles = job->angles;
    const V shift = SET1((T)job->shift);
    V v[W], u[W];
    (void)step; /* where a vector is one block */
    PC_UNROLL
    for (unsigned r = 0; r < s; r++)
        v[r] = forward ? SUB(LOAD_GROUPS(src + (ptrdiff_t)r * job->row_step, step, s), shift)
                       : MUL(LOAD_GROUPS(src + r * s, job->coef_step, s), REPEAT_ROW(factors + r * s, s));
    FN(columns)(forward, s, v, u, angles);
    TRANSPOSE(u, s);
    FN(columns)(forward, s, u, v, angles);
    TRANSPOSE(v, s);
    PC_UNROLL
    for (unsigned r = 0; r < s; r++)
        if (forward)
            STORE_GROUPS(dst + r * s, job->coef_step, s, MUL(v[r], REPEAT_ROW(factors + r * s, s)));
        else
            STORE_GROUPS(dst + (ptrdiff_t)r * job->row_step, step, s, ADD(v[r], shift));
}

/* One block wider than a vector: columns W at a time to a buffer, from there rows W at a time. */
TARGET PC_INLINE void FN(large_block)(const pc_dct_blocks *job, int forward, unsigned s, const T *src, T *dst)
{
    const T *factors = job->factors, *angles = job->angles;
    const V shift = SET1((T)job->shift);
    V x[PC_DCT_BLOCK_MAX], y[PC_DCT_BLOCK_MAX], v[W];
    T buffer[PC_DCT_BLOCK_MAX * PC_DCT_BLOCK_MAX];
    for (unsigned c = 0; c < s; c += W) {
        PC_UNROLL
        for (unsigned r = 0; r < s; r++)
            x[r] = forward ? SUB(LOAD(src + (ptrdiff_t)r * job->row_step + c), shift)
                           : MUL(LOAD(src + r * s + c), LOAD(factors + r * s + c));
        FN(columns)(forward, s, x, y, angles);
        PC_UNROLL
        for (unsigned r = 0; r < s; r++) STORE(buffer + r * s + c, y[r]);
    }
    for (unsigned r = 0; r < s; r += W) {
        PC_UNROLL
        for (unsigned c = 0; c < s; c += W) {
            PC_UNROLL
            for (unsigned i = 0; i < W; i++) v[i] = LOAD(buffer + (r + i) * s + c);
            TRANSPOSE(v, W);
            PC_UNROLL
            for (unsigned i = 0; i < W; i++) x[c + i] = v[i];
        }
        FN(columns)(forward, s, x, y, angles);
        PC_UNROLL
        for (unsigned c = 0; c < s; c += W) {
            PC_UNROLL
            for (unsigned i = 0; i < W; i++) v[i] = y[c + i];
            TRANSPOSE(v, W);
            PC_UNROLL
            for (unsigned i = 0; i < W; i++)
                if (forward)
                    STORE(dst + (r + i) * s + c, MUL(v[i], LOAD(factors + (r + i) * s + c)));
                else
                    STORE(dst + (ptrdiff_t)(r + i) * job->row_step + c, ADD(v[i], shift));
        }
    }
}

TARGET PC_INLINE void FN(blocks)(const pc_dct_blocks *job, int forward, unsigned s, const T *src, T *dst,
                                 size_t count)
{
    const ptrdiff_t src_step = forward ? job->block_step : job->coef_step;
    const ptrdiff_t dst_step = forward ? job->coef_step : job->block_step;
    const size_t at_once = s < W ? W / s : 1;
    size_t done = 0;
    for (; count - done >= at_once; done += at_once) {
        const T *from = src + (ptrdiff_t)done * src_step;
        T *to = dst + (ptrdiff_t)done * dst_step;
        if (s > W)
            FN(large_block)(job, forward, s, from, to);
        else if (s < W && job->block_step == (ptrdiff_t)s) /* side by side: one load, known when compiled */
            FN(small_block)(job, forward, s, (ptrdiff_t)s, from, to);
        else
            FN(small_block)(job, forward, s, job->block_step, from, to);
    }
    if (done == count) return;
    src += (ptrdiff_t)done * src_step, dst += (ptrdiff_t)done * dst_step;
    if (forward)
        BELOW(pc_dct_blocks)(job, src, dst, count - done);
    else
        BELOW(pc_idct_blocks)(job, src, dst, count - done);
}

TARGET void FN(pc_dct_blocks)(const pc_dct_blocks *job, const void *image, void *coefs, size_t count)
{
    switch (job->size) {
    case 4: FN(blocks)(job, 1, 4, image, coefs, count); break;
    case 8: FN(blocks)(job, 1, 8, image, coefs, count); break;
    case 16: FN(blocks)(job, 1, 16, image, coefs, count); break;
    case 32: FN(blocks)(job, 1, 32, image, coefs, count); break;
    default: FN(blocks)(job, 1, 64, image, coefs, count); break;
    }
}

TARGET void FN(pc_idct_blocks)(const pc_dct_blocks *job, const void *coefs, void *image, size_t count)
{
    switch (job->size) {
    case 4: FN(blocks)(job, 0, 4, coefs, image, count); break;
    case 8: FN(blocks)(job, 0, 8, coefs, image, count); break;
    case 16: FN(blocks)(job, 0, 16, coefs, image, count); break;
    case 32: FN(blocks)(job, 0, 32, coefs, image, count); break;
    default: FN(blocks)(job, 0, 64, coefs, image, count); break;
    }
}
