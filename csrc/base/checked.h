/* Size arithmetic that cannot wrap. Every size that comes from an input goes through these; each
 * returns false, and leaves *out alone, when the true result does not fit. */
#ifndef PC_BASE_CHECKED_H
#define PC_BASE_CHECKED_H

#include <stdbool.h>

#include "base/compiler.h"

PC_INLINE bool pc_add_size(size_t a, size_t b, size_t *out)
{
    if (a > SIZE_MAX - b) return false;
    *out = a + b;
    return true;
}

PC_INLINE bool pc_mul_size(size_t a, size_t b, size_t *out)
{
    if (b != 0 && a > SIZE_MAX / b) return false;
    *out = a * b;
    return true;
}

/* ceil(a / b) without the overflow of (a + b - 1) / b. */
PC_INLINE size_t pc_ceil_div(size_t a, size_t b) { return a / b + (a % b != 0); }

/* a rounded up to a multiple of b, for sizes already known to be small. */
PC_INLINE size_t pc_round_up(size_t a, size_t b) { return pc_ceil_div(a, b) * b; }

#endif
