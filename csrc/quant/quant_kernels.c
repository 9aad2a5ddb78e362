/* Scalar twins of the quantisation kernels, and of packing. */
#include "base/compiler.h"

/* An x86 machine of the last ten years runs the AVX2 build of these loops: here they had better be small. */
#if PC_X86 && defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2")
#endif

#include "arch/variants.h"
#include "base/mem.h"
#include "quant/quant_common.h"

PC_QUANT_KERNELS(, , scalar)

/* Eight codes at a time are `bits` whole bytes. */
void pc_code_pack_scalar(const uint8_t *codes, size_t groups, unsigned bits, uint8_t *dst)
{
    for (size_t g = 0; g < groups; g++, codes += 8) {
        uint64_t word = 0;
        for (unsigned i = 0; i < 8; i++) word |= (uint64_t)(codes[i] & ((1u << bits) - 1)) << (i * bits);
        for (unsigned i = 0; i < bits; i++) *dst++ = (uint8_t)(word >> (8 * i));
    }
}

void pc_code_unpack_scalar(const uint8_t *src, size_t groups, unsigned bits, uint8_t *codes)
{
    for (size_t g = 0; g < groups; g++, codes += 8) {
        uint64_t word = 0;
        for (unsigned i = 0; i < bits; i++) word |= (uint64_t)*src++ << (8 * i);
        for (unsigned i = 0; i < 8; i++) codes[i] = (uint8_t)(word >> (i * bits) & ((1u << bits) - 1));
    }
}

size_t pc_packed_size(size_t n, unsigned bits) { return n / 8 * bits + (n % 8 * bits + 7) / 8; }

void pc_pack(const pc_kernels *kernels, const uint8_t *codes, size_t n, unsigned bits, uint8_t *dst)
{
    uint8_t rest[8] = {0}, bytes[8];
    kernels->code_pack(codes, n / 8, bits, dst);
    if (n % 8 == 0) return;
    memcpy(rest, codes + n / 8 * 8, n % 8);
    pc_code_pack_scalar(rest, 1, bits, bytes);
    memcpy(dst + n / 8 * bits, bytes, (n % 8 * bits + 7) / 8);
}

void pc_unpack(const pc_kernels *kernels, const uint8_t *src, size_t n, unsigned bits, int is_signed,
               uint8_t *codes)
{
    uint8_t rest[8], bytes[8] = {0}, sign = (uint8_t)(1u << (bits - 1));
    kernels->code_unpack(src, n / 8, bits, codes);
    if (n % 8 != 0) {
        memcpy(bytes, src + n / 8 * bits, (n % 8 * bits + 7) / 8);
        pc_code_unpack_scalar(bytes, 1, bits, rest);
        memcpy(codes + n / 8 * 8, rest, n % 8);
    }
    if (is_signed)
        for (size_t i = 0; i < n; i++) codes[i] = (uint8_t)((codes[i] ^ sign) - sign);
}
