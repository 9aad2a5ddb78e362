/* The scalar twins of the parsers. */
#include "arch/variants.h"
#include "deflate/deflate_chain_common.h"
#include "match/extend.h"

#define PC_PAIR_COMMON(a, b) pc_match_extend(a, b, 0, PC_PAIR_COMPARED)
#define PC_PAIR_TARGET
#include "deflate/deflate_pair_common.h"

void pc_deflate_fast_scalar(struct pc_parse_job *job)
{
    const uint32_t before = job->at;
    pc_parse_pairs(job);
    if (job->at == before) pc_parse_fast_body(job);
}

void pc_deflate_chain_scalar(struct pc_parse_job *job, unsigned ahead) { pc_parse_chain_switch(job, ahead); }
