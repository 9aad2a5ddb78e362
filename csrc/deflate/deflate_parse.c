/* The scalar twins of the parsers. */
#include "arch/variants.h"
#include "deflate/deflate_chain_common.h"
#include "deflate/deflate_fast_common.h"

void pc_deflate_fast_scalar(struct pc_parse_job *job) { pc_parse_fast_body(job); }

void pc_deflate_chain_scalar(struct pc_parse_job *job, unsigned ahead) { pc_parse_chain_switch(job, ahead); }
