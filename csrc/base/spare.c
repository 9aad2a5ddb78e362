/* A block exchanged between threads. In front of the memory that is handed out stands its size, so that one
 * that is too small can be told. */
#include "pycomp/spare.h"

#include "base/alloc.h"
#include "base/checked.h"

#define HEAD PC_ALIGNMENT /* keeps the alignment of what follows */

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
static void *exchange(pc_spare *spare, void *block)
{
    return _InterlockedExchangePointer((void *volatile *)&spare->block, block);
}
#else
/* Acquire what the giver wrote (the size), release what the taker will read. */
static void *exchange(pc_spare *spare, void *block)
{
    return __atomic_exchange_n(&spare->block, block, __ATOMIC_ACQ_REL);
}
#endif

void *pc_spare_take(pc_spare *spare, size_t size)
{
    size_t *block = exchange(spare, NULL), total;
    if (block != NULL && *block < size) {
        pc_free(block);
        block = NULL;
    }
    if (block == NULL) {
        if (!pc_add_size(size, HEAD, &total)) return NULL;
        block = pc_alloc(total);
        if (block == NULL) return NULL;
        *block = size;
    }
    return (char *)block + HEAD;
}

void pc_spare_give(pc_spare *spare, void *memory)
{
    if (memory != NULL) pc_free(exchange(spare, (char *)memory - HEAD));
}
