/* CRC-32: the scalar twin, slicing-by-8 (Kounavis and Berry, "A Systematic Approach to Building High
 * Performance Software-Based CRC Generators", 2005), and combination.
 *
 * The register before the next eight bytes is xored into the first four of them; each of the eight then
 * acts on its own, as if zeros followed it, so eight look-ups that do not wait for each other do. The
 * machine's carry-less multiplier is ten times as fast: arch/x86/crc32_*.c and arch/arm/crc32_pmull.c. */
#include "pycomp/crc32.h"

#include "arch/variants.h"
#include "base/mem.h"
#include "checksum/crc32_table.h"

#define POLY 0xedb88320u /* without its x^32, reflected: bit 31 is the coefficient of x^0 */

uint32_t pc_crc32_scalar(uint32_t crc, const uint8_t *src, size_t n)
{
    const uint8_t *end = src + n;
    uint32_t v = ~crc;
    for (; end - src >= 8; src += 8) {
        uint32_t a = v ^ pc_load32(src), b = pc_load32(src + 4);
        v = CRC32_TABLE[7][a & 255] ^ CRC32_TABLE[6][(a >> 8) & 255] ^ CRC32_TABLE[5][(a >> 16) & 255] ^
            CRC32_TABLE[4][a >> 24] ^ CRC32_TABLE[3][b & 255] ^ CRC32_TABLE[2][(b >> 8) & 255] ^
            CRC32_TABLE[1][(b >> 16) & 255] ^ CRC32_TABLE[0][b >> 24];
    }
    while (src < end) v = (v >> 8) ^ CRC32_TABLE[0][(v ^ *src++) & 255];
    return ~v;
}

uint32_t pc_crc32(const pc_kernels *kernels, uint32_t crc, const void *src, size_t n)
{
    return kernels->crc32(crc, src, n);
}

/* a times b modulo the polynomial: Horner over the coefficients of a, from x^31 down. */
static uint32_t multiply(uint32_t a, uint32_t b)
{
    uint32_t product = 0;
    for (int i = 0; i < 32; i++) {
        product = (product >> 1) ^ (product & 1 ? POLY : 0);
        if (a & 1) product ^= b;
        a >>= 1;
    }
    return product;
}

/* x^(2^i), each the square of the one before. G is primitive, so squaring x 32 times leads back to x. */
static const uint32_t SQUARES[32] = {
    0x40000000, 0x20000000, 0x08000000, 0x00800000, 0x00008000, 0xedb88320, 0xb1e6b092, 0xa06a2517,
    0xed627dae, 0x88d14467, 0xd7bbfe6a, 0xec447f11, 0x8e7ea170, 0x6427800e, 0x4d47bae0, 0x09fe548f,
    0x83852d0f, 0x30362f1a, 0x7b5a9cc3, 0x31fec169, 0x9fec022a, 0x6c8dedc4, 0x15d6874d, 0x5fde7a4e,
    0xbad90e37, 0x2e4e5eef, 0x4eaba214, 0xa8a472c0, 0x429a969e, 0x148d302a, 0xc40ba6d0, 0xc4e22c3c};

/* Appending n bytes multiplies the first checksum by x^(8 n); the inversions at the ends cancel out. */
uint32_t pc_crc32_combine(uint32_t first, uint32_t second, uint64_t second_len)
{
    for (unsigned bit = 3; second_len != 0; second_len >>= 1, bit++)
        if (second_len & 1) first = multiply(first, SQUARES[bit & 31]);
    return first ^ second;
}
