/* The whole test framework: CHECK counts, CHECK_RESULT ends main.
 *
 *     int main(void)
 *     {
 *         CHECK(pc_popcount64(7) == 3);
 *         return CHECK_RESULT();
 *     }
 */
#ifndef PC_TESTS_CHECK_H
#define PC_TESTS_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if !defined(_WIN32)
#define CHECK_GUARD 1
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "pycomp/kernels.h"

static unsigned long check_count, check_failures;

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        check_count++;                                                                                       \
        if (!(condition)) {                                                                                  \
            if (check_failures++ < 20)                                                                       \
                fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                    \
        }                                                                                                    \
    } while (0)

#define CHECK_RESULT() check_result(__FILE__)

static inline int check_result(const char *name)
{
    printf("%-32s %lu checks, %lu failed\n", name, check_count, check_failures);
    return check_failures != 0;
}

/* Kernel tables for every tier the machine has, the scalar one first; returns how many (at most 3). */
static inline int check_tables(pc_kernels tables[3])
{
    static const uint32_t tiers[] = {PC_ISA_AVX2, PC_ISA_AVX2 | PC_ISA_AVX512, PC_ISA_NEON,
                                     PC_ISA_NEON | PC_ISA_PMULL};
    uint32_t have = pc_isa_detect();
    int n = 0;
    pc_kernels_fill(&tables[n++], PC_ISA_SCALAR);
    for (size_t i = 0; i < sizeof tiers / sizeof tiers[0]; i++)
        if ((tiers[i] & ~have) == 0) pc_kernels_fill(&tables[n++], tiers[i]);
    return n;
}

/* Repeatable random numbers (SplitMix64, Steele, Lea and Flood 2014). */
static inline uint64_t check_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* n bytes that end at a page nobody may touch, so that a vector which reads or writes past them faults,
 * sanitizer or not. */
static inline uint8_t *check_alloc(size_t n)
{
#ifdef CHECK_GUARD
    size_t page = (size_t)sysconf(_SC_PAGESIZE), body = (n + page - 1) / page * page;
    uint8_t *map = mmap(NULL, body + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED || mprotect(map + body, page, PROT_NONE) != 0) abort();
    return map + body - n;
#else
    uint8_t *bytes = malloc(n ? n : 1);
    if (bytes == NULL) abort();
    return bytes;
#endif
}

static inline void check_free(uint8_t *bytes, size_t n)
{
#ifdef CHECK_GUARD
    size_t page = (size_t)sysconf(_SC_PAGESIZE), body = (n + page - 1) / page * page;
    munmap(bytes + n - body, body + page);
#else
    (void)n;
    free(bytes);
#endif
}

/* n random bytes from check_alloc. */
static inline uint8_t *check_random_bytes(uint64_t seed, size_t n)
{
    uint8_t *bytes = check_alloc(n);
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)check_random(&seed);
    return bytes;
}

#endif
