/* Facts of RFC 1951 that both directions share. Section numbers are that document's. */
#ifndef PC_DEFLATE_DEFLATE_COMMON_H
#define PC_DEFLATE_DEFLATE_COMMON_H

#include <stdint.h>

/* 3.2.3: the two bits behind the final-block bit. */
enum { PC_BLOCK_STORED = 0, PC_BLOCK_FIXED = 1, PC_BLOCK_DYNAMIC = 2 };

enum {
    /* 3.2.5: alphabets. 286, 287 (literal/length) and 30, 31 (distance) take part in the fixed codes only
     * and never occur in valid data. */
    PC_LITERALS = 256,
    PC_END_OF_BLOCK = 256,
    PC_FIRST_LENGTH = 257, /* the symbol of the shortest match */
    PC_LITLEN_SYMBOLS = 286,
    PC_LITLEN_CODES = 288, /* with the two idle ones */
    PC_DIST_SYMBOLS = 30,
    PC_DIST_CODES = 32,
    PC_PRECODE_SYMBOLS = 19,  /* 3.2.7: code lengths 0..15 and three kinds of repeats */
    PC_REPEAT_PREVIOUS = 16,  /* 3..6 times, 2 extra bits */
    PC_REPEAT_ZERO = 17,      /* 3..10 times, 3 extra bits */
    PC_REPEAT_ZERO_LONG = 18, /* 11..138 times, 7 extra bits */

    PC_CODE_MAX = 15,   /* longest literal/length and distance code */
    PC_PRECODE_MAX = 7, /* longest code of the code-length code */

    PC_MATCH_MIN = 3,
    PC_MATCH_MAX = 258,
    PC_DISTANCE_MAX = 32768,
    PC_STORED_MAX = 65535 /* 3.2.4: bytes of a stored block */
};

/* 3.2.5: base and number of extra bits of each length symbol, from PC_FIRST_LENGTH, and distance symbol. */
static const uint16_t pc_length_base[PC_LITLEN_SYMBOLS - PC_FIRST_LENGTH] = {
    3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
    31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t pc_length_extra[PC_LITLEN_SYMBOLS - PC_FIRST_LENGTH] = {
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const uint16_t pc_dist_base[PC_DIST_SYMBOLS] = {
    1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
    193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
static const uint8_t pc_dist_extra[PC_DIST_SYMBOLS] = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                                       6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};

/* 3.2.7: the order in which a dynamic block gives the lengths of its code-length code. */
static const uint8_t pc_precode_order[PC_PRECODE_SYMBOLS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                             11, 4,  12, 3, 13, 2, 14, 1, 15};

/* 3.2.6: lengths of the fixed literal/length code; the fixed distance code has 32 codes of 5 bits. */
static inline unsigned pc_fixed_litlen_bits(unsigned symbol)
{
    return symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;
}
enum { PC_FIXED_DIST_BITS = 5 };

/* RFC 1950 and RFC 1952. */
enum {
    PC_METHOD_DEFLATE = 8,
    PC_ZLIB_DICTIONARY = 0x20, /* second byte: a dictionary's Adler-32 follows */
    PC_GZIP_ID1 = 0x1f,
    PC_GZIP_ID2 = 0x8b,
    PC_GZIP_HEADER_CRC = 0x02,
    PC_GZIP_EXTRA = 0x04,
    PC_GZIP_NAME = 0x08,
    PC_GZIP_COMMENT = 0x10,
    PC_GZIP_RESERVED = 0xe0
};

#endif
