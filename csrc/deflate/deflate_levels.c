/* The levels: which parser, how hard it looks. Numbers chosen by the measurements of docs/design/0011. */
#include "deflate/deflate_levels.h"

#include <string.h>

#include "deflate/deflate_fast_common.h"
#include "deflate/deflate_lazy_common.h"

static const pc_level levels[] = {
    {PC_PARSER_STORED, 0, {0, 0, 0, 0}},      {PC_PARSER_FAST, 0, {1, 0, 0, 0}},
    {PC_PARSER_GREEDY, 16, {4, 1, 16, 0}},    {PC_PARSER_GREEDY, 16, {8, 1, 24, 0}},
    {PC_PARSER_GREEDY, 16, {16, 1, 48, 0}},   {PC_PARSER_LAZY, 16, {16, 8, 40, 0}},
    {PC_PARSER_LAZY, 32, {32, 16, 80, 0}},    {PC_PARSER_LAZY, 64, {64, 32, 130, 0}},
    {PC_PARSER_OPTIMAL, 16, {16, 0, 32, 0}},  {PC_PARSER_OPTIMAL, 32, {32, 0, 48, 0}},
    {PC_PARSER_OPTIMAL, 64, {64, 0, 128, 2}}, {PC_PARSER_OPTIMAL, 64, {64, 0, 160, 4}},
    {PC_PARSER_OPTIMAL, 64, {64, 0, 258, 8}},
};

pc_level pc_deflate_level(int level) { return levels[level]; }

size_t pc_tables_size(const pc_level *level)
{
    switch (level->parser) {
    case PC_PARSER_FAST: return sizeof(uint16_t) << PC_FAST_BITS;
    case PC_PARSER_GREEDY:
    case PC_PARSER_LAZY:
    case PC_PARSER_OPTIMAL: return pc_lazy_size(level->ways);
    default: return 0;
    }
}

void pc_tables_init(const pc_level *level, void *tables)
{
    int rows = level->parser >= PC_PARSER_GREEDY;
    memset(tables, 0, rows ? pc_lazy_clear_size(level->ways) : pc_tables_size(level));
}

/* zlib's Z_HUFFMAN_ONLY and Z_RLE. */
static void parse_plain(struct pc_parse_job *job, int runs)
{
    uint32_t i = job->at, *out = job->tokens + job->count,
             *out_end = job->tokens + job->cap - PC_TOKEN_MARGIN;
    while (i < job->n && out < out_end) {
        if (runs && i + job->history > 0) {
            const uint8_t *here = job->src + i;
            uint32_t length = pc_match_extend(here, here - 1, 0, PC_MIN(job->n - i, (uint32_t)PC_MATCH_MAX));
            if (length >= PC_MATCH_MIN) {
                *out++ = pc_token_match(length, 1);
                i += length;
                continue;
            }
        }
        *out++ = job->src[i++];
    }
    job->at = i;
    job->count = (uint32_t)(out - job->tokens);
}

void pc_parse(const pc_kernels *kernels, const pc_level *level, struct pc_parse_job *job)
{
    switch (level->parser) {
    case PC_PARSER_FAST: kernels->deflate_fast(job); break;
    case PC_PARSER_GREEDY: kernels->deflate_lazy(job, level->ways, 0); break;
    case PC_PARSER_LAZY: kernels->deflate_lazy(job, level->ways, 1); break;
    case PC_PARSER_RUNS: parse_plain(job, 1); break;
    default: parse_plain(job, 0); break;
    }
}

void pc_parse_insert(const pc_level *level, struct pc_parse_job *job, uint32_t from, uint32_t to)
{
    switch (level->parser) {
    case PC_PARSER_FAST: pc_fast_insert(job, from, to); break;
    case PC_PARSER_GREEDY:
    case PC_PARSER_LAZY:
    case PC_PARSER_OPTIMAL: pc_lazy_insert(job, from, to, level->ways); break;
    default: break;
    }
}
