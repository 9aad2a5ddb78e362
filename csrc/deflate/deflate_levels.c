/* The levels: which parser, how hard it looks. Numbers chosen by the measurements of docs/design/0011. */
#include "deflate/deflate_levels.h"

#include <string.h>

#include "deflate/deflate_chain_common.h"
#include "deflate/deflate_fast_common.h"
#include "deflate/deflate_optimal.h"
#include "match/tree_common.h"

static const pc_level levels[] = {
    {PC_PARSER_STORED, {0, 0, 0, 0}},      {PC_PARSER_FAST, {1, 0, 0, 0}},
    {PC_PARSER_GREEDY, {5, 0, 60, 0}},     {PC_PARSER_GREEDY, {9, 0, 130, 0}},
    {PC_PARSER_GREEDY, {14, 0, 258, 0}},   {PC_PARSER_LAZY, {8, 3, 258, 0}},
    {PC_PARSER_LAZY, {16, 6, 258, 0}},     {PC_PARSER_LAZY, {60, 24, 258, 0}},
    {PC_PARSER_LAZY2, {80, 40, 258, 0}},   {PC_PARSER_LAZY2, {300, 150, 258, 0}},
    {PC_PARSER_OPTIMAL, {35, 0, 75, 1}},   {PC_PARSER_OPTIMAL, {100, 0, 150, 2}},
    {PC_PARSER_OPTIMAL, {300, 0, 258, 3}},
};

pc_level pc_deflate_level(int level) { return levels[level]; }

size_t pc_tables_size(const pc_level *level)
{
    switch (level->parser) {
    case PC_PARSER_FAST: return sizeof(pc_fast_tables);
    case PC_PARSER_GREEDY:
    case PC_PARSER_LAZY:
    case PC_PARSER_LAZY2: return sizeof(pc_chain_tables);
    case PC_PARSER_OPTIMAL: return sizeof(pc_tree);
    default: return 0;
    }
}

uint32_t pc_hash_bits(const pc_level *level, uint32_t n)
{
    enum { LEAST = 7 };
    if (level->parser == PC_PARSER_OPTIMAL) return PC_CHAIN_BITS; /* its tables have one size */
    const uint32_t most = level->parser == PC_PARSER_FAST ? PC_FAST_BITS : PC_CHAIN_BITS;
    return PC_MIN(PC_MAX(pc_log2_floor(n | 1) + 2, (uint32_t)LEAST), most);
}

void pc_tables_init(const pc_level *level, void *tables, uint32_t hash_bits)
{
    switch (level->parser) {
    case PC_PARSER_FAST: memset(tables, 0, pc_fast_clear(hash_bits)); break;
    case PC_PARSER_GREEDY:
    case PC_PARSER_LAZY:
    case PC_PARSER_LAZY2: pc_chain_clear(tables, hash_bits); break;
    case PC_PARSER_OPTIMAL: memset(tables, 0, PC_TREE_CLEAR); break;
    default: break;
    }
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
    case PC_PARSER_GREEDY:
    case PC_PARSER_LAZY:
    case PC_PARSER_LAZY2: kernels->deflate_chain(job, level->parser - PC_PARSER_GREEDY); break;
    case PC_PARSER_RUNS: parse_plain(job, 1); break;
    default: parse_plain(job, 0); break;
    }
}

void pc_parse_insert(const pc_level *level, struct pc_parse_job *job, uint32_t from, uint32_t to)
{
    switch (level->parser) {
    case PC_PARSER_FAST: pc_fast_insert(job, from, to); break;
    case PC_PARSER_GREEDY:
    case PC_PARSER_LAZY: pc_chain_insert(job, from, to, 0); break;
    case PC_PARSER_LAZY2: pc_chain_insert(job, from, to, 1); break;
    case PC_PARSER_OPTIMAL: pc_gather_insert(job, from, to); break;
    default: break;
    }
}
