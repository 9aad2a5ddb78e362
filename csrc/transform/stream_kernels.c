/* Scalar twin of the copy around the cache: through it, as the language has no other way. */
#include <string.h>

#include "arch/variants.h"

void pc_stream_copy_scalar(void *dst, const void *src, size_t n)
{
    if (n != 0) memcpy(dst, src, n);
}

void pc_stream_end_scalar(void) {}
