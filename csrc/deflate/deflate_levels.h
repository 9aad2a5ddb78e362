/* What each level does. */
#ifndef PC_DEFLATE_LEVELS_H
#define PC_DEFLATE_LEVELS_H

#include "deflate/deflate_token_common.h"

typedef enum pc_parser {
    PC_PARSER_STORED,
    PC_PARSER_HUFFMAN, /* literals only */
    PC_PARSER_RUNS,    /* distance one only */
    PC_PARSER_FAST,    /* one probe */
    PC_PARSER_GREEDY,  /* hash chains */
    PC_PARSER_LAZY,    /* looks one place ahead */
    PC_PARSER_LAZY2,   /* and two */
    PC_PARSER_OPTIMAL
} pc_parser;

typedef struct pc_level {
    pc_parser parser;
    pc_effort effort;
} pc_level;

/* Level 0..12. */
pc_level pc_deflate_level(int level);

/* Bytes of a parser's tables, and their state before any input. */
size_t pc_tables_size(const pc_level *level);
void pc_tables_init(const pc_level *level, void *tables, uint32_t hash_bits);

/* Slots that n bytes are worth, as a power of two: less to clear before a short message. */
uint32_t pc_hash_bits(const pc_level *level, uint32_t n);

/* Parses from job->at on, until the stretch or the room for tokens ends. */
void pc_parse(const pc_kernels *kernels, const pc_level *level, struct pc_parse_job *job);

/* Enters src[from, to) into the tables as history. */
void pc_parse_insert(const pc_level *level, struct pc_parse_job *job, uint32_t from, uint32_t to);

#endif
