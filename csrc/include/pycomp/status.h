/* What every fallible function returns. The Python layer maps each to an exception of
 * pycomp.errors. */
#ifndef PYCOMP_STATUS_H
#define PYCOMP_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pc_status {
    PC_OK = 0,
    PC_ERR_PARAM = 1,       /* the caller's arguments contradict each other or the function's contract */
    PC_ERR_DST_SIZE = 2,    /* the result does not fit in dst_cap */
    PC_ERR_TRUNCATED = 3,   /* the input ends before what its own fields announce */
    PC_ERR_CORRUPT = 4,     /* the input breaks a rule of its format */
    PC_ERR_CHECKSUM = 5,    /* decoded well, but not to the bytes that were encoded */
    PC_ERR_LIMIT = 6,       /* a size in the input exceeds the caller's limit */
    PC_ERR_UNSUPPORTED = 7, /* a version, method or dtype this build does not know */
    PC_ERR_MEMORY = 8,      /* the allocator had no more */
    PC_ERR_BASE = 9         /* differences to a base that is missing, or is another */
} pc_status;

/* A static, lower-case sentence without a full stop. */
const char *pc_status_text(pc_status status);

#ifdef __cplusplus
}
#endif

#endif
