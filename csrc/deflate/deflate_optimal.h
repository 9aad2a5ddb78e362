/* The near-optimal parser's side of a group: see deflate_optimal.c. */
#ifndef PC_DEFLATE_OPTIMAL_H
#define PC_DEFLATE_OPTIMAL_H

#include "deflate/deflate_block.h"
#include "deflate/deflate_optimal_common.h"

/* The matches of the places from job->at, until PC_PATH_BYTES, the room for lists or the stretch end. Returns
 * how many places. Inside a match of at least `nice` bytes nothing is looked for. */
uint32_t pc_gather(const struct pc_parse_job *job, struct pc_path_room *room);

/* Enters src[from, to) into the trees as history. */
void pc_gather_insert(const struct pc_parse_job *job, uint32_t from, uint32_t to);

/* Prices before anything is known, from the bytes of the input. */
void pc_path_guess(pc_path_prices *prices, const uint8_t *src, uint32_t n);
void pc_path_learn(pc_path_prices *prices, const pc_symbol_counts *counts);
void pc_path_static(pc_path_prices *prices); /* those of the static code */

/* The cheapest way from place `from` to place `to` of the room, as tokens; returns their number. */
uint32_t pc_path_find(const pc_kernels *kernels, struct pc_path_room *room, const uint8_t *src, uint32_t from,
                      uint32_t to, uint32_t *tokens);

#endif
