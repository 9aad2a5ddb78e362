/* Optimal length-limited Huffman codes, and the serial form of their lengths.
 *
 * Most codes keep within the limit by themselves: Huffman's algorithm on sorted counts needs two queues and
 * no search (van Leeuwen, "On the construction of Huffman trees", ICALP 1976). The others are made by
 * package-merge.
 *
 * Package-merge (Larmore and Hirschberg, "A fast algorithm for optimal length-limited Huffman
 * codes", JACM 37, 1990) sees a code as coins: each symbol owns one coin of its count at each level
 * 1 .. limit. Starting at the deepest level, neighbours in weight order are packaged in pairs, the
 * packages are merged with the coins of the level above, and so on. The 2 n - 2 lightest items of
 * level 1 hold each symbol's coins as often as its code is long. Unlike heuristics that clip an
 * ordinary Huffman tree and repair it, the result is optimal.
 *
 * Only one bit of each item has to be kept, coin or package: both kinds appear in weight order, so
 * "the first k items of a level" always means the first c coins and the first k - c packages, that
 * is the first 2 (k - c) items of the level below. That makes the whole O(n limit) in time and
 * 1 KiB in memory beside two rows of weights. */
#include <string.h>

#include "base/mem.h"
#include "pycomp/huffman.h"

enum {
    SYMBOLS = PC_HUFFMAN_SYMBOLS,
    MAX_LENGTH = PC_HUFFMAN_MAX_LENGTH,
    MAX_ITEMS = 2 * SYMBOLS /* n coins and at most n - 1 packages */
};

/* Ascending bottom-up merge sort; the keys are distinct, so the order is unique. */
static void sort_keys(uint64_t *keys, unsigned n)
{
    uint64_t spare[SYMBOLS];
    for (unsigned width = 1; width < n; width *= 2) {
        for (unsigned start = 0; start < n; start += 2 * width) {
            unsigned mid = PC_MIN(start + width, n), end = PC_MIN(start + 2 * width, n);
            unsigned a = start, b = mid;
            for (unsigned out = start; out < end; out++) {
                int take_a = b == end || (a < mid && keys[a] < keys[b]);
                spare[out] = take_a ? keys[a++] : keys[b++];
            }
        }
        memcpy(keys, spare, n * sizeof keys[0]);
    }
}

/* One level: merges the coins with the packages of the level below. A coin goes first on a tie,
 * which keeps the code shallow. Weights stay below 2^32 times limit. Returns the item count. */
static unsigned merge_level(const uint64_t *coins, unsigned n, const uint64_t *below, unsigned n_below,
                            uint64_t *row, uint8_t *is_coin)
{
    unsigned packages = n_below / 2, c = 0, p = 0;
    while (c < n && p < packages) {
        uint64_t coin = coins[c], package = below[2 * p] + below[2 * p + 1];
        int take = coin <= package;
        is_coin[c + p] = (uint8_t)take;
        row[c + p] = take ? coin : package;
        c += (unsigned)take;
        p += (unsigned)!take;
    }
    for (; c < n; c++) {
        is_coin[c + p] = 1;
        row[c + p] = coins[c];
    }
    for (; p < packages; p++) {
        is_coin[c + p] = 0;
        row[c + p] = below[2 * p] + below[2 * p + 1];
    }
    return n + packages;
}

/* lengths[i] for the i-th lightest of n >= 2 coins. */
static void package_merge(const uint64_t *coins, unsigned n, unsigned limit, uint8_t *lengths)
{
    uint64_t rows[2][MAX_ITEMS];
    uint8_t is_coin[MAX_LENGTH][MAX_ITEMS];
    unsigned items = 0;
    for (unsigned level = limit; level-- > 0;) {
        items = merge_level(coins, n, rows[(level + 1) % 2], items, rows[level % 2], is_coin[level]);
    }
    memset(lengths, 0, n);
    unsigned take = 2 * n - 2;
    for (unsigned level = 0; level < limit && take > 0; level++) {
        unsigned c = 0;
        for (unsigned i = 0; i < take; i++) c += is_coin[level][i];
        for (unsigned i = 0; i < c; i++) lengths[i]++;
        take = 2 * (take - c);
    }
}

/* lengths[i] for the i-th lightest of n >= 2 coins, the length being unlimited; returns the longest, which
 * is the first. A leaf goes before a node on a tie: of all optimal codes that gives the shallowest. */
static unsigned two_queues(const uint64_t *coins, unsigned n, uint8_t *lengths)
{
    uint64_t weights[SYMBOLS];   /* of inner nodes, which come in ascending order too */
    uint16_t parents[MAX_ITEMS]; /* leaves, then inner nodes: the parent's number among the latter */
    uint8_t depths[SYMBOLS];
    unsigned leaf = 0, node = 0;
    for (unsigned made = 0; made < n - 1; made++) {
        weights[made] = 0;
        for (unsigned child = 0; child < 2; child++) {
            int take = leaf < n && (node == made || coins[leaf] <= weights[node]);
            weights[made] += take ? coins[leaf] : weights[node];
            parents[take ? leaf : n + node] = (uint16_t)made;
            leaf += (unsigned)take;
            node += (unsigned)!take;
        }
    }
    depths[n - 2] = 0;
    for (unsigned i = n - 2; i-- > 0;) depths[i] = (uint8_t)(depths[parents[n + i]] + 1);
    for (unsigned i = 0; i < n; i++) lengths[i] = (uint8_t)(depths[parents[i]] + 1);
    return depths[parents[0]] + 1u;
}

pc_status pc_huffman_lengths(const uint32_t counts[256], unsigned limit, uint8_t lengths[256])
{
    if (limit < PC_HUFFMAN_MIN_LIMIT || limit > MAX_LENGTH) return PC_ERR_PARAM;
    uint64_t keys[SYMBOLS], weights[SYMBOLS];
    uint8_t sorted[SYMBOLS];
    unsigned n = 0;
    /* Heaviest last; of equal counts the lower symbol counts as the heavier. */
    for (unsigned s = 0; s < SYMBOLS; s++) {
        if (counts[s] != 0) keys[n++] = (uint64_t)counts[s] << 8 | (SYMBOLS - 1 - s);
    }
    memset(lengths, 0, SYMBOLS);
    if (n == 0) return PC_OK;
    if (n == 1) {
        lengths[SYMBOLS - 1 - (keys[0] & 0xff)] = 1;
        return PC_OK;
    }
    sort_keys(keys, n);
    for (unsigned i = 0; i < n; i++) weights[i] = keys[i] >> 8;
    if (two_queues(weights, n, sorted) > limit) package_merge(weights, n, limit, sorted);
    for (unsigned i = 0; i < n; i++) lengths[SYMBOLS - 1 - (keys[i] & 0xff)] = sorted[i];
    return PC_OK;
}

int pc_huffman_lengths_valid(const uint8_t lengths[256])
{
    uint32_t kraft = 0;
    unsigned live = 0;
    for (unsigned s = 0; s < SYMBOLS; s++) {
        if (lengths[s] == 0) continue;
        if (lengths[s] > MAX_LENGTH) return 0;
        kraft += 1u << (MAX_LENGTH - lengths[s]);
        live++;
    }
    if (live == 1) return kraft == 1u << (MAX_LENGTH - 1);
    return kraft == 1u << MAX_LENGTH;
}

uint64_t pc_huffman_cost(const uint32_t counts[256], const uint8_t lengths[256])
{
    uint64_t bits = 0;
    for (unsigned s = 0; s < SYMBOLS; s++) bits += (uint64_t)counts[s] * lengths[s];
    return bits;
}

pc_status pc_huffman_write_lengths(const uint8_t lengths[256], uint8_t *dst, size_t dst_cap, size_t *dst_len)
{
    unsigned first = 0, last = SYMBOLS - 1;
    if (!pc_huffman_lengths_valid(lengths)) return PC_ERR_PARAM;
    while (lengths[first] == 0) first++;
    while (lengths[last] == 0) last--;
    unsigned span = last - first + 1;
    size_t size = 2 + (span + 1) / 2;
    if (dst_cap < size) return PC_ERR_DST_SIZE;
    dst[0] = (uint8_t)first;
    dst[1] = (uint8_t)last;
    for (unsigned i = 0; i < span; i += 2) {
        unsigned high = i + 1 < span ? lengths[first + i + 1] : 0;
        dst[2 + i / 2] = (uint8_t)(lengths[first + i] | high << 4);
    }
    *dst_len = size;
    return PC_OK;
}

pc_status pc_huffman_read_lengths(const uint8_t *src, size_t src_len, uint8_t lengths[256], size_t *src_used)
{
    if (src_len < 2) return PC_ERR_TRUNCATED;
    unsigned first = src[0], last = src[1];
    if (last < first) return PC_ERR_CORRUPT;
    unsigned span = last - first + 1;
    size_t size = 2 + (span + 1) / 2;
    if (src_len < size) return PC_ERR_TRUNCATED;
    memset(lengths, 0, SYMBOLS);
    for (unsigned i = 0; i < span; i++) lengths[first + i] = (src[2 + i / 2] >> (i % 2 * 4)) & 15;
    /* One table has one serial form: no dead symbol at either end, no bits in the spare nibble. */
    if (lengths[first] == 0 || lengths[last] == 0) return PC_ERR_CORRUPT;
    if (span % 2 != 0 && src[size - 1] >> 4 != 0) return PC_ERR_CORRUPT;
    if (!pc_huffman_lengths_valid(lengths)) return PC_ERR_CORRUPT;
    *src_used = size;
    return PC_OK;
}
