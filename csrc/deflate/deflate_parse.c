/* The scalar twins of the parsers. */
#include "arch/variants.h"
#include "deflate/deflate_chain_common.h"
#include "deflate/deflate_fast_common.h"
#include "deflate/deflate_gather_common.h"
#include "match/rows_common.h"

void pc_deflate_fast_scalar(struct pc_parse_job *job) { pc_parse_fast_body(job); }

void pc_deflate_lazy_scalar(struct pc_parse_job *job, int lazy)
{
    if (lazy)
        pc_parse_chain_body(job, 1);
    else
        pc_parse_chain_body(job, 0);
}

uint32_t pc_deflate_collect_scalar(struct pc_parse_job *job, struct pc_path_room *room, unsigned ways)
{
    return pc_gather_switch(job, room, ways, pc_rows_mask_scalar);
}
