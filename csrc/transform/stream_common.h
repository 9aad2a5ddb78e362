/* Results that do not fit a cache by far.
 *
 * A store into memory that is in no cache first reads the line it is about to overwrite, and later pushes out
 * another. Stores around the cache do neither: writing 16 MiB takes 1.6 instead of 2.8 ms, and reading the
 * result afterwards no longer, for most of it would not have been in the cache either. They want whole lines
 * in a row, which kernels rarely produce; so these go on writing to a buffer in L1, from where the driver has
 *
 *     stream_copy(dst, src, n)   n bytes, apart from each other
 *     stream_end()               at the end of a job: all before whatever tells another thread that it is
 * done
 *
 * take them. Below PC_STREAM_FROM bytes of a result drivers write as ever: a caller that goes on with the
 * result finds it in the cache. */
#ifndef PC_TRANSFORM_STREAM_COMMON_H
#define PC_TRANSFORM_STREAM_COMMON_H

/* Several times a core's L2, and as much of a last-level cache as a core may call its own. */
enum { PC_STREAM_FROM = 8 << 20 };

#endif
