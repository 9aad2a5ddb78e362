/* The wavelet kernels in vectors, for one tier and one type. The leaf that includes this defines REAL,
 * VECTOR, LANES, TARGET, LEAF(name) (pc_name with type and tier), TWIN(name) (pc_name with type, scalar),
 * v_load v_store v_set v_add v_mul, v_keep(x) (below), v_split(a, b, &even, &odd) and v_join(even, odd, &a,
 * &b). */

/* A vector of each output to its place: the two apart, or in turn. */
TARGET PC_INLINE void LEAF(fir_put)(int join, VECTOR sum0, VECTOR sum1, REAL *out0, REAL *out1, size_t i)
{
    if (!join) {
        v_store(out0 + i, sum0);
        v_store(out1 + i, sum1);
    } else {
        VECTOR a, b;
        v_join(sum0, sum1, &a, &b);
        v_store(out0 + 2 * i, a);
        v_store(out0 + 2 * i + LANES, b);
    }
}

/* Both kernels; fir_join's numbers all go to out0. Four vectors of each output at a time: eight chains of
 * additions, as many as two adders of latency four take. */
TARGET PC_INLINE void LEAF(fir)(int join, const REAL *const *rows, const REAL *c0, const REAL *c1,
                                unsigned taps, REAL *out0, REAL *out1, size_t n)
{
    size_t i = 0;
    for (; n - i >= 4 * LANES; i += 4 * LANES) {
        VECTOR sum0[4], sum1[4], w0 = v_set(c0[0]), w1 = v_set(c1[0]);
        for (unsigned u = 0; u < 4; u++) {
            VECTOR x = v_load(rows[0] + i + u * LANES);
            sum0[u] = v_mul(w0, x), sum1[u] = v_mul(w1, x);
        }
        for (unsigned t = 1; t < taps; t++) {
            const REAL *row = rows[t] + i;
            w0 = v_set(c0[t]), w1 = v_set(c1[t]);
            for (unsigned u = 0; u < 4; u++) {
                VECTOR x = v_load(row + u * LANES);
                v_keep(x);
                sum0[u] = v_add(sum0[u], v_mul(w0, x)), sum1[u] = v_add(sum1[u], v_mul(w1, x));
            }
        }
        for (unsigned u = 0; u < 4; u++) LEAF(fir_put)(join, sum0[u], sum1[u], out0, out1, i + u * LANES);
    }
    for (; i < n && n >= LANES; i += LANES) {
        i = PC_MIN(i, n - LANES); /* the last vector does some numbers again */
        VECTOR x = v_load(rows[0] + i), sum0 = v_mul(v_set(c0[0]), x), sum1 = v_mul(v_set(c1[0]), x);
        for (unsigned t = 1; t < taps; t++) {
            x = v_load(rows[t] + i);
            sum0 = v_add(sum0, v_mul(v_set(c0[t]), x)), sum1 = v_add(sum1, v_mul(v_set(c1[t]), x));
        }
        LEAF(fir_put)(join, sum0, sum1, out0, out1, i);
    }
    for (; i < n; i++) {
        REAL sum0 = c0[0] * rows[0][i], sum1 = c1[0] * rows[0][i];
        for (unsigned t = 1; t < taps; t++) {
            REAL product0 = c0[t] * rows[t][i], product1 = c1[t] * rows[t][i];
            sum0 = sum0 + product0;
            sum1 = sum1 + product1;
        }
        if (!join)
            out0[i] = sum0, out1[i] = sum1;
        else
            out0[2 * i] = sum0, out0[2 * i + 1] = sum1;
    }
}

TARGET void LEAF(fir_pair)(const REAL *const *rows, const REAL *c0, const REAL *c1, unsigned taps, REAL *out0,
                           REAL *out1, size_t n)
{
    LEAF(fir)(0, rows, c0, c1, taps, out0, out1, n);
}

TARGET void LEAF(fir_join)(const REAL *const *rows, const REAL *c0, const REAL *c1, unsigned taps, REAL *dst,
                           size_t n)
{
    LEAF(fir)(1, rows, c0, c1, taps, dst, dst, n);
}

TARGET void LEAF(dwt_split)(const REAL *src, size_t n, REAL *even, REAL *odd)
{
    size_t i = 0;
    for (; n - i >= LANES; i += LANES) {
        VECTOR e, o;
        v_split(v_load(src + 2 * i), v_load(src + 2 * i + LANES), &e, &o);
        v_store(even + i, e);
        v_store(odd + i, o);
    }
    TWIN(dwt_split)(src + 2 * i, n - i, even + i, odd + i);
}

#undef REAL
#undef VECTOR
#undef LANES
#undef LEAF
#undef TWIN
#undef v_load
#undef v_store
#undef v_set
#undef v_add
#undef v_mul
#undef v_split
#undef v_join
#undef v_keep
