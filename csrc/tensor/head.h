/* Offsets of the fields that every head starts with. The checksum is the low half of the head's XXH3-64
 * taken with the checksum's own bytes 0. */
#ifndef PC_TENSOR_HEAD_H
#define PC_TENSOR_HEAD_H

enum {
    PC_HEAD_VERSION = 0,
    PC_HEAD_DTYPE = 1,
    PC_HEAD_METHOD = 2,
    PC_HEAD_CODER = 3,
    PC_HEAD_FLAGS = 4,
    PC_HEAD_ROW_GROUPS = 5,
    PC_HEAD_COL_GROUPS = 6,
    PC_HEAD_TABLES = 7,
    PC_HEAD_SIZE = 8,
    PC_HEAD_COLS = 16,
    PC_HEAD_WINDOW = 20,
    PC_HEAD_LENGTH = 24,
    PC_HEAD_CHECKSUM = 28,
    PC_HEAD_FIXED = 32
};

#endif
