/* The stream around the blocks: wrappers, flushes, and how input becomes stretches.
 *
 * Input is gathered until a stretch of fixed length is full and at least one byte follows, or a flush ends
 * it. Only then is it parsed, with 32 KiB of history before it: so where calls cut the input can't show in
 * the output, a parser never waits for bytes, and a whole buffer is parsed in place by the same steps. A
 * stretch is parsed in groups of as many tokens as there is room for; each group becomes one block or
 * several.
 *
 * Output goes straight to the caller while there is room for the longest possible group, else to a buffer
 * from which calls drain it. */
#include <string.h>

#include "base/checked.h"
#include "deflate/deflate_block.h"
#include "deflate/deflate_levels.h"
#include "deflate/deflate_optimal.h"
#include "deflate/deflate_prices.h"
#include "deflate/deflate_split.h"
#include "pycomp/adler32.h"
#include "pycomp/crc32.h"
#include "pycomp/deflate.h"

enum {
    STRETCH_TOKENS = 4,     /* bytes of a stretch for each token of room: text gives a token to 3..5 bytes */
    SEGMENT_MIN = 2048,     /* tokens; headers of smaller blocks seldom pay */
    SEGMENT_PATH = 1024,    /* the same where a block's path follows its own prices: more to gain */
    SPLIT_FAST = 4,         /* segments of a group at level 1, which has little time to choose among them */
    PATH_SHORT = 1 << 14,   /* bytes: see find_short */
    WINDOW_SPARE = 1 << 16, /* history moves down once in so many bytes, not at every flush */
    BLOCK_OVERHEAD = 6,     /* a stored block: up to seven bits waiting, three of its own, two lengths */
    MARKER_MAX = 24         /* an end of stream or a flush, and the eight bytes that a store may touch */
};

struct pc_deflate {
    pc_deflate_params params;
    pc_level level;
    uint32_t stretch, tokens, segment, group_max; /* bytes, tokens, tokens, bytes of output */
    uint32_t window_size;                         /* bytes before `pending` in memory */
    uint32_t hash_bits;                           /* of the tables; 0: not begun */
    uint32_t check, dict_check;
    uint64_t total, bits; /* bytes taken into blocks; bits waiting */
    uint32_t bit_count, history, origin;
    uint32_t begin, filled, at; /* the stretch in the window, its bytes so far, those parsed */
    uint32_t pending_at, pending_len;
    int32_t last_flush;
    pc_prices prices;
    uint8_t started, has_dict, active, marked, finished;
    size_t window, pending, token_room, split_room, path_room, tables, size;
};

static int valid(const pc_deflate_params *p)
{
    if (p->level < 0 || p->level > PC_DEFLATE_MAX_LEVEL || p->mem_level < 1 || p->mem_level > 9) return 0;
    if (p->window_bits < 8 || p->window_bits > 15 || p->strategy < 0 || p->strategy > PC_STRATEGY_FIXED)
        return 0;
    if (p->wrap != PC_WRAP_RAW && p->wrap != PC_WRAP_ZLIB && p->wrap != PC_WRAP_GZIP) return 0;
    return p->window_bits > 8 || p->wrap == PC_WRAP_ZLIB;
}

/* Blocks that a group may be split into. */
static uint32_t blocks_of_group(const struct pc_deflate *s)
{
    return s->level.parser == PC_PARSER_OPTIMAL ? PC_SPLIT_MAX : s->tokens / s->segment + 2;
}

/* Sizes and places of everything, from the parameters. */
static void lay_out(struct pc_deflate *s, const pc_deflate_params *p)
{
    memset(s, 0, sizeof *s);
    s->params = *p;
    s->level = pc_deflate_level(p->level);
    if (p->level > 0 && p->strategy == PC_STRATEGY_HUFFMAN_ONLY) s->level.parser = PC_PARSER_HUFFMAN;
    if (p->level > 0 && p->strategy == PC_STRATEGY_RLE) s->level.parser = PC_PARSER_RUNS;
    s->tokens = 1u << (p->mem_level + 8);
    s->stretch = p->level == 0 ? PC_STORED_MAX : s->tokens * STRETCH_TOKENS;
    const uint32_t most = s->level.parser == PC_PARSER_FAST ? SPLIT_FAST : PC_SPLIT_MAX;
    s->segment = PC_MAX(s->tokens / most, (uint32_t)SEGMENT_MIN);
    uint32_t blocks = blocks_of_group(s) + s->stretch / PC_STORED_MAX + 1;
    s->group_max = s->stretch + BLOCK_OVERHEAD * blocks + 16;
    s->window_size = PC_DISTANCE_MAX + s->stretch + WINDOW_SPARE;
    size_t at = pc_round_up(sizeof *s, 64), token_places = s->tokens + 4 * PC_TOKEN_MARGIN;
    if (s->level.parser == PC_PARSER_OPTIMAL) token_places = PC_PATH_BYTES + 4 * PC_TOKEN_MARGIN;
    s->pending = at;
    at += pc_round_up(s->group_max + MARKER_MAX, 64);
    s->window = at;
    at += pc_round_up(s->window_size + 8, 64);
    s->token_room = at;
    at += p->level == 0 ? 0 : sizeof(uint32_t) * token_places;
    s->split_room = at;
    at += p->level == 0 ? 0 : pc_round_up(sizeof(pc_split_room), 64);
    s->path_room = at;
    at += s->level.parser == PC_PARSER_OPTIMAL ? pc_round_up(sizeof(struct pc_path_room), 64) : 0;
    s->tables = at;
    s->size = at + pc_tables_size(&s->level);
}

static void *room(struct pc_deflate *s, size_t offset) { return (uint8_t *)s + offset; }

size_t pc_deflate_size(const pc_deflate_params *params)
{
    struct pc_deflate s;
    if (!valid(params)) return 0;
    lay_out(&s, params);
    return s.size;
}

pc_status pc_deflate_init(pc_deflate *s, const pc_deflate_params *params)
{
    if (!valid(params)) return PC_ERR_PARAM;
    lay_out(s, params);
    if (s->params.window_bits == 8) s->params.window_bits = 9;
    s->check = params->wrap == PC_WRAP_GZIP ? 0 : 1;
    s->begin = PC_DISTANCE_MAX;
    s->origin = PC_DISTANCE_MAX + 1; /* out of reach of position 0, which tables not written name */
    s->last_flush = -2;              /* weaker than any */
    return PC_OK;
}

uint32_t pc_deflate_check(const pc_deflate *s) { return s->check; }

size_t pc_deflate_bound(const pc_deflate_params *params, size_t n)
{
    struct pc_deflate s;
    if (!valid(params)) return 0;
    lay_out(&s, params);
    /* Each group but the last of a stretch has all but a few of its tokens, so as many bytes at least. */
    size_t groups =
        params->level == 0 ? n / s.stretch + 1 : n / (s.tokens - 2 * PC_TOKEN_MARGIN) + n / s.stretch + 2;
    size_t blocks = blocks_of_group(&s) + 1, extra, bound;
    if (!pc_mul_size(groups, blocks * BLOCK_OVERHEAD, &extra) || !pc_add_size(n, extra, &bound) ||
        !pc_add_size(bound, n / PC_STORED_MAX * BLOCK_OVERHEAD, &bound) ||
        !pc_add_size(bound, PC_DEFLATE_HEADER_MAX + PC_DEFLATE_TRAILER_MAX + MARKER_MAX, &bound))
        return SIZE_MAX;
    return bound;
}

/* One piece of input in place. */
typedef struct {
    const uint8_t *src;
    uint32_t n, history;
} stretch_view;

static uint32_t window_of(const pc_deflate_params *p) { return 1u << PC_MAX(p->window_bits, 9u); }

static void open_job(struct pc_deflate *s, const stretch_view *view, struct pc_parse_job *job)
{
    *job = (struct pc_parse_job){
        .src = view->src,
        .n = view->n,
        .at = s->at,
        .history = view->history,
        .window = window_of(&s->params),
        .origin = s->origin,
        .min_match = s->params.strategy == PC_STRATEGY_FILTERED ? 6 : PC_MATCH_MIN, /* zlib's TOO_FAR rule */
        .tokens = room(s, s->token_room),
        .cap = s->tokens,
        .effort = s->level.effort,
        .prices = &s->prices,
        .tables = room(s, s->tables),
        .hash_bits = s->hash_bits,
    };
}

/* Opens a job with tables large enough for what is known to come: a stretch and its history. Larger ones
 * begin anew, with that history. */
static void open_tables(struct pc_deflate *s, const stretch_view *view, struct pc_parse_job *job)
{
    const uint32_t bits = pc_hash_bits(&s->level, view->history + view->n), history = view->history;
    const int grow = bits > s->hash_bits;
    if (grow) {
        s->hash_bits = bits;
        pc_tables_init(&s->level, room(s, s->tables), bits);
    }
    open_job(s, view, job);
    if (grow && history != 0) {
        struct pc_parse_job before = *job;
        before.src -= history;
        before.origin -= history;
        before.n = history;
        pc_parse_insert(&s->level, &before, 0, history);
    }
}

/* Tokens of the next group, counted by segments; returns the number of segments. */
static unsigned parse_group(const pc_kernels *kernels, struct pc_deflate *s, struct pc_parse_job *job,
                            int last, pc_split_room *split, uint32_t ends[PC_SPLIT_MAX])
{
    const uint32_t segment = PC_MIN(s->segment, s->tokens);
    unsigned segments = 0;
    if (s->level.parser >= PC_PARSER_GREEDY && s->total + job->at == 0)
        pc_prices_guess(&s->prices, job->src, job->n);
    job->room = s->tokens;
    for (uint32_t done = 0;
         job->at < job->n && segments < PC_SPLIT_MAX && (done == 0 || done + segment / 2 <= s->tokens);) {
        job->cap = PC_MIN(job->count + segment, s->tokens + 3 * PC_TOKEN_MARGIN) + PC_TOKEN_MARGIN;
        pc_parse(kernels, &s->level, job);
        while (done < job->count) { /* level 1 may have gone on for several segments */
            const uint32_t left = job->count - done;
            const int rest = left < segment + segment / 2 || segments + 1 == PC_SPLIT_MAX;
            const uint32_t n = rest ? left : segment;
            pc_count_tokens(job->tokens + done, n, split->segments + segments);
            ends[segments++] = done += n;
        }
        if (s->level.parser >= PC_PARSER_GREEDY && !(last && job->at == job->n))
            pc_prices_learn(&s->prices, split->segments + segments - 1);
    }
    return segments;
}

static uint32_t bytes_of(const uint32_t *tokens, uint32_t n)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < n; i++) bytes += pc_token_bytes(tokens[i]);
    return bytes;
}

/* The tokens of a block of a short group. Prices of few symbols are hearsay, and don't lead to a static block
 * where that is smaller: so its prices are tried as well, and the smallest of all passes is kept. */
static void find_short(const pc_kernels *kernels, struct pc_deflate *s, struct pc_path_room *path,
                       const uint8_t *src, uint32_t at, pc_block *block, pc_symbol_counts *counts,
                       uint32_t *tokens)
{
    const unsigned passes = PC_MAX(s->level.effort.passes, 1u);
    uint32_t least = UINT32_MAX, *spare = tokens + PATH_SHORT;
    pc_symbol_counts latest = *counts;
    for (unsigned pass = 0; pass <= passes; pass++) {
        if (pass < passes)
            pc_path_learn(&path->prices, &latest);
        else
            pc_path_static(&path->prices);
        const uint32_t n = pc_path_find(kernels, path, src, at, at + block->bytes, spare);
        pc_count_tokens(spare, n, &latest);
        const uint32_t bits = PC_MIN(pc_block_estimate(&latest), pc_block_static_bits(&latest));
        if (bits >= least) continue;
        least = bits;
        *counts = latest;
        block->tokens = spare;
        block->count = n;
        spare = spare == tokens ? tokens + PATH_SHORT : tokens;
    }
}

/* Whether fewer than one byte in sixteen is saved as a token: then prices have little to decide, and one pass
 * by the block's own is as good as more. */
static int hardly_matches(const pc_block *block) { return block->count >= block->bytes - block->bytes / 16; }

/* The near-optimal parser's group: a path through all of it, split, and each block's path by its own prices.
 */
static void write_path(const pc_kernels *kernels, struct pc_deflate *s, const stretch_view *view, int last,
                       struct pc_bit_writer *w)
{
    struct pc_parse_job job;
    uint32_t ends[PC_SPLIT_MAX], lengths[PC_SPLIT_MAX], at = 0;
    pc_split_room *split = room(s, s->split_room);
    struct pc_path_room *path = room(s, s->path_room);
    open_tables(s, view, &job);
    const uint8_t *src = view->src + s->at;
    if (s->total + s->at == 0) pc_path_guess(&path->prices, src, view->n);
    uint32_t n = pc_gather(&job, path);
    uint32_t count = pc_path_find(kernels, path, src, 0, n, job.tokens);
    uint32_t segment = PC_MAX(count / PC_SPLIT_MAX, (uint32_t)SEGMENT_PATH);
    unsigned segments = PC_MAX(count / segment, 1u);
    for (unsigned i = 0; i < segments; i++) {
        ends[i] = i + 1 == segments ? count : (i + 1) * segment;
        pc_count_tokens(job.tokens + i * segment, ends[i] - i * segment, split->segments + i);
    }
    unsigned blocks = pc_split(split, segments, ends);
    for (unsigned b = 0, from = 0; b < blocks; from = ends[b++])
        lengths[b] = bytes_of(job.tokens + from, ends[b] - from);
    for (unsigned b = 0; b < blocks; b++) {
        const uint32_t from = b == 0 ? 0 : ends[b - 1];
        pc_block block = {job.tokens + from, src + at, ends[b] - from, lengths[b], 0, 0};
        pc_symbol_counts *counts = split->segments + b;
        if (n < PATH_SHORT) {
            find_short(kernels, s, path, src, at, &block, counts, job.tokens);
        } else {
            const unsigned passes = hardly_matches(&block) ? 1 : s->level.effort.passes;
            for (unsigned pass = 0; pass < passes; pass++) {
                pc_path_learn(&path->prices, counts);
                block.count = pc_path_find(kernels, path, src, at, at + lengths[b], job.tokens);
                block.tokens = job.tokens; /* in place of the first path's, which were only to be counted */
                pc_count_tokens(job.tokens, block.count, counts);
            }
        }
        if (b + 1 == blocks) pc_path_learn(&path->prices, counts);
        block.last = last && b + 1 == blocks && s->at + n == view->n;
        block.fixed_only = s->params.strategy == PC_STRATEGY_FIXED;
        pc_block_write(kernels, &block, counts, w);
        at += lengths[b];
    }
    s->at += n;
}

/* Parses and writes the next group of the view; at most group_max bytes. */
static void write_group(const pc_kernels *kernels, struct pc_deflate *s, const stretch_view *view, int last,
                        struct pc_bit_writer *w)
{
    if (s->level.parser == PC_PARSER_STORED) {
        pc_block_write_stored(view->src + s->at, view->n - s->at, last, w);
        s->at = view->n;
        return;
    }
    if (s->level.parser == PC_PARSER_OPTIMAL) {
        write_path(kernels, s, view, last, w);
        return;
    }
    struct pc_parse_job job;
    uint32_t ends[PC_SPLIT_MAX], from = 0, at = s->at;
    pc_split_room *split = room(s, s->split_room);
    open_tables(s, view, &job);
    unsigned blocks = pc_split(split, parse_group(kernels, s, &job, last, split, ends), ends);
    for (unsigned b = 0; b < blocks; from = ends[b++]) {
        pc_block block = {.tokens = job.tokens + from, .src = view->src + at, .count = ends[b] - from};
        block.bytes = b + 1 == blocks ? job.at - at : bytes_of(block.tokens, block.count);
        block.last = last && b + 1 == blocks && job.at == view->n;
        block.fixed_only = s->params.strategy == PC_STRATEGY_FIXED;
        pc_block_write(kernels, &block, split->segments + b, w);
        at += block.bytes;
    }
    s->at = job.at;
}

static void take_check(const pc_kernels *kernels, struct pc_deflate *s, const uint8_t *src, uint32_t n)
{
    if (s->params.wrap == PC_WRAP_ZLIB) s->check = pc_adler32(kernels, s->check, src, n);
    if (s->params.wrap == PC_WRAP_GZIP) s->check = pc_crc32(kernels, s->check, src, n);
    s->total += n;
}

static struct pc_bit_writer open_writer(const struct pc_deflate *s, uint8_t *p)
{
    return (struct pc_bit_writer){p, s->bits, s->bit_count};
}

static void close_writer(struct pc_deflate *s, const struct pc_bit_writer *w)
{
    s->bits = w->bits;
    s->bit_count = w->count;
}

static void drain(struct pc_deflate *s, uint8_t **dst, uint8_t *dst_end)
{
    size_t n = PC_MIN((size_t)(dst_end - *dst), (size_t)(s->pending_len - s->pending_at));
    if (n != 0) memcpy(*dst, (uint8_t *)room(s, s->pending) + s->pending_at, n);
    *dst += n;
    s->pending_at += (uint32_t)n;
    if (s->pending_at == s->pending_len) s->pending_at = s->pending_len = 0;
}

/* The next group, to dst if it is sure to fit, else through the pending buffer, which is empty. */
static void next_group(const pc_kernels *kernels, struct pc_deflate *s, const stretch_view *view, int last,
                       uint8_t **dst, uint8_t *dst_end)
{
    uint8_t *pending = room(s, s->pending);
    int direct = (size_t)(dst_end - *dst) >= s->group_max;
    uint32_t from = s->at;
    struct pc_bit_writer w = open_writer(s, direct ? *dst : pending);
    write_group(kernels, s, view, last, &w);
    take_check(kernels, s, view->src + from, s->at - from);
    close_writer(s, &w);
    if (direct)
        *dst = w.p;
    else
        s->pending_len = (uint32_t)(w.p - pending);
    drain(s, dst, dst_end);
}

size_t pc_deflate_header(const pc_deflate_params *p, uint8_t dst[PC_DEFLATE_HEADER_MAX])
{
    int quick = p->level < 2 || p->strategy >= PC_STRATEGY_HUFFMAN_ONLY;
    if (p->wrap == PC_WRAP_GZIP) {
        /* RFC 1952: no flags, no time, the compressor's effort, Unix. */
        const uint8_t header[10] = {
            PC_GZIP_ID1, PC_GZIP_ID2, PC_METHOD_DEFLATE, 0, 0, 0, 0, 0, p->level >= 9 ? 2 : quick ? 4 : 0, 3};
        memcpy(dst, header, sizeof header);
        return sizeof header;
    }
    if (p->wrap != PC_WRAP_ZLIB) return 0;
    unsigned effort = quick ? 0 : p->level < 6 ? 1 : p->level == 6 ? 2 : 3;
    unsigned header = (PC_METHOD_DEFLATE | (PC_MAX(p->window_bits, 9u) - 8) << 4) << 8 | effort << 6;
    header += 31 - header % 31;
    dst[0] = (uint8_t)(header >> 8);
    dst[1] = (uint8_t)header;
    return 2;
}

static void put_big_endian(uint8_t *dst, uint32_t x)
{
    for (unsigned i = 0; i < 4; i++) dst[i] = (uint8_t)(x >> (24 - 8 * i));
}

size_t pc_deflate_trailer(const pc_deflate_params *p, uint32_t check, uint64_t n,
                          uint8_t dst[PC_DEFLATE_TRAILER_MAX])
{
    if (p->wrap == PC_WRAP_GZIP) {
        pc_store32(dst, check);
        pc_store32(dst + 4, (uint32_t)n);
        return 8;
    }
    if (p->wrap == PC_WRAP_ZLIB) put_big_endian(dst, check);
    return p->wrap == PC_WRAP_ZLIB ? 4 : 0;
}

static void start(struct pc_deflate *s)
{
    uint8_t *pending = room(s, s->pending);
    size_t n = pc_deflate_header(&s->params, pending);
    if (s->has_dict) { /* RFC 1950: a flag, and the dictionary's checksum */
        unsigned header = (unsigned)pending[0] << 8 | (pending[1] & ~31u) | PC_ZLIB_DICTIONARY;
        pending[1] = (uint8_t)(header + 31 - header % 31);
        put_big_endian(pending + n, s->dict_check);
        n += 4;
    }
    s->pending_len = (uint32_t)n;
    s->started = 1;
}

/* Ends the stretch: its bytes become history. */
static void close_stretch(struct pc_deflate *s, uint32_t n)
{
    s->origin += n;
    s->history = PC_MIN(s->history + n, (uint32_t)PC_DISTANCE_MAX);
    s->at = 0;
}

/* What a flush adds after the blocks, to the pending buffer. */
static void mark(struct pc_deflate *s, pc_flush flush)
{
    uint8_t *pending = room(s, s->pending), *begin = pending + s->pending_len;
    struct pc_bit_writer w = open_writer(s, begin);
    if (flush == PC_PARTIAL_FLUSH) pc_put(&w, PC_BLOCK_FIXED << 1, 10); /* no tokens, seven zeros end it */
    if (flush == PC_SYNC_FLUSH || flush == PC_FULL_FLUSH) pc_block_write_stored(NULL, 0, 0, &w);
    if (flush == PC_FULL_FLUSH) s->history = 0;
    if (flush == PC_FINISH) {
        if (w.count != 0) pc_put(&w, 0, 8 - w.count);
        w.p += pc_deflate_trailer(&s->params, s->check, s->total, w.p);
        s->finished = 1;
    }
    close_writer(s, &w);
    s->pending_len = (uint32_t)(w.p - pending);
    s->marked = 1;
}

/* A last block for a stream whose input ended with a block already written, or never began. */
static void write_empty_last(struct pc_deflate *s)
{
    uint8_t *pending = room(s, s->pending);
    struct pc_bit_writer w = open_writer(s, pending);
    if (s->level.parser == PC_PARSER_STORED)
        pc_block_write_stored(NULL, 0, 1, &w);
    else
        pc_put(&w, 1 | PC_BLOCK_FIXED << 1, 10);
    close_writer(s, &w);
    s->pending_len = (uint32_t)(w.p - pending);
}

/* Input into the window, as much as there is room for: a stretch and one byte. */
static void gather(struct pc_deflate *s, const uint8_t **src, const uint8_t *src_end)
{
    uint8_t *window = room(s, s->window);
    if (s->begin + s->stretch + 1 > s->window_size) {
        memmove(window + PC_DISTANCE_MAX - s->history, window + s->begin - s->history,
                s->history + s->filled);
        s->begin = PC_DISTANCE_MAX;
    }
    size_t n = PC_MIN((size_t)(src_end - *src), (size_t)(s->stretch + 1 - s->filled));
    if (n != 0) memcpy(window + s->begin + s->filled, *src, n);
    *src += n;
    s->filled += (uint32_t)n;
}

/* zlib's order of flushes by strength: BLOCK is barely more than none. */
static int strength(int32_t flush) { return 2 * flush - (flush > PC_FINISH ? 9 : 0); }

pc_status pc_deflate_run(const pc_kernels *kernels, pc_deflate *s, const uint8_t **src,
                         const uint8_t *src_end, uint8_t **dst, uint8_t *dst_end, pc_flush flush, int *done)
{
    *done = 0;
    if (flush < PC_NO_FLUSH || flush >= PC_TREES_FLUSH) return PC_ERR_PARAM;
    if (s->finished && (*src != src_end || flush != PC_FINISH)) return PC_ERR_PARAM;
    if (!s->started) start(s);
    drain(s, dst, dst_end);
    if (flush == PC_FINISH
            ? !s->finished
            : *src != src_end || s->filled != 0 || strength((int32_t)flush) > strength(s->last_flush))
        s->active = 1;
    while (s->active && s->pending_len == 0 && !s->marked) {
        gather(s, src, src_end);
        uint32_t n = PC_MIN(s->filled, s->stretch);
        int all = *src == src_end && s->filled <= s->stretch; /* of the input is in this stretch */
        if (all && flush == PC_NO_FLUSH) break;
        if (s->at < n) {
            stretch_view view = {(uint8_t *)room(s, s->window) + s->begin, n, s->history};
            next_group(kernels, s, &view, all && flush == PC_FINISH, dst, dst_end);
        } else if (n == 0 && flush == PC_FINISH) {
            write_empty_last(s);
        }
        if (s->at < n) continue;
        close_stretch(s, n);
        s->begin += n;
        s->filled -= n;
        if (!all) continue;
        mark(s, flush);
    }
    drain(s, dst, dst_end);
    if (s->pending_len != 0) return PC_OK;
    s->active = s->marked = 0;
    s->last_flush = (int32_t)flush;
    *done = 1;
    return PC_OK;
}

pc_status pc_deflate_set_dictionary(const pc_kernels *kernels, pc_deflate *s, const uint8_t *dict, size_t n)
{
    int zlib = s->params.wrap == PC_WRAP_ZLIB;
    if (s->params.wrap == PC_WRAP_GZIP || s->filled != 0 || s->finished || (zlib && s->started))
        return PC_ERR_PARAM;
    if (zlib) {
        s->dict_check = pc_adler32(kernels, 1, dict, n);
        s->has_dict = 1;
    }
    uint32_t used = (uint32_t)PC_MIN(n, (size_t)window_of(&s->params));
    uint8_t *window = room(s, s->window);
    s->begin = PC_DISTANCE_MAX;
    s->history = 0;
    if (used != 0) memcpy(window + s->begin, dict + n - used, used);
    stretch_view view = {window + s->begin, used, 0};
    struct pc_parse_job job;
    open_tables(s, &view, &job);
    pc_parse_insert(&s->level, &job, 0, used);
    close_stretch(s, used);
    s->begin += used;
    return PC_OK;
}

/* Pending bytes that a whole-buffer call has no room for are the end of it. */
static pc_status flush_pending(struct pc_deflate *s, uint8_t **dst, uint8_t *dst_end)
{
    drain(s, dst, dst_end);
    return s->pending_len == 0 ? PC_OK : PC_ERR_DST_SIZE;
}

static pc_status run_in_place(const pc_kernels *kernels, struct pc_deflate *s, const uint8_t *src, size_t n,
                              pc_flush end, uint8_t **dst, uint8_t *dst_end)
{
    pc_status status = PC_OK;
    for (size_t at = 0; at < n && status == PC_OK;) {
        stretch_view view = {src + at, (uint32_t)PC_MIN(n - at, (size_t)s->stretch), s->history};
        while (s->at < view.n && status == PC_OK) {
            next_group(kernels, s, &view, end == PC_FINISH && view.n == n - at, dst, dst_end);
            status = flush_pending(s, dst, dst_end);
        }
        close_stretch(s, view.n);
        at += view.n;
    }
    if (status != PC_OK) return status;
    if (n == 0 && end == PC_FINISH) write_empty_last(s);
    mark(s, end);
    return flush_pending(s, dst, dst_end);
}

pc_status pc_deflate_whole(const pc_kernels *kernels, pc_deflate *s, const pc_deflate_params *params,
                           const uint8_t *src, size_t n, uint8_t *dst, size_t dst_cap, size_t *dst_len)
{
    uint8_t *p = dst;
    pc_status status = pc_deflate_init(s, params);
    if (status != PC_OK) return status;
    start(s);
    status = flush_pending(s, &p, dst + dst_cap);
    if (status == PC_OK) status = run_in_place(kernels, s, src, n, PC_FINISH, &p, dst + dst_cap);
    *dst_len = status == PC_OK ? (size_t)(p - dst) : 0;
    return status;
}

pc_status pc_deflate_piece(const pc_kernels *kernels, pc_deflate *s, const pc_deflate_params *params,
                           const uint8_t *src, size_t begin, size_t end, int last, uint8_t *dst,
                           size_t dst_cap, size_t *dst_len)
{
    pc_deflate_params raw = *params;
    uint8_t *p = dst;
    raw.wrap = PC_WRAP_RAW;
    raw.window_bits = PC_MAX(raw.window_bits, 9u);
    pc_status status = pc_deflate_init(s, &raw);
    if (status != PC_OK || begin > end) return PC_ERR_PARAM;
    uint32_t history = (uint32_t)PC_MIN(begin, (size_t)window_of(&raw));
    stretch_view before = {src + begin - history, history, 0};
    struct pc_parse_job job;
    open_tables(s, &before, &job);
    pc_parse_insert(&s->level, &job, 0, history);
    close_stretch(s, history);
    status = run_in_place(kernels, s, src + begin, end - begin, last ? PC_FINISH : PC_SYNC_FLUSH, &p,
                          dst + dst_cap);
    *dst_len = status == PC_OK ? (size_t)(p - dst) : 0;
    return status;
}
