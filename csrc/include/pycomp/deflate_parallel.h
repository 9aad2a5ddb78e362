/* DEFLATE on several threads: one stream in blocks, and many independent streams at once.
 *
 * One stream: the input is cut into blocks of a fixed size. Each is compressed on its own with the 32 KiB
 * before it as history, which costs a few bytes a block, and ends on a byte (an empty stored block), so that
 * the pieces put one behind the other are a single DEFLATE stream. That is pigz's scheme (Mark Adler, 2007).
 * The bytes depend on the block size and not on the number of threads. */
#ifndef PYCOMP_DEFLATE_PARALLEL_H
#define PYCOMP_DEFLATE_PARALLEL_H

#include "pycomp/deflate.h"
#include "pycomp/inflate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of dst that pc_deflate_parallel wants for n bytes of input; SIZE_MAX if that does not fit. */
size_t pc_deflate_parallel_bound(const pc_deflate_params *params, size_t n, size_t block_size);

/* The raw stream of src[begin, end), with what stands before begin as history, last or to be continued. The
 * wrapping of params says which *check is taken of src[begin, end): CRC-32 for gzip and raw, else Adler-32.
 */
pc_status pc_deflate_parallel(const pc_kernels *kernels, const pc_deflate_params *params, const uint8_t *src,
                              size_t begin, size_t end, int last, size_t block_size, unsigned threads,
                              uint8_t *dst, size_t dst_cap, size_t *dst_len, uint32_t *check);

/* One of many streams. status, dst_len and src_used are results. */
typedef struct pc_stream_job {
    const uint8_t *src;
    size_t src_len;
    uint8_t *dst;
    size_t dst_cap;
    size_t src_used, dst_len;
    pc_status status;
} pc_stream_job;

/* Compresses each job's src to its dst, or decompresses. What goes wrong with one is in its status; the
 * result is PC_ERR_MEMORY or PC_OK. */
pc_status pc_deflate_batch(const pc_kernels *kernels, const pc_deflate_params *params, pc_stream_job *jobs,
                           size_t n, unsigned threads);
pc_status pc_inflate_batch(const pc_kernels *kernels, pc_wrap wrap, pc_stream_job *jobs, size_t n,
                           unsigned threads);

#ifdef __cplusplus
}
#endif

#endif
