/* Decompression from the middle: spans of a gzip file between points where a block begins and the history is
 * known. Spans are independent, so they go on several threads. */
#ifndef PYCOMP_INFLATE_SPAN_H
#define PYCOMP_INFLATE_SPAN_H

#include "pycomp/inflate.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pc_span_job {
    const uint8_t *src; /* if bits > 0, begins with the byte whose upper `bits` bits are the block's first */
    size_t src_len;
    unsigned bits;         /* 0..7 */
    const uint8_t *window; /* history before the block: the whole of it, or the last 32 KiB */
    size_t window_len;
    uint8_t *dst;
    size_t dst_len; /* exactly so many bytes are wanted; the end of a gzip member may lie among them */
    pc_status status;
} pc_span_job;

/* Goes on with a stream as pc_inflate_run does, but stops where a block begins: then *found, and the block's
 * first bits are the upper *bits (0..7) of the byte before *src. Takes the input byte by byte, so that
 * nothing is read ahead: for the last steps to a point only. Some blocks that begin and end inside a byte's
 * bits are passed over. */
pc_inflate_state pc_inflate_to_block(const pc_kernels *kernels, pc_inflate *s, const uint8_t **src,
                                     const uint8_t *src_end, uint8_t *dst_begin, uint8_t **dst,
                                     uint8_t *dst_end, int *found, unsigned *bits);

/* Decodes each span; what goes wrong with one is in its status. The result is PC_ERR_MEMORY or PC_OK. Inside
 * a member that began before the span there is no checksum to compare with. */
pc_status pc_inflate_spans(const pc_kernels *kernels, pc_span_job *jobs, size_t n, unsigned threads);

#ifdef __cplusplus
}
#endif

#endif
