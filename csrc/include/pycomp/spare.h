/* One block of memory kept between calls, for states that are costly to allocate and quick to ready: a fresh
 * 100 KiB comes from the system page by page, which takes longer than inflating a small message.
 *
 * Any number of threads may take and give at once, without a lock: the block is exchanged atomically. Who
 * finds none allocates; who gives one where another lies frees that one. */
#ifndef PYCOMP_SPARE_H
#define PYCOMP_SPARE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pc_spare {
    void *block;
} pc_spare;

/* At least `size` bytes, aligned to 64, with any contents; NULL when there is no memory. */
void *pc_spare_take(pc_spare *spare, size_t size);

/* Gives back what pc_spare_take returned; NULL is fine. */
void pc_spare_give(pc_spare *spare, void *memory);

#ifdef __cplusplus
}
#endif

#endif
