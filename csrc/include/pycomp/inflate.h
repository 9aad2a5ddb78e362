/* DEFLATE, zlib and gzip decompression, whole buffers or in pieces of any size.
 *
 * Which streams are accepted, how many bytes of input a call takes and the text of each error are zlib's,
 * so that the drop-in modules can be told apart from the standard ones by speed alone. */
#ifndef PYCOMP_INFLATE_H
#define PYCOMP_INFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "pycomp/deflate_format.h"
#include "pycomp/kernels.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The state of one stream. It holds no pointers: to copy a stream, copy pc_inflate_size() bytes. Aligned as
 * malloc aligns. About 110 KiB, of which a short stream touches only a few. */
typedef struct pc_inflate pc_inflate;
size_t pc_inflate_size(void);

/* Readies memory of pc_inflate_size() bytes, with any contents, for a stream. window_bits is 8..15, or 0
 * for what the zlib header says (15 elsewhere). */
pc_status pc_inflate_init(pc_inflate *s, pc_wrap wrap, unsigned window_bits);

/* Why a call returned. */
typedef enum pc_inflate_state {
    PC_INFLATE_INPUT = 0,  /* all of src is taken and more is wanted */
    PC_INFLATE_OUTPUT = 1, /* dst is full and the next byte of output is wanted */
    PC_INFLATE_END = 2,    /* the stream ended and its checks hold; src stands behind its last byte */
    PC_INFLATE_DICT = 3,   /* the zlib header names a dictionary: set it and call again */
    PC_INFLATE_ERROR = 4   /* pc_inflate_message says what is wrong; later calls give the same */
} pc_inflate_state;

/* Decodes from *src to *dst, moving both; what it returns is for good, no call need be repeated.
 *
 * [dst_begin, *dst) is the latest output of this same stream, still in place: history is copied directly
 * from there. What is older must be in the state: before the bytes of [dst_begin, *dst) go away (a fresh
 * buffer for the next call), the caller says so by pc_inflate_keep. So a caller whose output grows by
 * realloc passes its beginning every time and nothing is copied twice; one with a buffer for each call
 * passes dst_begin = *dst and keeps after each. Nothing at or behind dst_end is written, bytes between the
 * final *dst and dst_end may be.
 *
 * As in zlib, a call whose dst is full still takes the input up to the next byte of output: the end of
 * the stream is seen without room for more. */
pc_inflate_state pc_inflate_run(const pc_kernels *kernels, pc_inflate *s, const uint8_t **src,
                                const uint8_t *src_end, uint8_t *dst_begin, uint8_t **dst, uint8_t *dst_end);

/* Copies what later calls may refer to into the state: at most 32 KiB, from the end of [dst_begin, dst), the
 * range of the last call. */
void pc_inflate_keep(pc_inflate *s, const uint8_t *dst_begin, const uint8_t *dst);

/* zlib's own text of the error ("invalid distance too far back", ...); NULL if there is none. */
const char *pc_inflate_message(const pc_inflate *s);

/* The error as a status: PC_ERR_CHECKSUM for wrong checks of the contents, else PC_ERR_CORRUPT; PC_OK. */
pc_status pc_inflate_status(const pc_inflate *s);

/* Gives the dictionary. For zlib only when the state is PC_INFLATE_DICT, and its Adler-32 must be the one of
 * the header (else PC_ERR_CHECKSUM); for raw streams at any time between calls, as history that follows
 * what has been decoded, which must have been kept. Elsewhere PC_ERR_PARAM. */
pc_status pc_inflate_set_dictionary(const pc_kernels *kernels, pc_inflate *s, const uint8_t *dict, size_t n);

/* Which wrapping an AUTO stream turned out to have; AUTO as long as that is not known. */
pc_wrap pc_inflate_wrap(const pc_inflate *s);

/* One whole stream from one buffer into another: the fastest way. Nothing of the workspace
 * (pc_inflate_size() bytes, any contents) needs to be kept, but pc_inflate_message can be asked of it.
 * *src_used is what the stream took: the caller minds what follows. PC_ERR_DST_SIZE if the output is longer
 * than dst_cap, PC_ERR_TRUNCATED if the input ends before the stream does, PC_ERR_UNSUPPORTED if it wants a
 * dictionary. In every case *dst_len bytes were decoded well. */
pc_status pc_inflate_whole(const pc_kernels *kernels, pc_inflate *workspace, pc_wrap wrap, const uint8_t *src,
                           size_t src_len, size_t *src_used, uint8_t *dst, size_t dst_cap, size_t *dst_len);

#ifdef __cplusplus
}
#endif

#endif
