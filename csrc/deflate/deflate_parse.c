/* The scalar twins of the parsers. */
#include "arch/variants.h"
#include "deflate/deflate_fast_common.h"
#include "deflate/deflate_optimal_common.h"

void pc_deflate_fast_scalar(struct pc_parse_job *job) { pc_parse_fast_body(job); }

void pc_deflate_lazy_scalar(struct pc_parse_job *job, unsigned ways, int lazy)
{
    pc_parse_lazy_switch(job, ways, lazy, pc_rows_mask_scalar);
}

uint32_t pc_deflate_collect_scalar(struct pc_parse_job *job, struct pc_path_room *room, unsigned ways)
{
    return pc_path_collect_switch(job, room, ways, pc_rows_mask_scalar);
}
