/* Radix sort; see sort.h. */
#include "tensor/sort.h"

#include <string.h>

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS };

void pc_sort_keys(uint64_t *keys, size_t n, unsigned low, unsigned high, uint64_t *spare)
{
    uint64_t *from = keys, *to = spare;
    for (unsigned shift = low; n > 1 && shift < high; shift += DIGIT_BITS) {
        uint64_t mask = ((uint64_t)1 << (high - shift < DIGIT_BITS ? high - shift : DIGIT_BITS)) - 1;
        size_t place[DIGITS] = {0}, next = 0;
        for (size_t i = 0; i < n; i++) place[from[i] >> shift & mask]++;
        if (place[from[0] >> shift & mask] == n) continue;
        for (unsigned d = 0; d <= mask; d++) {
            size_t count = place[d];
            place[d] = next;
            next += count;
        }
        for (size_t i = 0; i < n; i++) to[place[from[i] >> shift & mask]++] = from[i];
        uint64_t *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != keys) memcpy(keys, from, n * sizeof *keys);
}
