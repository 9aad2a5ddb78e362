/* Differences along a line: scalar twins, and the passes that an order above one takes. */
#include "pycomp/delta.h"

#include "arch/variants.h"
#include "transform/delta_common.h"

void pc_delta_stream_scalar(const uint8_t *cur, const uint8_t *prev, uint8_t *dst, size_t n, unsigned width,
                            pc_delta_op op)
{
    int backward = pc_delta_backward(op);
    switch (width) {
    case 1: pc_delta_stream_uint8_t(cur, prev, dst, n, op, backward); break;
    case 2: pc_delta_stream_uint16_t(cur, prev, dst, n, op, backward); break;
    case 4: pc_delta_stream_uint32_t(cur, prev, dst, n, op, backward); break;
    default: pc_delta_stream_uint64_t(cur, prev, dst, n, op, backward); break;
    }
}

void pc_delta_back_scalar(const uint8_t *cur, uint8_t *dst, size_t n, unsigned width, size_t back,
                          pc_delta_op op)
{
    pc_delta_stream_scalar(cur, cur - back, dst, n, width, op);
}

/* Sums against the element before keep it in a register; through memory each would wait for the store. */
#define SCAN(type)                                                                                           \
    static void scan_##type(const uint8_t *cur, uint8_t *dst, size_t n, pc_delta_op op)                      \
    {                                                                                                        \
        type sum, c;                                                                                         \
        memcpy(&sum, dst - sizeof sum, sizeof sum);                                                          \
        for (size_t i = 0; i < n; i += sizeof sum) {                                                         \
            memcpy(&c, cur + i, sizeof c);                                                                   \
            sum = pc_delta_##type(c, sum, op);                                                               \
            memcpy(dst + i, &sum, sizeof sum);                                                               \
        }                                                                                                    \
    }
SCAN(uint8_t)
SCAN(uint16_t)
SCAN(uint32_t)
SCAN(uint64_t)

void pc_delta_scan_scalar(const uint8_t *cur, uint8_t *dst, size_t n, unsigned width, size_t back,
                          pc_delta_op op)
{
    if (back == width) {
        switch (width) {
        case 1: scan_uint8_t(cur, dst, n, op); break;
        case 2: scan_uint16_t(cur, dst, n, op); break;
        case 4: scan_uint32_t(cur, dst, n, op); break;
        default: scan_uint64_t(cur, dst, n, op); break;
        }
        return;
    }
    switch (width) {
    case 1: pc_delta_stream_uint8_t(cur, dst - back, dst, n, op, 0); break;
    case 2: pc_delta_stream_uint16_t(cur, dst - back, dst, n, op, 0); break;
    case 4: pc_delta_stream_uint32_t(cur, dst - back, dst, n, op, 0); break;
    default: pc_delta_stream_uint64_t(cur, dst - back, dst, n, op, 0); break;
    }
}

/* The elements that have none before them: only the sign map, if any, concerns them. */
static void lead(const pc_kernels *k, const uint8_t *src, uint8_t *dst, size_t bytes, unsigned width, int map,
                 pc_delta_op op)
{
    if (map)
        k->delta_stream(src, src, dst, bytes, width, op);
    else if (dst != src && bytes != 0)
        memcpy(dst, src, bytes);
}

void pc_delta_line(const pc_kernels *k, const uint8_t *src, uint8_t *dst, size_t n, unsigned width,
                   size_t distance, unsigned order, int xor_bits, int zigzag)
{
    size_t bytes = n * width, back = PC_MIN(distance, n) * width;
    for (unsigned pass = 1; pass <= order; pass++) {
        int map = zigzag && pass == order;
        pc_delta_op op = xor_bits ? PC_DELTA_XOR : map ? PC_DELTA_SUB_ZIGZAG : PC_DELTA_SUB;
        if (back < bytes) k->delta_back(src + back, dst + back, bytes - back, width, back, op);
        lead(k, src, dst, back, width, map, PC_DELTA_ZIGZAG);
        src = dst;
    }
    if (order == 0) lead(k, src, dst, bytes, width, zigzag, PC_DELTA_ZIGZAG);
}

void pc_undelta_line(const pc_kernels *k, const uint8_t *src, uint8_t *dst, size_t n, unsigned width,
                     size_t distance, unsigned order, int xor_bits, int zigzag)
{
    size_t bytes = n * width, back = PC_MIN(distance, n) * width;
    for (unsigned pass = 1; pass <= order; pass++) {
        int map = zigzag && pass == 1;
        pc_delta_op op = xor_bits ? PC_DELTA_XOR : map ? PC_DELTA_UNZIGZAG_ADD : PC_DELTA_ADD;
        lead(k, src, dst, back, width, map, PC_DELTA_UNZIGZAG);
        if (back < bytes) k->delta_scan(src + back, dst + back, bytes - back, width, back, op);
        src = dst;
    }
    if (order == 0) lead(k, src, dst, bytes, width, zigzag, PC_DELTA_UNZIGZAG);
}
