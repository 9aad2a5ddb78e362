/* Decoding tables of the Huffman codes.
 *
 * A complete canonical code is filled in by ascending length. The codes of one length are written once each
 * into a table that just has room for that length; then the table is doubled by copying itself, which repeats
 * every entry for both values of the next bit. So most entries are written by wide copies and none is
 * computed twice. Codes arrive bit-reversed in DEFLATE, so "next code" adds one at the top bit. */
#include "deflate/inflate_common.h"

#define LITERAL(n) ((uint32_t)(n) << 8 | 1 << 6)
#define LITERALS_4(n) LITERAL(n), LITERAL((n) + 1), LITERAL((n) + 2), LITERAL((n) + 3)
#define LITERALS_16(n) LITERALS_4(n), LITERALS_4((n) + 4), LITERALS_4((n) + 8), LITERALS_4((n) + 12)
#define LITERALS_64(n) LITERALS_16(n), LITERALS_16((n) + 16), LITERALS_16((n) + 32), LITERALS_16((n) + 48)
#define LENGTH(base, extra) ((uint32_t)((base) - PC_MATCH_MIN) << 16 | (extra))
#define DISTANCE(base, extra) ((uint32_t)(base) << 16 | (extra))
#define END (ENTRY_SPECIAL | KIND_END << 28)
#define INVALID (ENTRY_SPECIAL | KIND_INVALID << 28)

/* The entries but for the code's bits. */
static const uint32_t litlen_symbols[PC_LITLEN_CODES] = {
    LITERALS_64(0), LITERALS_64(64), LITERALS_64(128), LITERALS_64(192), END,
    LENGTH(3, 0),   LENGTH(4, 0),    LENGTH(5, 0),     LENGTH(6, 0),     LENGTH(7, 0),
    LENGTH(8, 0),   LENGTH(9, 0),    LENGTH(10, 0),    LENGTH(11, 1),    LENGTH(13, 1),
    LENGTH(15, 1),  LENGTH(17, 1),   LENGTH(19, 2),    LENGTH(23, 2),    LENGTH(27, 2),
    LENGTH(31, 2),  LENGTH(35, 3),   LENGTH(43, 3),    LENGTH(51, 3),    LENGTH(59, 3),
    LENGTH(67, 4),  LENGTH(83, 4),   LENGTH(99, 4),    LENGTH(115, 4),   LENGTH(131, 5),
    LENGTH(163, 5), LENGTH(195, 5),  LENGTH(227, 5),   LENGTH(258, 0),   INVALID,
    INVALID};
static const uint32_t dist_symbols[PC_DIST_CODES] = {DISTANCE(1, 0),
                                                     DISTANCE(2, 0),
                                                     DISTANCE(3, 0),
                                                     DISTANCE(4, 0),
                                                     DISTANCE(5, 1),
                                                     DISTANCE(7, 1),
                                                     DISTANCE(9, 2),
                                                     DISTANCE(13, 2),
                                                     DISTANCE(17, 3),
                                                     DISTANCE(25, 3),
                                                     DISTANCE(33, 4),
                                                     DISTANCE(49, 4),
                                                     DISTANCE(65, 5),
                                                     DISTANCE(97, 5),
                                                     DISTANCE(129, 6),
                                                     DISTANCE(193, 6),
                                                     DISTANCE(257, 7),
                                                     DISTANCE(385, 7),
                                                     DISTANCE(513, 8),
                                                     DISTANCE(769, 8),
                                                     DISTANCE(1025, 9),
                                                     DISTANCE(1537, 9),
                                                     DISTANCE(2049, 10),
                                                     DISTANCE(3073, 10),
                                                     DISTANCE(4097, 11),
                                                     DISTANCE(6145, 11),
                                                     DISTANCE(8193, 12),
                                                     DISTANCE(12289, 12),
                                                     DISTANCE(16385, 13),
                                                     DISTANCE(24577, 13),
                                                     INVALID,
                                                     INVALID};

/* One of the two alphabets. */
typedef struct alphabet {
    const uint32_t *symbols;
    unsigned max_root;
    unsigned code_bits_shift; /* where an entry holds the bits of its code alone */
} alphabet;

static const alphabet litlen_alphabet = {litlen_symbols, LITLEN_ROOT, 24};
static const alphabet dist_alphabet = {dist_symbols, DIST_ROOT, 8};

/* The entry of a symbol whose code has n bits. */
PC_INLINE uint32_t entry_of(const alphabet *a, unsigned symbol, unsigned n)
{
    uint32_t entry = a->symbols[symbol] + n;
    return entry & (ENTRY_HAS_LITERALS | ENTRY_SPECIAL) ? entry : entry + (n << a->code_bits_shift);
}

/* The code after this one of `width` bits, both bit-reversed: carries from the top bit down. */
PC_INLINE unsigned next_code(unsigned code, unsigned width)
{
    unsigned zeros = ~code & ((1u << width) - 1);
    if (zeros == 0) return code; /* the last one of a complete code */
    unsigned top = 1u << pc_log2_floor(zeros);
    return (code & (top - 1)) | top;
}

typedef struct code_order {
    uint16_t count[PC_CODE_MAX + 1];   /* codes of each length */
    uint16_t symbols[PC_LITLEN_CODES]; /* those with a code, by length */
    unsigned longest;
} code_order;

/* Sorts the symbols by length. False if the lengths are no prefix code; *incomplete: codes are left.
 *
 * Neighbours often have codes of the same length, and counting one that was just counted waits for a store.
 * So those without a code, which are the most, are left out first, without a branch as they are anywhere, and
 * the two halves of the rest are counted and placed side by side. */
static int sort_symbols(const uint8_t *lengths, unsigned n, code_order *order, int *incomplete)
{
    uint16_t live[PC_LITLEN_CODES + 1], place[2][PC_CODE_MAX + 1], count[2][PC_CODE_MAX + 1] = {{0}};
    unsigned used = 0, longest = PC_CODE_MAX, next = 0;
    int left = 1;
    for (unsigned i = 0; i < n; i++) {
        live[used] = (uint16_t)i;
        used += lengths[i] != 0;
    }
    const unsigned half = used / 2;
    for (unsigned i = 0; i < half; i++) {
        count[0][lengths[live[i]]]++;
        count[1][lengths[live[half + i]]]++;
    }
    if (used % 2 != 0) count[1][lengths[live[used - 1]]]++;
    order->count[0] = 0;
    for (unsigned length = 1; length <= PC_CODE_MAX; length++) {
        order->count[length] = (uint16_t)(count[0][length] + count[1][length]);
        left = 2 * left - order->count[length];
        if (left < 0) return 0;
        place[0][length] = (uint16_t)next;
        place[1][length] = (uint16_t)(next + count[0][length]);
        next += order->count[length];
    }
    while (longest > 0 && order->count[longest] == 0) longest--;
    for (unsigned i = 0; i < half; i++) {
        order->symbols[place[0][lengths[live[i]]]++] = live[i];
        order->symbols[place[1][lengths[live[half + i]]]++] = live[half + i];
    }
    if (used % 2 != 0) order->symbols[place[1][lengths[live[used - 1]]]] = live[used - 1];
    order->longest = longest;
    *incomplete = left > 0;
    return 1;
}

/* Codes longer than the root, in as many subtables as there are root values before them; each has room
 * for the longest code that begins with that value. */
static void fill_subtables(uint32_t *table, unsigned root, const code_order *order, const alphabet *a,
                           unsigned code, const uint16_t *symbol)
{
    unsigned next = 1u << root, start = 0, width = 0, prefix = ~0u;
    for (unsigned length = root + 1; length <= order->longest; length++) {
        for (unsigned left = order->count[length]; left > 0; left--) {
            if ((code & ((1u << root) - 1)) != prefix) {
                prefix = code & ((1u << root) - 1);
                start = next;
                width = length - root;
                int room = (1 << width) - (int)left;
                while (room > 0) {
                    width++;
                    room = 2 * room - order->count[root + width];
                }
                next += 1u << width;
                table[prefix] =
                    ENTRY_SPECIAL | (uint32_t)KIND_SUBTABLE << 28 | start << 8 | width << 24 | root;
            }
            uint32_t entry = entry_of(a, *symbol++, length - root);
            for (unsigned i = code >> root; i < 1u << width; i += 1u << (length - root))
                table[start + i] = entry;
            code = next_code(code, length);
        }
    }
}

/* Builds the table of a complete code and returns how many bits index its root. */
static unsigned fill(uint32_t *table, const alphabet *a, const code_order *order)
{
    const uint16_t *symbol = order->symbols;
    unsigned root = PC_MIN(order->longest, a->max_root), code = 0, length = 1;
    while (order->count[length] == 0) length++; /* with 288 symbols at most 8, with 32 at most 5 */
    for (;;) {
        for (unsigned left = order->count[length]; left > 0; left--) {
            table[code] = entry_of(a, *symbol++, length);
            code = next_code(code, length);
        }
        if (length == root) break;
        memcpy(table + ((size_t)1 << length), table, sizeof *table << length);
        length++;
    }
    if (order->longest > root) fill_subtables(table, root, order, a, code, symbol);
    return root;
}

/* The same from code lengths; 0 if they make no code. Incomplete codes pass as in zlib: none, or a single one
 * of one bit; what is left of the code space is then invalid. */
static unsigned build(uint32_t *table, const alphabet *a, const uint8_t *lengths, unsigned n,
                      code_order *order)
{
    int incomplete;
    if (!sort_symbols(lengths, n, order, &incomplete)) return 0;
    if (!incomplete) return fill(table, a, order);
    if (order->longest > 1) return 0;
    table[0] = order->longest == 1 ? entry_of(a, order->symbols[0], 1) : INVALID + 1;
    table[1] = INVALID + 1;
    return 1;
}

/* The code of the code lengths: at most 7 bits, no subtables, must be complete; a code without symbols passes
 * for the time being and reads as zeros of one bit each, as in zlib. */
inflate_error pc_inflate_build_precode(pc_inflate *s)
{
    code_order order;
    int incomplete;
    if (!sort_symbols(s->precode_lengths, PC_PRECODE_SYMBOLS, &order, &incomplete))
        return INFLATE_BAD_PRECODE;
    if (order.longest == 0) {
        memset(s->precode, 1, sizeof s->precode);
        return INFLATE_FINE;
    }
    if (incomplete) return INFLATE_BAD_PRECODE;
    const uint16_t *symbol = order.symbols;
    unsigned code = 0;
    for (unsigned length = 1;; length++) {
        for (unsigned left = order.count[length]; left > 0; left--) {
            s->precode[code] = (uint8_t)((unsigned)*symbol++ << 3 | length);
            code = next_code(code, length);
        }
        if (length == PC_PRECODE_MAX) break;
        memcpy(s->precode + ((size_t)1 << length), s->precode, (size_t)1 << length);
    }
    return INFLATE_FINE;
}

/* What may begin a packed entry, and the symbols that may follow, by the bits that they take. */
typedef struct packing {
    uint32_t entries[PC_LITLEN_CODES + (1 << PACKED_ROOT) / 2];
    uint16_t codes[PC_LITLEN_CODES + (1 << PACKED_ROOT) / 2];
    uint16_t symbols[PACKED_ROOT + 1], symbols_end[PACKED_ROOT + 1]; /* of each length, literals first */
    uint16_t literals_end[PACKED_ROOT + 1];
    uint16_t pairs[PACKED_ROOT + 1], pairs_end[PACKED_ROOT + 1]; /* two literals */
} packing;

/* Entries of `bits` bits that begin with those in [begin, end), which have `used`, and end in one symbol.
 * Those of literals are noted from `pairs` on, unless that is 0. */
static unsigned extend(uint32_t *table, packing *p, unsigned begin, unsigned end, unsigned used,
                       unsigned bits, unsigned literals, unsigned pairs)
{
    unsigned more = bits - used;
    for (unsigned i = begin; i < end; i++) {
        uint32_t entry = p->entries[i];
        unsigned code = p->codes[i];
        for (unsigned k = p->symbols[more]; k < p->literals_end[more]; k++) {
            uint32_t both = entry + (p->entries[k] & 0xff) + (p->entries[k] >> 8 << (8 + 8 * literals));
            unsigned at = code | (unsigned)p->codes[k] << used;
            table[at] = both;
            if (pairs == 0) continue;
            p->entries[pairs] = both;
            p->codes[pairs++] = (uint16_t)at;
        }
        if (literals > 1) continue;
        for (unsigned k = p->literals_end[more]; k < p->symbols_end[more]; k++) {
            table[code | (unsigned)p->codes[k] << used] =
                ENTRY_LITERAL_TOO | (p->entries[k] + used + (used << 24)) | (entry & 0xff00);
        }
    }
    return pairs;
}

/* Packs entries: where the bits behind a literal hold a whole code, its symbol joins the entry; three
 * literals at most (for the straight loop two), or a literal and a match. Like the plain table, by length and
 * doubling: what is new at a length are the sequences that end there. */
static void pack(pc_inflate *s, const code_order *order)
{
    packing p;
    const uint16_t *symbol = order->symbols;
    unsigned code = 0, n = 0, shortest = 1;
    while (order->count[shortest] == 0) shortest++;
    for (unsigned length = shortest; length <= PACKED_ROOT; length++) {
        p.symbols[length] = p.literals_end[length] = (uint16_t)n;
        for (unsigned left = order->count[length]; left > 0; left--) {
            uint32_t entry = entry_of(&litlen_alphabet, *symbol++, length);
            s->packed[code] = entry;
            if (!(entry & ENTRY_SPECIAL)) {
                p.entries[n] = entry;
                p.codes[n++] = (uint16_t)code;
                if (entry & ENTRY_HAS_LITERALS) p.literals_end[length] = (uint16_t)n;
            }
            code = next_code(code, length);
        }
        p.symbols_end[length] = (uint16_t)n;
        /* Pairs that a third code still fits behind; no more than 2^11, being a prefix code themselves. */
        unsigned pairs = !s->straight && length + shortest <= PACKED_ROOT ? n : 0;
        for (unsigned used = shortest; used + shortest <= length; used++) {
            pairs = extend(s->packed, &p, p.symbols[used], p.literals_end[used], used, length, 1, pairs);
        }
        for (unsigned used = 2 * shortest; !s->straight && used + shortest <= length; used++) {
            extend(s->packed, &p, p.pairs[used], p.pairs_end[used], used, length, 2, 0);
        }
        p.pairs[length] = (uint16_t)n;
        p.pairs_end[length] = (uint16_t)PC_MAX(n, pairs);
        n = PC_MAX(n, pairs);
        if (length == PACKED_ROOT) break;
        memcpy(s->packed + ((size_t)1 << length), s->packed, sizeof *s->packed << length);
    }
    if (order->longest > PACKED_ROOT) {
        const unsigned mask = (1u << PACKED_ROOT) - 1;
        for (;; code = next_code(code, PACKED_ROOT)) {
            s->packed[code] = s->litlen[code & ((1u << LITLEN_ROOT) - 1)];
            if (code == mask) break;
        }
    }
    s->packed_bits = PACKED_ROOT;
}

/* Whether the code lengths stand for at least one match in four symbols. The straight loop loses 7 % at
 * shares of 0.18 to 0.23 (FASTQ by libdeflate) and gains from 0.25 on. */
static uint8_t matches_are_many(const pc_inflate *s)
{
    const unsigned all = 1u << PC_CODE_MAX;
    unsigned share = 0;
    for (unsigned i = PC_END_OF_BLOCK + 1; i < s->litlen_count; i++) {
        share += (all >> s->lengths[i]) & (all - 1); /* of length 0: nothing */
    }
    return share >= all / 4;
}

inflate_error pc_inflate_build_codes(pc_inflate *s, int long_block)
{
    code_order order;
    s->fixed = 0;
    s->packed_bits = s->straight = 0;
    s->litlen_bits = (uint8_t)build(s->litlen, &litlen_alphabet, s->lengths, s->litlen_count, &order);
    if (s->litlen_bits == 0) return INFLATE_BAD_LITLEN_SET;
    if (long_block && order.longest > 1) {
        s->straight = matches_are_many(s);
        pack(s, &order);
    }
    s->dist_bits =
        (uint8_t)build(s->dist_table, &dist_alphabet, s->lengths + s->litlen_count, s->dist_count, &order);
    if (s->dist_bits == 0) return INFLATE_BAD_DIST_SET;
    return INFLATE_FINE;
}

/* The tables of the fixed codes (RFC 1951, 3.2.6), computed by the compiler: a message of a few bytes has no
 * time for 288 codes. An entry follows from its code, of which the bit that is read first is the highest; of
 * nine bits a literal or length takes seven, eight or all. */
#define FIXED_EXTRA(k) ((k) < 8 || (k) > 27 ? 0 : (k) / 4 - 1) /* of the k-th length */
#define FIXED_BASE(k)                                                                                        \
    ((k) < 8    ? (k) + PC_MATCH_MIN                                                                         \
     : (k) > 27 ? PC_MATCH_MAX                                                                               \
                : ((4 + (k) % 4) << FIXED_EXTRA(k)) + PC_MATCH_MIN)
#define FIXED_LENGTH(k, n)                                                                                   \
    ((k) > 28 ? INVALID + (n) : LENGTH(FIXED_BASE(k), FIXED_EXTRA(k)) + (n) + ((uint32_t)(n) << 24))
#define FIXED_LITLEN(c)                                                                                      \
    ((c) < 0x004   ? END + 7                                                                                 \
     : (c) < 0x060 ? FIXED_LENGTH((c) / 4 - 1, 7)                                                            \
     : (c) < 0x180 ? LITERAL((c) / 2 - 0x30) + 8                                                             \
     : (c) < 0x190 ? FIXED_LENGTH((c) / 2 - 0xc0 + 23, 8)                                                    \
                   : LITERAL((c) - 0x190 + 144) + 9)
#define FIXED_DIST_EXTRA(k) ((k) < 4 ? 0 : (k) / 2 - 1)
#define FIXED_DIST_BASE(k) ((k) < 4 ? (k) + 1 : ((2 + (k) % 2) << FIXED_DIST_EXTRA(k)) + 1)
#define FIXED_DIST(c)                                                                                        \
    ((c) < PC_DIST_SYMBOLS ? DISTANCE(FIXED_DIST_BASE(c), FIXED_DIST_EXTRA(c)) + PC_FIXED_DIST_BITS +        \
                                 (PC_FIXED_DIST_BITS << 8)                                                   \
                           : INVALID + PC_FIXED_DIST_BITS)
/* The codes in the order of a table, where the bit that is read first is the lowest. */
#define FIXED_2(of, c, top) of(c), of((c) + (top))
#define FIXED_4(of, c, top) FIXED_2(of, c, top), FIXED_2(of, (c) + (top) / 2, top)
#define FIXED_8(of, c, top) FIXED_4(of, c, top), FIXED_4(of, (c) + (top) / 4, top)
#define FIXED_16(of, c, top) FIXED_8(of, c, top), FIXED_8(of, (c) + (top) / 8, top)
#define FIXED_32(of, c, top) FIXED_16(of, c, top), FIXED_16(of, (c) + (top) / 16, top)
#define FIXED_64(of, c, top) FIXED_32(of, c, top), FIXED_32(of, (c) + (top) / 32, top)
#define FIXED_128(of, c, top) FIXED_64(of, c, top), FIXED_64(of, (c) + (top) / 64, top)

enum { FIXED_ROOT = 9 };
static const uint32_t fixed_litlen[1 << FIXED_ROOT] = {
    FIXED_128(FIXED_LITLEN, 0, 256), FIXED_128(FIXED_LITLEN, 2, 256), FIXED_128(FIXED_LITLEN, 1, 256),
    FIXED_128(FIXED_LITLEN, 3, 256)};
static const uint32_t fixed_dist[1 << PC_FIXED_DIST_BITS] = {FIXED_32(FIXED_DIST, 0, 16)};

void pc_inflate_build_fixed(pc_inflate *s)
{
    s->packed_bits = s->straight = 0;
    if (s->fixed) return;
    memcpy(s->litlen, fixed_litlen, sizeof fixed_litlen);
    memcpy(s->dist_table, fixed_dist, sizeof fixed_dist);
    s->litlen_bits = FIXED_ROOT;
    s->dist_bits = PC_FIXED_DIST_BITS;
    s->fixed = 1;
}
