/* The constants of docs/formats/frame.md. */
#ifndef PC_ENTROPY_FRAME_COMMON_H
#define PC_ENTROPY_FRAME_COMMON_H

#include "base/compiler.h"

enum {
    PC_FRAME_VERSION = 1,
    /* A block's table costs some 60 bytes: nothing in a MiB, which still lets the statistics move. */
    PC_FRAME_BLOCK = 1 << 20,
    PC_FRAME_LENGTH_MAX = 10 /* bytes of a 64-bit integer in groups of seven bits */
};

typedef enum pc_frame_mode { PC_FRAME_RAW = 0, PC_FRAME_CONSTANT = 1, PC_FRAME_CODED = 2 } pc_frame_mode;

#endif
