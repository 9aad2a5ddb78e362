/* What both directions of DEFLATE agree on with their callers. */
#ifndef PYCOMP_DEFLATE_FORMAT_H
#define PYCOMP_DEFLATE_FORMAT_H

#ifdef __cplusplus
extern "C" {
#endif

/* What stands around the DEFLATE blocks. */
typedef enum pc_wrap {
    PC_WRAP_RAW = 0,  /* nothing: RFC 1951 */
    PC_WRAP_ZLIB = 1, /* two bytes before, Adler-32 after: RFC 1950 */
    PC_WRAP_GZIP = 2, /* one gzip member: RFC 1952 */
    PC_WRAP_AUTO = 3  /* reading only: zlib or gzip, as the first two bytes say */
} pc_wrap;

enum { PC_WINDOW_BITS_MIN = 8, PC_WINDOW_BITS_MAX = 15 };

#ifdef __cplusplus
}
#endif

#endif
