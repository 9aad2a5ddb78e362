/* Byte-shuffle controls for eight symbols and their eight mask bits, shared by the ISAs whose shuffle
 * is 16 bytes wide (SSSE3, NEON). Computed by the preprocessor: entry m is derived from the bits of m. */
#ifndef PC_ARCH_PIVOT_SHUFFLES_H
#define PC_ARCH_PIVOT_SHUFFLES_H

#include <stdint.h>

#define PC_BIT(m, j) (((m) >> (j)) & 1u)
/* Ones among bits 0..j-1 of m. */
#define PC_RANK(m, j)                                                                                        \
    (((j) > 0) * PC_BIT(m, 0) + ((j) > 1) * PC_BIT(m, 1) + ((j) > 2) * PC_BIT(m, 2) +                        \
     ((j) > 3) * PC_BIT(m, 3) + ((j) > 4) * PC_BIT(m, 4) + ((j) > 5) * PC_BIT(m, 5) +                        \
     ((j) > 6) * PC_BIT(m, 6))

/* Merge: with eight lower symbols in bytes 0-7 and eight upper ones in bytes 8-15, output byte j takes
 * the next of its side. */
#define PC_MERGE_BYTE(m, j) ((uint64_t)(PC_BIT(m, j) ? 8u + PC_RANK(m, j) : (j) - PC_RANK(m, j)) << (8 * (j)))
#define PC_MERGE(m)                                                                                          \
    (PC_MERGE_BYTE(m, 0u) | PC_MERGE_BYTE(m, 1u) | PC_MERGE_BYTE(m, 2u) | PC_MERGE_BYTE(m, 3u) |             \
     PC_MERGE_BYTE(m, 4u) | PC_MERGE_BYTE(m, 5u) | PC_MERGE_BYTE(m, 6u) | PC_MERGE_BYTE(m, 7u))

/* Partition: symbol j goes to output byte rank(j), so control byte rank(j) holds j. The control of the
 * upper symbols for m is that of the lower ones for ~m. */
#define PC_KEEP_BYTE(m, j) (PC_BIT(m, j) ? 0 : (uint64_t)(j) << (8 * ((j) - PC_RANK(m, j))))
#define PC_KEEP(m)                                                                                           \
    (PC_KEEP_BYTE(m, 0u) | PC_KEEP_BYTE(m, 1u) | PC_KEEP_BYTE(m, 2u) | PC_KEEP_BYTE(m, 3u) |                 \
     PC_KEEP_BYTE(m, 4u) | PC_KEEP_BYTE(m, 5u) | PC_KEEP_BYTE(m, 6u) | PC_KEEP_BYTE(m, 7u))

#define PC_FOUR(f, m) f((m)), f((m) + 1u), f((m) + 2u), f((m) + 3u)
#define PC_SIXTEEN(f, m) PC_FOUR(f, m), PC_FOUR(f, (m) + 4u), PC_FOUR(f, (m) + 8u), PC_FOUR(f, (m) + 12u)
#define PC_SIXTY_FOUR(f, m)                                                                                  \
    PC_SIXTEEN(f, m), PC_SIXTEEN(f, (m) + 16u), PC_SIXTEEN(f, (m) + 32u), PC_SIXTEEN(f, (m) + 48u)
#define PC_ALL_MASKS(f)                                                                                      \
    {PC_SIXTY_FOUR(f, 0u), PC_SIXTY_FOUR(f, 64u), PC_SIXTY_FOUR(f, 128u), PC_SIXTY_FOUR(f, 192u)}

static const uint64_t pc_pivot_merge_shuffle[256] = PC_ALL_MASKS(PC_MERGE);
static const uint64_t pc_pivot_keep_shuffle[256] = PC_ALL_MASKS(PC_KEEP);

#endif
