/* Quantisation compiled for AVX2, and packing by BMI2: pext takes the low bits of eight bytes at once, pdep
 * puts them back. */
#include "base/compiler.h"

#if PC_X86

#include <immintrin.h>

#include "arch/variants.h"
#include "base/mem.h"
#include "quant/quant_common.h"

PC_QUANT_KERNELS(PC_TARGET_AVX2, avx2)

PC_TARGET_AVX2 void pc_code_pack_avx2(const uint8_t *codes, size_t groups, unsigned bits, uint8_t *dst)
{
    uint64_t mask = ((1u << bits) - 1) * 0x0101010101010101u;
    /* A store of eight bytes writes over what comes next: the last groups must not. */
    for (; groups * bits >= 8; groups--, codes += 8, dst += bits)
        pc_store64(dst, _pext_u64(pc_load64(codes), mask));
    pc_code_pack_scalar(codes, groups, bits, dst);
}

PC_TARGET_AVX2 void pc_code_unpack_avx2(const uint8_t *src, size_t groups, unsigned bits, uint8_t *codes)
{
    uint64_t mask = ((1u << bits) - 1) * 0x0101010101010101u;
    for (; groups * bits >= 8; groups--, src += bits, codes += 8)
        pc_store64(codes, _pdep_u64(pc_load64(src), mask));
    pc_code_unpack_scalar(src, groups, bits, codes);
}

#endif
