/* Large blocks of fresh memory. The system hands memory out page by page as it is first touched, and with
 * pages of 4 KiB that takes longer than most of our kernels take to fill it: 16 MiB in 8.4 ms, against 2.0 ms
 * with huge pages (Linux 6, in a virtual machine). Linux gives those where it is asked to; numpy does the
 * same for its arrays. */
#ifndef PYCOMP_LARGE_H
#define PYCOMP_LARGE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* From here on it pays to ask: two huge pages of 2 MiB, of which one at least lies wholly within. */
#define PC_LARGE_SIZE ((size_t)4 << 20)

/* Asks for huge pages under a block that has not been touched yet; smaller blocks and other systems: no
 * effect. */
void pc_large_block(void *block, size_t size);

#ifdef __cplusplus
}
#endif

#endif
