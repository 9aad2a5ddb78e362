/* Huge pages for large blocks, by madvise: a request that the system may ignore, so nothing can fail. */
#define _DEFAULT_SOURCE /* -std=c11 alone hides madvise */

#include "pycomp/large.h"

#include "base/compiler.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

#ifdef MADV_HUGEPAGE

/* madvise wants the address of a page; a huge page is a multiple of any smaller one. */
#define HUGE_PAGE ((uintptr_t)2 << 20)

void pc_large_block(void *block, size_t size)
{
    if (size < PC_LARGE_SIZE) return;
    uintptr_t skip = (HUGE_PAGE - (uintptr_t)block % HUGE_PAGE) % HUGE_PAGE;
    madvise((char *)block + skip, size - skip, MADV_HUGEPAGE);
}

#else

void pc_large_block(void *block, size_t size) { (void)block, (void)size; }

#endif
