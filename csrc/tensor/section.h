/* A section: n bytes coded order-0 with the cheapest of a few methods, table included. For side
 * information and for planes of integers, whose statistics nobody has modelled before.
 *
 *     method (1 byte) | body
 *     raw      n bytes
 *     constant the byte
 *     packed   width (1 byte), the values in the layout of bitio/bits.h
 *     pivot    code lengths, level-ordered Huffman
 *     rans     frequencies, size of the stream (32 bits), the stream
 *
 * Never more than n + 1 bytes. */
#ifndef PC_TENSOR_SECTION_H
#define PC_TENSOR_SECTION_H

#include "pycomp/kernels.h"
#include "pycomp/status.h"

typedef enum pc_section_method {
    PC_SECTION_RAW = 0,
    PC_SECTION_CONSTANT = 1,
    PC_SECTION_PACKED = 2,
    PC_SECTION_PIVOT = 3,
    PC_SECTION_RANS = 4
} pc_section_method;

/* Workspace of either direction. */
size_t pc_section_workspace(void);

/* src may be read up to PC_SLACK bytes past its end; dst_cap must leave room for the worst coded form
 * (2 pc_pivot_bound(n) will do). rans: whether the slower, smaller coder may be chosen. */
pc_status pc_section_encode(const pc_kernels *kernels, const uint8_t *src, size_t n, int rans, uint8_t *dst,
                            size_t dst_cap, size_t *dst_len, void *workspace);

/* Writes up to PC_SLACK bytes past dst + n and reads as many past src_len. */
pc_status pc_section_decode(const pc_kernels *kernels, const uint8_t *src, size_t src_len, size_t *src_used,
                            uint8_t *dst, size_t n, void *workspace);

#endif
