/* The streams of transform/delta_common.h in vectors, written once over a small vocabulary that each leaf
 * defines before it includes this file:
 *
 *     VECTOR, VECTOR_BYTES, TARGET (function attribute), LEAF(name) (name with the tier's suffix)
 *     v_load v_store v_xor; for B of 8, 16, 32, 64: v_add(B) v_sub(B) v_twice(B) (v + v), v_sign(B) (all ones
 *     where v is negative), v_half(B) (logical shift right by one), v_odd(B) (all ones where bit 0 is set)
 *     NEAREST, BEFORE, before_of(back), v_before(last, v, before): the vector that starts `back` bytes, at
 * most NEAREST, before v in the sequence last, v */
#include "transform/delta_common.h"

#define STREAM(type, B)                                                                                      \
    TARGET PC_INLINE VECTOR combine_##type(VECTOR c, VECTOR p, pc_delta_op op)                               \
    {                                                                                                        \
        switch (op) {                                                                                        \
        case PC_DELTA_XOR: return v_xor(c, p);                                                               \
        case PC_DELTA_ADD: return v_add(B)(c, p);                                                            \
        case PC_DELTA_SUB: return v_sub(B)(c, p);                                                            \
        case PC_DELTA_SUB_ZIGZAG: c = v_sub(B)(c, p); return v_xor(v_add(B)(c, c), v_sign(B)(c));            \
        case PC_DELTA_ZIGZAG: return v_xor(v_add(B)(c, c), v_sign(B)(c));                                    \
        case PC_DELTA_UNZIGZAG: return v_xor(v_half(B)(c), v_odd(B)(c));                                     \
        case PC_DELTA_UNZIGZAG_ADD: return v_add(B)(v_xor(v_half(B)(c), v_odd(B)(c)), p);                    \
        }                                                                                                    \
        return c;                                                                                            \
    }                                                                                                        \
    /* Two vectors a step, both read before either is written: in place the lower one is the other's         \
     * previous. */                                                                                          \
    TARGET PC_INLINE void stream_##type(const uint8_t *cur, const uint8_t *prev, uint8_t *dst, size_t n,     \
                                        pc_delta_op op, int backward)                                        \
    {                                                                                                        \
        size_t i = 0, end = n;                                                                               \
        for (; end - i >= 2 * VECTOR_BYTES; i += backward ? 0 : 2 * VECTOR_BYTES) {                          \
            size_t at = backward ? (end -= 2 * VECTOR_BYTES) : i;                                            \
            VECTOR low = combine_##type(v_load(cur + at), v_load(prev + at), op);                            \
            VECTOR high =                                                                                    \
                combine_##type(v_load(cur + at + VECTOR_BYTES), v_load(prev + at + VECTOR_BYTES), op);       \
            v_store(dst + at, low);                                                                          \
            v_store(dst + at + VECTOR_BYTES, high);                                                          \
        }                                                                                                    \
        pc_delta_stream_##type(cur + i, prev + i, dst + i, end - i, op, backward);                           \
    }                                                                                                        \
    TARGET static void streams_##type(const uint8_t *cur, const uint8_t *prev, uint8_t *dst, size_t n,       \
                                      pc_delta_op op)                                                        \
    {                                                                                                        \
        switch (op) {                                                                                        \
        case PC_DELTA_SUB: stream_##type(cur, prev, dst, n, PC_DELTA_SUB, 1); break;                         \
        case PC_DELTA_SUB_ZIGZAG: stream_##type(cur, prev, dst, n, PC_DELTA_SUB_ZIGZAG, 1); break;           \
        case PC_DELTA_XOR: stream_##type(cur, prev, dst, n, PC_DELTA_XOR, 1); break;                         \
        case PC_DELTA_ADD: stream_##type(cur, prev, dst, n, PC_DELTA_ADD, 0); break;                         \
        case PC_DELTA_UNZIGZAG_ADD: stream_##type(cur, prev, dst, n, PC_DELTA_UNZIGZAG_ADD, 0); break;       \
        case PC_DELTA_ZIGZAG: stream_##type(cur, prev, dst, n, PC_DELTA_ZIGZAG, 0); break;                   \
        case PC_DELTA_UNZIGZAG: stream_##type(cur, prev, dst, n, PC_DELTA_UNZIGZAG, 0); break;               \
        }                                                                                                    \
    }                                                                                                        \
    /* Differences against an element at most NEAREST bytes back, which is still in a register when its turn \
     * comes: no load that splits a cache line or waits for a store, and in place from the first on. */      \
    TARGET PC_INLINE void near_##type(const uint8_t *cur, uint8_t *dst, size_t n, size_t back,               \
                                      pc_delta_op op)                                                        \
    {                                                                                                        \
        uint8_t ends[2 * VECTOR_BYTES] = {0};                                                                \
        for (size_t i = 0; i < back; i++)                                                                    \
            ends[VECTOR_BYTES - back + i] = cur[(ptrdiff_t)i - (ptrdiff_t)back];                             \
        VECTOR last = v_load(ends);                                                                          \
        BEFORE before = before_of(back);                                                                     \
        size_t i = 0;                                                                                        \
        for (; n - i >= VECTOR_BYTES; i += VECTOR_BYTES) {                                                   \
            VECTOR c = v_load(cur + i);                                                                      \
            v_store(dst + i, combine_##type(c, v_before(last, c, before), op));                              \
            last = c;                                                                                        \
        }                                                                                                    \
        v_store(ends, last);                                                                                 \
        memcpy(ends + VECTOR_BYTES, cur + i, n - i);                                                         \
        pc_delta_stream_##type(ends + VECTOR_BYTES, ends + VECTOR_BYTES - back, dst + i, n - i, op, 0);      \
    }                                                                                                        \
    TARGET static void nears_##type(const uint8_t *cur, uint8_t *dst, size_t n, size_t back, pc_delta_op op) \
    {                                                                                                        \
        switch (op) {                                                                                        \
        case PC_DELTA_XOR: near_##type(cur, dst, n, back, PC_DELTA_XOR); break;                              \
        case PC_DELTA_SUB: near_##type(cur, dst, n, back, PC_DELTA_SUB); break;                              \
        default: near_##type(cur, dst, n, back, PC_DELTA_SUB_ZIGZAG); break;                                 \
        }                                                                                                    \
    }                                                                                                        \
    /* Sums against an element at least two vectors back are streams as well. */                             \
    TARGET static void far_##type(const uint8_t *cur, uint8_t *dst, size_t n, size_t back, pc_delta_op op)   \
    {                                                                                                        \
        switch (op) {                                                                                        \
        case PC_DELTA_XOR: stream_##type(cur, dst - back, dst, n, PC_DELTA_XOR, 0); break;                   \
        case PC_DELTA_ADD: stream_##type(cur, dst - back, dst, n, PC_DELTA_ADD, 0); break;                   \
        default: stream_##type(cur, dst - back, dst, n, PC_DELTA_UNZIGZAG_ADD, 0); break;                    \
        }                                                                                                    \
    }

STREAM(uint8_t, 8)
STREAM(uint16_t, 16)
STREAM(uint32_t, 32)
STREAM(uint64_t, 64)

TARGET void LEAF(pc_delta_stream)(const uint8_t *cur, const uint8_t *prev, uint8_t *dst, size_t n,
                                  unsigned width, pc_delta_op op)
{
    switch (width) {
    case 1: streams_uint8_t(cur, prev, dst, n, op); break;
    case 2: streams_uint16_t(cur, prev, dst, n, op); break;
    case 4: streams_uint32_t(cur, prev, dst, n, op); break;
    default: streams_uint64_t(cur, prev, dst, n, op); break;
    }
}

TARGET PC_INLINE void far(const uint8_t *cur, uint8_t *dst, size_t n, unsigned width, size_t back,
                          pc_delta_op op)
{
    switch (width) {
    case 1: far_uint8_t(cur, dst, n, back, op); break;
    case 2: far_uint16_t(cur, dst, n, back, op); break;
    case 4: far_uint32_t(cur, dst, n, back, op); break;
    default: far_uint64_t(cur, dst, n, back, op); break;
    }
}

TARGET void LEAF(pc_delta_back)(const uint8_t *cur, uint8_t *dst, size_t n, unsigned width, size_t back,
                                pc_delta_op op)
{
    if (back > NEAREST) {
        LEAF(pc_delta_stream)(cur, cur - back, dst, n, width, op);
        return;
    }
    switch (width) {
    case 1: nears_uint8_t(cur, dst, n, back, op); break;
    case 2: nears_uint16_t(cur, dst, n, back, op); break;
    case 4: nears_uint32_t(cur, dst, n, back, op); break;
    default: nears_uint64_t(cur, dst, n, back, op); break;
    }
}

#undef STREAM
