/* One block: its codes, the choice between the three forms, its header and its tokens.
 *
 * All three sizes are computed exactly and the smallest form is written; on a tie the simpler one. */
#include "deflate/deflate_block.h"

#include <string.h>

#include "deflate/deflate_codes.h"
#include "entropy/log2.h"

enum {
    FEW_TOKENS = 96, /* see count_few */
    FEW_CODES = 48,  /* tokens; of more, one may hope that codes of their own pay: see too_few */
    COUNT_STEP = 32  /* tokens; where all of them are literals, distances need not be counted */
};

/* Symbol by symbol, where clearing tables would take longer. */
static void count_few(const uint32_t *tokens, uint32_t n, pc_symbol_counts *counts)
{
    memset(counts, 0, sizeof *counts);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t item = tokens[i] & (PC_TOKEN_ITEMS - 1);
        if (item < PC_LITERALS) {
            counts->litlen[item]++;
        } else {
            counts->litlen[PC_FIRST_LENGTH + pc_length_symbol(item - PC_TOKEN_MATCH)]++;
            counts->dist[(tokens[i] >> 9 & (PC_TOKEN_DISTANCES - 1)) - 1]++;
        }
    }
}

static inline void count_token(uint32_t token, uint32_t *items, uint32_t *dists)
{
    items[token & (PC_TOKEN_ITEMS - 1)]++;
    dists[token >> 9 & (PC_TOKEN_DISTANCES - 1)]++;
}

void pc_count_tokens(const uint32_t *tokens, uint32_t n, pc_symbol_counts *counts)
{
    if (n <= FEW_TOKENS) {
        count_few(tokens, n, counts);
        return;
    }
    /* Several tables, so that what is counted often does not wait for its own stores; nothing is counted as
     * often as "no distance". */
    uint32_t items[2][PC_TOKEN_ITEMS] = {0}, dists[4][PC_TOKEN_DISTANCES] = {0};
    uint32_t i = 0;
    while (i + COUNT_STEP <= n) {
        const uint32_t end = i + COUNT_STEP;
        uint32_t all = 0;
        for (uint32_t j = i; j < end; j++) all |= tokens[j];
        if (all < 256) {
            for (; i < end; i += 2) {
                items[0][tokens[i]]++;
                items[1][tokens[i + 1]]++;
            }
            continue;
        }
        for (; i < end; i += 4) {
            count_token(tokens[i], items[0], dists[0]);
            count_token(tokens[i + 1], items[1], dists[1]);
            count_token(tokens[i + 2], items[0], dists[2]);
            count_token(tokens[i + 3], items[1], dists[3]);
        }
    }
    for (; i < n; i++) count_token(tokens[i], items[0], dists[0]);
    memset(counts, 0, sizeof *counts);
    for (unsigned s = 0; s < PC_LITERALS; s++) counts->litlen[s] = items[0][s] + items[1][s];
    for (unsigned s = 0; s < PC_LITLEN_SYMBOLS - PC_FIRST_LENGTH; s++) {
        unsigned first = PC_TOKEN_MATCH + pc_length_base[s], size = 1u << pc_length_extra[s];
        if (s == 27) size--; /* 258 has a symbol of its own */
        uint32_t sum = 0;
        for (unsigned j = first; j < first + size; j++) sum += items[0][j] + items[1][j];
        counts->litlen[PC_FIRST_LENGTH + s] = sum;
    }
    for (unsigned s = 0; s < PC_DIST_SYMBOLS; s++)
        counts->dist[s] = dists[0][s + 1] + dists[1][s + 1] + dists[2][s + 1] + dists[3][s + 1];
}

/* n log2 n - sum of c log2 c: what an ideal code would spend, in 1/65536 bits. n is a multiple of four. */
static uint64_t entropy(const uint32_t *counts, unsigned n, unsigned *live)
{
    uint64_t total = 0, sum = 0;
    unsigned used = 0;
    for (unsigned s = 0; s < n; s++) {
        if (s % 4 == 0 && (pc_load64(counts + s) | pc_load64(counts + s + 2)) == 0) {
            s += 3;
            continue;
        }
        const uint32_t c = counts[s];
        total += c;
        used += c != 0;
        sum += (uint64_t)c * pc_log2_coarse_q16(c | (c == 0));
    }
    *live = used;
    return total == 0 ? 0 : total * pc_log2_q16((uint32_t)total) - sum;
}

static uint32_t extra_bits(const pc_symbol_counts *counts)
{
    uint32_t bits = 0;
    for (unsigned s = 0; s < PC_LITLEN_SYMBOLS - PC_FIRST_LENGTH; s++)
        bits += counts->litlen[PC_FIRST_LENGTH + s] * pc_length_extra[s];
    for (unsigned s = 0; s < PC_DIST_SYMBOLS; s++) bits += counts->dist[s] * pc_dist_extra[s];
    return bits;
}

/* A header is some 70 bits and about four for each live symbol (measured on text and binaries). */
static uint32_t header_bits(unsigned live) { return 70 + 4 * live; }

uint32_t pc_block_estimate(const pc_symbol_counts *counts)
{
    unsigned litlen_live, dist_live;
    uint64_t bits = entropy(counts->litlen, PC_LITLEN_CODES, &litlen_live);
    bits += entropy(counts->dist, PC_DIST_CODES, &dist_live);
    return (uint32_t)(bits >> 16) + header_bits(litlen_live + dist_live);
}

uint32_t pc_block_header_estimate(const pc_symbol_counts *counts)
{
    unsigned live = 0;
    for (unsigned s = 0; s < PC_LITLEN_CODES; s++) live += counts->litlen[s] != 0;
    for (unsigned s = 0; s < PC_DIST_CODES; s++) live += counts->dist[s] != 0;
    return header_bits(live);
}

/* The header of a dynamic block: the lengths of both codes as run-length symbols, themselves coded. */
typedef struct {
    pc_code_book book;
    uint8_t precode[PC_PRECODE_SYMBOLS];
    uint16_t symbols[PC_LITLEN_SYMBOLS + PC_DIST_SYMBOLS]; /* symbol | extra bits << 5 */
    unsigned n, litlens, dists, precodes;
    uint32_t bits; /* of the whole block but its three first bits */
} dynamic_header;

static const uint8_t repeat_extra_bits[PC_PRECODE_SYMBOLS] = {
    [PC_REPEAT_PREVIOUS] = 2, [PC_REPEAT_ZERO] = 3, [PC_REPEAT_ZERO_LONG] = 7};

static void put_symbol(dynamic_header *h, uint32_t counts[PC_PRECODE_SYMBOLS], unsigned symbol,
                       unsigned extra)
{
    h->symbols[h->n++] = (uint16_t)(symbol | extra << 5);
    counts[symbol]++;
}

static void run_lengths(dynamic_header *h, const uint8_t *lengths, unsigned n,
                        uint32_t counts[PC_PRECODE_SYMBOLS])
{
    h->n = 0;
    for (unsigned i = 0; i < n;) {
        unsigned length = lengths[i], run = 1;
        while (i + run < n && lengths[i + run] == length) run++;
        i += run;
        if (length == 0) {
            for (; run >= 11; run -= PC_MIN(run, 138u))
                put_symbol(h, counts, PC_REPEAT_ZERO_LONG, PC_MIN(run, 138u) - 11);
            if (run >= 3) {
                put_symbol(h, counts, PC_REPEAT_ZERO, run - 3);
                run = 0;
            }
        } else {
            put_symbol(h, counts, length, 0);
            run--;
            while (run >= 3) { /* 7 and 8 as 4 + 3 and 4 + 4 rather than 6 and single ones */
                unsigned take = run == 7 || run == 8 ? 4 : PC_MIN(run, 6u);
                put_symbol(h, counts, PC_REPEAT_PREVIOUS, take - 3);
                run -= take;
            }
        }
        for (; run > 0; run--) put_symbol(h, counts, length, 0);
    }
}

/* counts includes one end of block. */
static void make_dynamic(dynamic_header *h, const pc_symbol_counts *counts)
{
    uint32_t runs[PC_PRECODE_SYMBOLS] = {0}, bits = 14;
    uint8_t both[PC_LITLEN_SYMBOLS + PC_DIST_SYMBOLS];
    pc_block_lengths(counts->litlen, PC_LITLEN_SYMBOLS, PC_CODE_MAX, h->book.litlen);
    pc_block_lengths(counts->dist, PC_DIST_SYMBOLS, PC_CODE_MAX, h->book.dist);
    h->litlens = PC_LITLEN_SYMBOLS;
    while (h->litlens > PC_FIRST_LENGTH && h->book.litlen[h->litlens - 1] == 0) h->litlens--;
    h->dists = PC_DIST_SYMBOLS;
    while (h->dists > 1 && h->book.dist[h->dists - 1] == 0) h->dists--;
    memcpy(both, h->book.litlen, h->litlens);
    memcpy(both + h->litlens, h->book.dist, h->dists);
    run_lengths(h, both, h->litlens + h->dists, runs);
    pc_block_lengths(runs, PC_PRECODE_SYMBOLS, PC_PRECODE_MAX, h->precode);
    h->precodes = PC_PRECODE_SYMBOLS;
    while (h->precodes > 4 && h->precode[pc_precode_order[h->precodes - 1]] == 0) h->precodes--;
    bits += 3 * h->precodes;
    for (unsigned s = 0; s < PC_PRECODE_SYMBOLS; s++)
        bits += runs[s] * (h->precode[s] + repeat_extra_bits[s]);
    for (unsigned s = 0; s < PC_LITLEN_SYMBOLS; s++) bits += counts->litlen[s] * h->book.litlen[s];
    for (unsigned s = 0; s < PC_DIST_SYMBOLS; s++) bits += counts->dist[s] * h->book.dist[s];
    h->bits = bits;
}

static uint32_t sum_of(const uint32_t *counts, unsigned from, unsigned to)
{
    uint32_t sum = 0;
    for (unsigned s = from; s < to; s++) sum += counts[s];
    return sum;
}

/* pc_fixed_litlen_bits and PC_FIXED_DIST_BITS for all symbols. */
static uint32_t fixed_bits(const pc_symbol_counts *counts)
{
    return 8 * sum_of(counts->litlen, 0, 144) + 9 * sum_of(counts->litlen, 144, 256) +
           7 * sum_of(counts->litlen, 256, 280) + 8 * sum_of(counts->litlen, 280, PC_LITLEN_SYMBOLS) +
           PC_FIXED_DIST_BITS * sum_of(counts->dist, 0, PC_DIST_SYMBOLS);
}

uint32_t pc_block_static_bits(const pc_symbol_counts *counts)
{
    return fixed_bits(counts) + extra_bits(counts);
}

static void write_header(const dynamic_header *h, struct pc_bit_writer *w)
{
    uint16_t words[PC_PRECODE_SYMBOLS];
    pc_code_words(h->precode, PC_PRECODE_SYMBOLS, words);
    pc_put(w, (h->litlens - 257) | (h->dists - 1) << 5 | (h->precodes - 4) << 10, 14);
    for (unsigned i = 0; i < h->precodes; i++) pc_put(w, h->precode[pc_precode_order[i]], 3);
    for (unsigned i = 0; i < h->n; i++) {
        unsigned symbol = h->symbols[i] & 31, length = h->precode[symbol];
        pc_put(w, words[symbol] | (uint32_t)(h->symbols[i] >> 5) << length,
               length + repeat_extra_bits[symbol]);
    }
}

/* Fewer than one match to sixteen literals: then runs of literals can be foreseen. */
static uint8_t mostly_literals(const pc_symbol_counts *counts, const pc_code_book *book)
{
    uint32_t literals = 0, matches = 0;
    unsigned longest = 0;
    for (unsigned s = 0; s < PC_LITERALS; s++) {
        literals += counts->litlen[s];
        longest = PC_MAX(longest, (unsigned)book->litlen[s]);
    }
    for (unsigned s = 0; s < PC_DIST_SYMBOLS; s++) matches += counts->dist[s];
    return 16 * matches < literals && longest < PC_CODE_MAX;
}

static void write_tokens(const pc_kernels *kernels, const pc_block *block, const pc_symbol_counts *counts,
                         const pc_code_book *book, struct pc_bit_writer *w)
{
    struct pc_emit_codes codes;
    uint16_t words[PC_LITLEN_CODES], dist_words[PC_DIST_CODES];
    pc_code_words(book->litlen, PC_LITLEN_CODES, words);
    pc_code_words(book->dist, PC_DIST_CODES, dist_words);
    for (unsigned s = 0; s < PC_LITERALS; s++) codes.items[s] = (uint32_t)words[s] << 8 | book->litlen[s];
    for (unsigned s = PC_LITLEN_SYMBOLS; s-- > PC_FIRST_LENGTH;) {
        unsigned i = s - PC_FIRST_LENGTH, length = book->litlen[s], extra = pc_length_extra[i];
        uint32_t *item = codes.items + PC_TOKEN_MATCH + pc_length_base[i];
        if (length == 0) continue; /* no token has it */
        for (unsigned j = 0; j < 1u << extra && item + j < codes.items + PC_TOKEN_ITEMS - (i == 27); j++)
            item[j] = (words[s] | j << length) << 8 | (length + extra);
    }
    memset(codes.distances, 0, sizeof codes.distances);
    memset(codes.distance_bits, 0, sizeof codes.distance_bits);
    for (unsigned s = 0; s < PC_DIST_SYMBOLS; s++) {
        codes.distances[s + 1] = (uint64_t)dist_words[s] << 8 | book->dist[s];
        codes.distance_bits[s + 1] = (uint8_t)(book->dist[s] + pc_dist_extra[s]);
    }
    codes.literals = mostly_literals(counts, book);
    kernels->deflate_emit(block->tokens, block->count, &codes, w);
    pc_put(w, words[PC_END_OF_BLOCK], book->litlen[PC_END_OF_BLOCK]);
}

void pc_block_write_stored(const uint8_t *src, size_t n, int last, struct pc_bit_writer *w)
{
    do {
        uint32_t piece = (uint32_t)PC_MIN(n, (size_t)PC_STORED_MAX);
        pc_put(w, (uint32_t)(last && piece == n) | PC_BLOCK_STORED << 1, 3);
        if (w->count != 0) pc_put(w, 0, 8 - w->count);
        pc_put(w, piece | (piece ^ 0xffffu) << 16, 32);
        if (piece != 0) memcpy(w->p, src, piece);
        w->p += piece;
        src += piece;
        n -= piece;
    } while (n > 0);
}

static uint32_t stored_bits(uint32_t n, unsigned waiting)
{
    uint32_t pieces = n == 0 ? 1 : (n + PC_STORED_MAX - 1) / PC_STORED_MAX;
    return (8 - (waiting + 3) % 8) % 8 + 8 * n + 32 * pieces +
           8 * (pieces - 1); /* but the first three bits */
}

/* Whether codes of their own cannot make a few tokens smaller than `bits`, so that none need be made. A
 * header is seldom smaller than three quarters of its estimate: in 195 000 short blocks of many kinds this
 * decided none wrongly (seven eighths: 27 of them). */
static int too_few(const pc_block *block, const pc_symbol_counts *counts, uint32_t extra, uint32_t bits)
{
    if (block->count > FEW_CODES) return 0;
    unsigned litlen_live, dist_live;
    const uint64_t ideal = entropy(counts->litlen, PC_LITLEN_CODES, &litlen_live) +
                           entropy(counts->dist, PC_DIST_CODES, &dist_live);
    return bits <= extra + (uint32_t)(ideal >> 16) + header_bits(litlen_live + dist_live) * 3 / 4;
}

void pc_block_write(const pc_kernels *kernels, const pc_block *block, const pc_symbol_counts *symbols,
                    struct pc_bit_writer *w)
{
    pc_symbol_counts counts = *symbols;
    dynamic_header header;
    uint32_t extra = extra_bits(&counts), fixed, stored = stored_bits(block->bytes, w->count);
    counts.litlen[PC_END_OF_BLOCK]++;
    fixed = fixed_bits(&counts) + extra;
    header.bits = UINT32_MAX;
    if (!block->fixed_only && !too_few(block, &counts, extra, PC_MIN(fixed, stored))) {
        make_dynamic(&header, &counts);
        header.bits += extra;
    }
    if (stored <= fixed && stored <= header.bits) {
        pc_block_write_stored(block->src, block->bytes, block->last, w);
    } else if (fixed <= header.bits) {
        pc_put(w, (uint32_t)(block->last != 0) | PC_BLOCK_FIXED << 1, 3);
        kernels->deflate_emit(block->tokens, block->count, &pc_fixed_codes, w);
        pc_put(w, 0, PC_FIXED_END_BITS);
    } else {
        memset(header.book.litlen + PC_LITLEN_SYMBOLS, 0, PC_LITLEN_CODES - PC_LITLEN_SYMBOLS);
        memset(header.book.dist + PC_DIST_SYMBOLS, 0, PC_DIST_CODES - PC_DIST_SYMBOLS);
        pc_put(w, (uint32_t)(block->last != 0) | PC_BLOCK_DYNAMIC << 1, 3);
        write_header(&header, w);
        write_tokens(kernels, block, &counts, &header.book, w);
    }
}
