/* Constants for CRC-32 by carry-less multiplication (Gopal et al., "Fast CRC Computation for Generic
 * Polynomials Using PCLMULQDQ Instruction", Intel 2009).
 *
 * A 128-bit register V stands for a polynomial v of degree below 128 with its bits in message order: bit
 * i is the coefficient of x^(127-i), so its low half, the bytes that came first, is the upper half h of
 * v = h x^64 + l. The CRC of the bytes in V is v x^32 mod G.
 *
 * To fold by D bits is to replace v x^D by a polynomial of the same remainder that fits a register
 * again: h (x^(64+D) mod G) + l (x^D mod G). The product of two reflected 64-bit words has one bit less
 * than the register, so it stands for the product times x, which is why each exponent below is one less.
 *
 *     def fold(n):                       # x^n mod G, reflected, in the upper half of a 64-bit word
 *         v = 1 << 31
 *         for _ in range(n): v = (v >> 1) ^ (0xedb88320 if v & 1 else 0)
 *         return v << 32
 *     for D in 128, 256, 384, 512, 1024, 2048: fold(D + 63), fold(D - 1)
 */
#ifndef PC_CHECKSUM_CRC32_COMMON_H
#define PC_CHECKSUM_CRC32_COMMON_H

#include <stdint.h>

#define PC_CRC32_FOLD_128 0x65673b4600000000u, 0x9ba54c6f00000000u
#define PC_CRC32_FOLD_256 0x9570d49500000000u, 0x01b5fd1d00000000u
#define PC_CRC32_FOLD_384 0x69ccfc0d00000000u, 0x2a28386200000000u
#define PC_CRC32_FOLD_512 0x653d982200000000u, 0xcad38e8f00000000u
#define PC_CRC32_FOLD_1024 0x7d657a1000000000u, 0x7406fa9500000000u
#define PC_CRC32_FOLD_2048 0x7cc8e1e700000000u, 0x03f9f86300000000u

/* The end, for v x^32 mod G: h x^96 by fold(95), then the 32 bits above x^64 by fold(63), and the
 * remainder of what is left, below x^64, by Barrett: floor(x^64 / G) and G itself, reflected. */
#define PC_CRC32_END_96 0xccaa009e00000000u
#define PC_CRC32_END_64 0xb8bc676500000000u
#define PC_CRC32_BARRETT 0x1f7011641u
#define PC_CRC32_POLY 0x1db710641u

/* Sixteen bytes from r on, used as shuffle indices, move a register's first r bytes to its end and put
 * zeros before them; those from 16 + r on move the others to its front. */
static const uint8_t PC_CRC32_SLIDE[48] = {
    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
    0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12,   13,   14,   15,
    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};

#endif
