/* Sorting 64-bit keys by some of their bits. */
#ifndef PC_TENSOR_SORT_H
#define PC_TENSOR_SORT_H

#include <stddef.h>
#include <stdint.h>

/* Sorts n keys, ascending by their bits [low, high); keys that agree there stay in the order they came in.
 * spare: room for n keys. Least significant digit first (Knuth, TAOCP 3, 5.2.5): digits of eight bits that
 * all keys share cost one pass of counting and no moves. */
void pc_sort_keys(uint64_t *keys, size_t n, unsigned low, unsigned high, uint64_t *spare);

#endif
