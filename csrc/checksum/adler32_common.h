/* What the variants of Adler-32 share. */
#ifndef PC_CHECKSUM_ADLER32_COMMON_H
#define PC_CHECKSUM_ADLER32_COMMON_H

#define PC_ADLER32_BASE 65521u

/* The most bytes before 32-bit sums must be reduced: the greatest n for which b, at worst
 * 255 n (n + 1) / 2 + (n + 1) 65535, is below 2^32. (Sums that a caller hands in need not be reduced,
 * hence 65535 and not 65520.)
 *
 *     n = 0
 *     while 255 * (n + 1) * (n + 2) // 2 + (n + 2) * 65535 < 2**32: n += 1
 */
#define PC_ADLER32_PIECE 5552u

#endif
