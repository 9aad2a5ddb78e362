/* Compiler and platform facts, one name each.
 *
 * ISA variants are chosen per function by PC_TARGET_*: never by per-file flags, which would leak
 * AVX2 copies of shared inline functions into the scalar path. MSVC needs no attribute: its
 * intrinsics are always available. */
#ifndef PC_BASE_COMPILER_H
#define PC_BASE_COMPILER_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#define PC_LIKELY(x) __builtin_expect(!!(x), 1)
#define PC_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define PC_INLINE static inline __attribute__((always_inline))
#define PC_NOINLINE __attribute__((noinline))
#define PC_RESTRICT __restrict__
#define PC_TARGET(isa) __attribute__((target(isa)))
/* Has a vector loaded once: compilers fold a load into each use of it, which for one across lines costs
 * double. */
#define PC_LOADED(vector) __asm__("" : "+x"(vector))
/* Asks for a line of memory, to be written if `write` is 1; `near` is 3 for the first level of cache, 2 for
 * the second. */
#define PC_PREFETCH(p, write, near) __builtin_prefetch(p, write, near)
#else
#define PC_LIKELY(x) (x)
#define PC_UNLIKELY(x) (x)
#define PC_INLINE static __forceinline
#define PC_NOINLINE __declspec(noinline)
#define PC_RESTRICT __restrict
#define PC_TARGET(isa)
#define PC_LOADED(vector) (void)(vector)
#define PC_PREFETCH(p, write, near) (void)(p)
#endif

#if defined(__x86_64__) || defined(_M_X64)
#define PC_X86 1
#else
#define PC_X86 0
#endif

#if defined(__aarch64__) || defined(_M_ARM64)
#define PC_ARM64 1
#else
#define PC_ARM64 0
#endif

/* The two x86 tiers. AVX2 stands for Haswell and later, AVX-512 for Ice Lake and Zen 4 and later
 * (VBMI2 brings the byte compress and expand that level-ordered Huffman lives on, GFNI 8 x 8 bits a word:
 * every one of them has it). Every CPU of a tier
 * has its carry-less multiplier too, PCLMULQDQ and VPCLMULQDQ; a virtual machine that hides it is given
 * the tier below. */
#define PC_TARGET_AVX2 PC_TARGET("avx2,bmi,bmi2,lzcnt,popcnt,pclmul")
#define PC_TARGET_AVX512                                                                                     \
    PC_TARGET("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512vnni,"                        \
              "avx512vpopcntdq,gfni,vpclmulqdq,avx2,bmi,bmi2,lzcnt,popcnt,pclmul")

#define PC_STATIC_ASSERT(cond, text) _Static_assert(cond, text)
#define PC_MIN(a, b) ((a) < (b) ? (a) : (b))
#define PC_MAX(a, b) ((a) > (b) ? (a) : (b))
#define PC_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
