/* Adler-32: the scalar twin and combination. Two sums modulo 65521, the largest prime below 2^16: a adds
 * the bytes to 1, b adds up the values that a takes (RFC 1950, 8.2). */
#include "pycomp/adler32.h"

#include "arch/variants.h"
#include "base/compiler.h"
#include "checksum/adler32_common.h"

uint32_t pc_adler32_scalar(uint32_t adler, const uint8_t *src, size_t n)
{
    uint32_t a = adler & 0xffff, b = adler >> 16;
    do { /* also for no bytes, since what the caller hands in may exceed the modulus */
        size_t piece = PC_MIN(n, (size_t)PC_ADLER32_PIECE);
        for (const uint8_t *end = src + piece; src < end; src++) {
            a += *src;
            b += a;
        }
        a %= PC_ADLER32_BASE;
        b %= PC_ADLER32_BASE;
        n -= piece;
    } while (n > 0);
    return b << 16 | a;
}

uint32_t pc_adler32(const pc_kernels *kernels, uint32_t adler, const void *src, size_t n)
{
    return kernels->adler32(adler, src, n);
}

/* The second piece began with a = 1, b = 0 instead of the first's a and b: a is short by a1 - 1, and b
 * by b1 and by a1 - 1 for each byte. */
uint32_t pc_adler32_combine(uint32_t first, uint32_t second, uint64_t second_len)
{
    uint32_t base = PC_ADLER32_BASE;
    uint32_t more = ((first & 0xffff) + base - 1) % base, len = (uint32_t)(second_len % base);
    uint32_t a = (more + (second & 0xffff)) % base;
    uint64_t b = (uint64_t)more * len + (first >> 16) + (second >> 16);
    return (uint32_t)(b % base) << 16 | a;
}
