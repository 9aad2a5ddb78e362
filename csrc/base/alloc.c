/* Aligned heap blocks on every platform: the pointer that malloc gave is kept just below the block. */
#include "base/alloc.h"

#include <stdlib.h>

void *pc_alloc(size_t size)
{
    size_t extra = PC_ALIGNMENT + sizeof(void *);
    if (size == 0 || size > SIZE_MAX - extra) return NULL;
    char *raw = malloc(size + extra);
    if (raw == NULL) return NULL;
    uintptr_t start = ((uintptr_t)raw + extra) & ~(uintptr_t)(PC_ALIGNMENT - 1u);
    void **block = (void **)start;
    block[-1] = raw;
    return block;
}

void pc_free(void *block)
{
    if (block != NULL) free(((void **)block)[-1]);
}
