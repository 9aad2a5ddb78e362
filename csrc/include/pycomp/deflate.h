/* DEFLATE compression (RFC 1951), raw or inside zlib (RFC 1950) or gzip (RFC 1952).
 *
 * The bytes that come out depend on the input, the parameters and the places of the flushes, never on how
 * the input was cut into calls, how much room each call had, or the instruction set. */
#ifndef PYCOMP_DEFLATE_H
#define PYCOMP_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/deflate_format.h"
#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PC_DEFLATE_MAX_LEVEL = 12,  /* 0 stores, 1 is fastest, 6 the usual one; from 10 on near-optimal */
    PC_DEFLATE_HEADER_MAX = 16, /* bytes before the raw stream, at most */
    PC_DEFLATE_TRAILER_MAX = 8  /* bytes after it */
};

/* zlib's names and numbers. FILTERED, HUFFMAN_ONLY, RLE and FIXED keep zlib's meaning. */
typedef enum pc_strategy {
    PC_STRATEGY_DEFAULT,
    PC_STRATEGY_FILTERED,     /* matches shorter than six bytes are not worth while */
    PC_STRATEGY_HUFFMAN_ONLY, /* no matches */
    PC_STRATEGY_RLE,          /* distance one only */
    PC_STRATEGY_FIXED         /* no dynamic codes */
} pc_strategy;

typedef struct pc_deflate_params {
    int level;            /* 0..12 */
    pc_wrap wrap;         /* not AUTO */
    unsigned window_bits; /* 8..15; matches reach back 2^window_bits bytes. As in zlib, 8 is taken as 9, and
                             refused for a raw stream */
    unsigned mem_level;   /* 1..9: how much is gathered before blocks are made of it; 8 is usual */
    int strategy;         /* pc_strategy */
} pc_deflate_params;

/* Flat: holds no pointer, so a memcpy of pc_deflate_size() bytes is a copy of the stream. Wants the
 * alignment of a uint64_t; 64 is better. Not cleared beforehand: pc_deflate_init touches what it needs, which
 * is far less than its size. */
typedef struct pc_deflate pc_deflate;

/* 0 when the parameters are out of range. */
size_t pc_deflate_size(const pc_deflate_params *params);
pc_status pc_deflate_init(pc_deflate *s, const pc_deflate_params *params);

/* zlib's numbers. */
typedef enum pc_flush {
    PC_NO_FLUSH,      /* gather as long as you like */
    PC_PARTIAL_FLUSH, /* all input is out; ends with an empty static block, which may leave bits waiting */
    PC_SYNC_FLUSH,    /* all input is out, on a byte: ends with 00 00 ff ff */
    PC_FULL_FLUSH,    /* the same, and what follows does not refer back */
    PC_FINISH,        /* last block and trailer */
    PC_BLOCK_FLUSH,   /* ends the block; up to seven bits wait */
    PC_TREES_FLUSH    /* not for compression: PC_ERR_PARAM */
} pc_flush;

/* Compresses from *src to *dst and moves both. *done: all input was taken and everything that `flush` asks
 * for has been written; otherwise call again, with the same flush, when there is room. As in zlib, a flush
 * that follows one at least as strong, with no input between, writes nothing. PC_ERR_PARAM for a bad flush or
 * input after the end. */
pc_status pc_deflate_run(const pc_kernels *kernels, pc_deflate *s, const uint8_t **src,
                         const uint8_t *src_end, uint8_t **dst, uint8_t *dst_end, pc_flush flush, int *done);

/* History that the reader will be given too. zlib: before any input only (the header names it). Raw: also
 * after any completed flush. gzip has no such thing. PC_ERR_PARAM otherwise. */
pc_status pc_deflate_set_dictionary(const pc_kernels *kernels, pc_deflate *s, const uint8_t *dict, size_t n);

/* The Adler-32 of a zlib stream or the CRC-32 of a gzip one, over the input taken into blocks so far. */
uint32_t pc_deflate_check(const pc_deflate *s);

/* Never more than this for n bytes in one go (pc_deflate_whole, or runs with no flush but FINISH). Each
 * further flush adds at most 16 bytes. SIZE_MAX when that does not fit a size_t. */
size_t pc_deflate_bound(const pc_deflate_params *params, size_t n);

/* A whole buffer: the same bytes as pc_deflate_run with PC_FINISH, without the copy through a window.
 * `workspace` has pc_deflate_size(params) bytes. PC_ERR_DST_SIZE when it does not fit. */
pc_status pc_deflate_whole(const pc_kernels *kernels, pc_deflate *workspace, const pc_deflate_params *params,
                           const uint8_t *src, size_t n, uint8_t *dst, size_t dst_cap, size_t *dst_len);

/* For block-parallel compression: the raw stream of src[begin, end), which may refer to what stands before
 * `begin` in src; params->wrap is ignored. Ends with the last block, or with a sync flush so that the next
 * piece follows on a byte. At most pc_deflate_bound(params, end - begin). */
pc_status pc_deflate_piece(const pc_kernels *kernels, pc_deflate *workspace, const pc_deflate_params *params,
                           const uint8_t *src, size_t begin, size_t end, int last, uint8_t *dst,
                           size_t dst_cap, size_t *dst_len);

/* What pc_deflate_whole puts around the raw stream, for those who put it there themselves. Both return the
 * number of bytes; `check` and `n` belong to the whole input. */
size_t pc_deflate_header(const pc_deflate_params *params, uint8_t dst[PC_DEFLATE_HEADER_MAX]);
size_t pc_deflate_trailer(const pc_deflate_params *params, uint32_t check, uint64_t n,
                          uint8_t dst[PC_DEFLATE_TRAILER_MAX]);

#ifdef __cplusplus
}
#endif

#endif
