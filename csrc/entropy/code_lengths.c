/* Optimal length-limited Huffman codes.
 *
 * Most codes keep within the limit by themselves: on sorted counts, Moffat and Katajainen's in-place form of
 * Huffman's algorithm ("In-place calculation of minimum-redundancy codes", WADS 1995) takes three linear
 * passes. Where its longest code exceeds the limit, which takes counts that fall off like Fibonacci numbers,
 * package-merge finds the optimal limited one.
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
#include "entropy/code_lengths.h"

#include <string.h>

#include "base/mem.h"

enum {
    SYMBOLS = PC_CODE_SYMBOLS,
    MAX_ITEMS = 2 * SYMBOLS, /* n coins and at most n - 1 packages */
    KEY_BITS = 9,            /* symbols below 512 */
    FEW = 32                 /* keys that insertion sorts sooner than counting does */
};

/* Ascending counts, ties as they came: one counting sort for each byte of the counts that is in use. */
static void sort_keys(uint64_t *keys, unsigned n, uint32_t all)
{
    if (n <= FEW) {
        for (unsigned i = 1; i < n; i++) {
            uint64_t key = keys[i];
            unsigned j = i;
            for (; j > 0 && keys[j - 1] > key; j--) keys[j] = keys[j - 1];
            keys[j] = key;
        }
        return;
    }
    uint64_t spare[SYMBOLS];
    for (unsigned shift = KEY_BITS; all != 0; shift += 8, all >>= 8) {
        const unsigned top = PC_MIN(all, 255u); /* no digit is larger */
        uint16_t place[257] = {0};
        for (unsigned i = 0; i < n; i++) place[((keys[i] >> shift) & 255) + 1]++;
        for (unsigned b = 1; b <= top; b++) place[b] = (uint16_t)(place[b] + place[b - 1]);
        for (unsigned i = 0; i < n; i++) spare[place[(keys[i] >> shift) & 255]++] = keys[i];
        memcpy(keys, spare, n * sizeof keys[0]);
    }
}

/* a[0, n) ascending weights become code lengths, longest first. n >= 2. */
static void minimum_redundancy(uint32_t *a, unsigned n)
{
    unsigned leaf = 2, root = 0;
    a[0] += a[1];
    for (unsigned next = 1; next + 1 < n; next++) { /* weights of inner nodes; parents of those used */
        uint32_t sum;
        if (leaf >= n || a[root] < a[leaf]) {
            sum = a[root];
            a[root++] = next;
        } else {
            sum = a[leaf++];
        }
        if (leaf >= n || (root < next && a[root] < a[leaf])) {
            sum += a[root];
            a[root++] = next;
        } else {
            sum += a[leaf++];
        }
        a[next] = sum;
    }
    a[n - 2] = 0; /* depths of inner nodes */
    for (unsigned next = n - 2; next-- > 0;) a[next] = a[a[next]] + 1;
    unsigned available = 1, depth = 0, inner = n - 1, out = n; /* depths of leaves */
    while (available > 0) {
        unsigned used = 0;
        while (inner > 0 && a[inner - 1] == depth) {
            used++;
            inner--;
        }
        for (; available > used; available--) a[--out] = depth;
        available = 2 * used;
        depth++;
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
    uint8_t is_coin[PC_CODE_LIMIT][MAX_ITEMS];
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

unsigned pc_code_lengths(const uint32_t *counts, unsigned n, unsigned limit, uint8_t *lengths)
{
    uint64_t keys[SYMBOLS], coins[SYMBOLS];
    uint32_t weights[SYMBOLS], all = 0;
    uint8_t limited[SYMBOLS];
    unsigned live = 0;
    /* Heaviest last; of equal counts the lower symbol counts as the heavier. */
    for (unsigned s = n; s-- > 0;) {
        keys[live] = (uint64_t)counts[s] << KEY_BITS | (n - 1 - s);
        live += counts[s] != 0;
        all |= counts[s];
    }
    memset(lengths, 0, n);
    if (live == 0) return 0;
    const unsigned symbol_mask = (1u << KEY_BITS) - 1;
    if (live == 1) {
        lengths[n - 1 - (unsigned)(keys[0] & symbol_mask)] = 1;
        return 1;
    }
    sort_keys(keys, live, all);
    for (unsigned i = 0; i < live; i++) weights[i] = (uint32_t)(keys[i] >> KEY_BITS);
    minimum_redundancy(weights, live);
    if (weights[0] > limit) {
        for (unsigned i = 0; i < live; i++) coins[i] = keys[i] >> KEY_BITS;
        package_merge(coins, live, limit, limited);
        for (unsigned i = 0; i < live; i++) weights[i] = limited[i];
    }
    for (unsigned i = 0; i < live; i++)
        lengths[n - 1 - (unsigned)(keys[i] & symbol_mask)] = (uint8_t)weights[i];
    return live;
}
