/* CPU detection by CPUID, with the operating system's consent read from XCR0: a CPU bit alone says
 * nothing about whether the kernel saves the wide registers on a context switch
 * (Intel SDM vol. 1, 13.3 and 14.3). */
#include "base/compiler.h"
#include "pycomp/arch.h"

#if PC_X86

#if defined(_MSC_VER) && !defined(__clang__)
#include <immintrin.h>
#include <intrin.h>
static void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t r[4])
{
    __cpuidex((int *)r, (int)leaf, (int)subleaf);
}
static uint64_t xgetbv0(void) { return _xgetbv(0); }
#else
#include <cpuid.h>
static void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t r[4])
{
    __cpuid_count(leaf, subleaf, r[0], r[1], r[2], r[3]);
}
static uint64_t xgetbv0(void)
{
    uint32_t eax, edx;
    __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
    return ((uint64_t)edx << 32) | eax;
}
#endif

enum { EAX, EBX, ECX, EDX };

/* XCR0 state components: SSE and AVX; opmask, upper ZMM and high ZMM registers. */
#define XCR0_AVX 0x06u
#define XCR0_AVX512 0xe6u

#define HAS(reg, bit) (((reg) >> (bit)) & 1u)

uint32_t pc_isa_detect(void)
{
    uint32_t r[4], basic[4], extended[4], amd[4] = {0, 0, 0, 0};
    cpuid(0, 0, r);
    if (r[EAX] < 7) return PC_ISA_SCALAR;
    cpuid(1, 0, basic);
    cpuid(7, 0, extended);
    cpuid(0x80000000u, 0, r);
    if (r[EAX] >= 0x80000001u) cpuid(0x80000001u, 0, amd);

    uint32_t osxsave = HAS(basic[ECX], 27), popcnt = HAS(basic[ECX], 23);
    if (!osxsave) return PC_ISA_SCALAR;
    uint64_t xcr0 = xgetbv0();

    uint32_t found = PC_ISA_SCALAR;
    uint32_t avx2 = HAS(basic[ECX], 28) & HAS(extended[EBX], 5) & HAS(extended[EBX], 3) &
                    HAS(extended[EBX], 8) & HAS(amd[ECX], 5) & HAS(basic[ECX], 1) & popcnt;
    if (avx2 && (xcr0 & XCR0_AVX) == XCR0_AVX) found |= PC_ISA_AVX2;

    uint32_t avx512 = HAS(extended[EBX], 16) & HAS(extended[EBX], 17) & HAS(extended[EBX], 30) &
                      HAS(extended[EBX], 31) & HAS(extended[ECX], 1) & HAS(extended[ECX], 6) &
                      HAS(extended[ECX], 8) & HAS(extended[ECX], 10) & HAS(extended[ECX], 11) &
                      HAS(extended[ECX], 14);
    if ((found & PC_ISA_AVX2) && avx512 && (xcr0 & XCR0_AVX512) == XCR0_AVX512) found |= PC_ISA_AVX512;
    return found;
}

#elif PC_ARM64

/* User programs cannot read the feature registers themselves, so each system is asked its own way:
 * AT_HWCAP bit 4 is PMULL (Linux uapi/asm/hwcap.h); Windows' number 30 is the crypto extension, of which
 * PMULL is a part; every 64-bit Apple chip has it. */
#if defined(__linux__)
#include <sys/auxv.h>
static int has_pmull(void) { return (getauxval(AT_HWCAP) >> 4) & 1; }
#elif defined(__APPLE__)
static int has_pmull(void) { return 1; }
#elif defined(_WIN32)
__declspec(dllimport) int __stdcall IsProcessorFeaturePresent(unsigned long feature);
static int has_pmull(void) { return IsProcessorFeaturePresent(30) != 0; }
#else
static int has_pmull(void) { return 0; }
#endif

uint32_t pc_isa_detect(void) { return has_pmull() ? PC_ISA_NEON | PC_ISA_PMULL : PC_ISA_NEON; }

#else

uint32_t pc_isa_detect(void) { return PC_ISA_SCALAR; }

#endif
