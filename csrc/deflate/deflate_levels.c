/* The levels: which parser, how hard it looks. Numbers chosen by the measurements of docs/design/0011. */
#include "deflate/deflate_levels.h"

#include <string.h>

#include "deflate/deflate_chain_common.h"
#include "deflate/deflate_fast_common.h"
#include "deflate/deflate_gather_common.h"

static const pc_level levels[] = {
    {PC_PARSER_STORED, 0, {0, 0, 0, 0}},      {PC_PARSER_FAST, 0, {1, 0, 0, 0}},
    {PC_PARSER_GREEDY, 0, {6, 0, 12, 0}},     {PC_PARSER_GREEDY, 0, {10, 0, 20, 0}},
    {PC_PARSER_GREEDY, 0, {16, 0, 30, 0}},    {PC_PARSER_LAZY, 0, {16, 6, 40, 0}},
    {PC_PARSER_LAZY, 0, {34, 12, 90, 0}},     {PC_PARSER_LAZY, 0, {100, 40, 130, 0}},
    {PC_PARSER_OPTIMAL, 32, {32, 0, 48, 0}},  {PC_PARSER_OPTIMAL, 0, {16, 0, 60, 0}},
    {PC_PARSER_OPTIMAL, 0, {35, 0, 75, 1}},   {PC_PARSER_OPTIMAL, 0, {100, 0, 150, 2}},
    {PC_PARSER_OPTIMAL, 0, {300, 0, 258, 3}},
};

pc_level pc_deflate_level(int level) { return levels[level]; }

static size_t gather_size(const pc_level *level)
{
    return level->ways == PC_GATHER_TREE ? sizeof(pc_tree) : pc_deep_size(level->ways);
}

size_t pc_tables_size(const pc_level *level)
{
    switch (level->parser) {
    case PC_PARSER_FAST: return sizeof(uint16_t) << PC_FAST_BITS;
    case PC_PARSER_GREEDY:
    case PC_PARSER_LAZY: return pc_chain_size();
    case PC_PARSER_OPTIMAL: return gather_size(level);
    default: return 0;
    }
}

uint32_t pc_hash_bits(const pc_level *level, uint32_t n)
{
    enum { LEAST = 10 };
    if (level->parser == PC_PARSER_OPTIMAL) return PC_CHAIN_BITS; /* its tables have one size */
    const uint32_t most = level->parser == PC_PARSER_FAST ? PC_FAST_BITS : PC_CHAIN_BITS;
    return PC_MIN(PC_MAX(pc_log2_floor(n | 1) + 2, (uint32_t)LEAST), most);
}

void pc_tables_init(const pc_level *level, void *tables, uint32_t hash_bits)
{
    const pc_chain chain = pc_chain_at(tables);
    switch (level->parser) {
    case PC_PARSER_FAST: memset(tables, 0, sizeof(uint16_t) << hash_bits); break;
    case PC_PARSER_GREEDY:
    case PC_PARSER_LAZY:
        chain.links[0] = 0;
        memset(chain.triples, 0, sizeof(uint16_t) << PC_CHAIN_TRIPLE_BITS);
        memset(chain.heads, 0, sizeof(uint16_t) << hash_bits);
        break;
    case PC_PARSER_OPTIMAL:
        memset(tables, 0, level->ways == PC_GATHER_TREE ? PC_TREE_CLEAR : pc_deep_clear_size(level->ways));
        break;
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
    case PC_PARSER_GREEDY: kernels->deflate_lazy(job, 0); break;
    case PC_PARSER_LAZY: kernels->deflate_lazy(job, 1); break;
    case PC_PARSER_RUNS: parse_plain(job, 1); break;
    default: parse_plain(job, 0); break;
    }
}

static void gather_insert(const pc_level *level, struct pc_parse_job *job, uint32_t from, uint32_t to)
{
    if (level->ways == PC_GATHER_TREE) {
        pc_tree_catch_up(job, job->tables);
        pc_tree_insert(job, from, to);
    } else {
        pc_deep_insert(job, from, to, level->ways);
    }
}

void pc_parse_insert(const pc_level *level, struct pc_parse_job *job, uint32_t from, uint32_t to)
{
    switch (level->parser) {
    case PC_PARSER_FAST: pc_fast_insert(job, from, to); break;
    case PC_PARSER_GREEDY:
    case PC_PARSER_LAZY: pc_chain_insert(job, from, to); break;
    case PC_PARSER_OPTIMAL: gather_insert(level, job, from, to); break;
    default: break;
    }
}
