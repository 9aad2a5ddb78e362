/* Where one block ends and the next begins. */
#ifndef PC_DEFLATE_SPLIT_H
#define PC_DEFLATE_SPLIT_H

#include "deflate/deflate_block.h"

enum { PC_SPLIT_MAX = 16 }; /* blocks of one group of tokens at most */

typedef struct pc_split_room {
    pc_symbol_counts segments[PC_SPLIT_MAX];
} pc_split_room;

/* Joins segments into blocks: counted in room, segment i ending at token ends[i]. Afterwards both describe
 * the blocks. Returns their number. */
unsigned pc_split(pc_split_room *room, unsigned segments, uint32_t ends[PC_SPLIT_MAX]);

#endif
