/* The only door to the heap. Kernels never come here: drivers allocate and pass workspace in. */
#ifndef PC_BASE_ALLOC_H
#define PC_BASE_ALLOC_H

#include "base/compiler.h"

/* Cache-line alignment: a vector load of any ISA that starts here never splits a line. */
#define PC_ALIGNMENT 64u

/* size bytes aligned to PC_ALIGNMENT, uninitialised; NULL when there is no memory or size is 0. */
void *pc_alloc(size_t size);
void pc_free(void *block);

#endif
