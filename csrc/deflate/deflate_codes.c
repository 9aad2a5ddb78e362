/* Optimal length-limited Huffman codes for the alphabets of DEFLATE.
 *
 * Moffat and Katajainen's in-place algorithm ("In-place calculation of minimum-redundancy codes", WADS 1995)
 * turns sorted counts into code lengths in three linear passes. Where its longest code exceeds the limit,
 * which takes counts that fall off like Fibonacci numbers, package-merge (Larmore and Hirschberg 1990) finds
 * the optimal limited code instead: the same one that csrc/entropy makes for 256 symbols, here for 288. */
#include "deflate/deflate_codes.h"

#include <string.h>

#include "base/mem.h"

enum { SYMBOLS = 288, LIMIT = 15, KEY_BITS = 9 /* symbols below 512 */ };

/* Ascending counts, ties by symbol: one counting sort for each byte of the counts that is in use. Short lists
 * are sorted by insertion. */
static void sort_keys(uint64_t *keys, unsigned n, uint32_t all)
{
    if (n <= 32) {
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
        uint16_t place[257] = {0};
        for (unsigned i = 0; i < n; i++) place[((keys[i] >> shift) & 255) + 1]++;
        for (unsigned b = 1; b < 256; b++) place[b] = (uint16_t)(place[b] + place[b - 1]);
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

/* As pc_huffman_lengths: levels from the deepest up, one bit an item saying whether it is a coin. */
static void package_merge(const uint64_t *keys, unsigned n, unsigned limit, uint32_t *lengths)
{
    uint64_t rows[2][2 * SYMBOLS];
    uint8_t is_coin[LIMIT][2 * SYMBOLS];
    unsigned items = 0;
    for (unsigned level = limit; level-- > 0;) {
        const uint64_t *below = rows[(level + 1) % 2];
        uint64_t *row = rows[level % 2];
        unsigned packages = items / 2, coin = 0, package = 0;
        while (coin < n || package < packages) {
            uint64_t weight = coin < n ? keys[coin] >> KEY_BITS : UINT64_MAX;
            uint64_t sum = package < packages ? below[2 * package] + below[2 * package + 1] : UINT64_MAX;
            unsigned take = weight <= sum;
            is_coin[level][coin + package] = (uint8_t)take;
            row[coin + package] = take ? weight : sum;
            coin += take;
            package += !take;
        }
        items = n + packages;
    }
    memset(lengths, 0, n * sizeof lengths[0]);
    unsigned take = 2 * n - 2;
    for (unsigned level = 0; level < limit && take > 0; level++) {
        unsigned coins = 0;
        for (unsigned i = 0; i < take; i++) coins += is_coin[level][i];
        for (unsigned i = 0; i < coins; i++) lengths[i]++;
        take = 2 * (take - coins);
    }
}

void pc_code_lengths(const uint32_t *counts, unsigned n, unsigned limit, uint8_t *lengths)
{
    uint64_t keys[SYMBOLS];
    uint32_t work[SYMBOLS], all = 0;
    unsigned live = 0;
    for (unsigned s = 0; s < n; s++) {
        keys[live] = (uint64_t)counts[s] << KEY_BITS | s;
        live += counts[s] != 0;
        all |= counts[s];
    }
    memset(lengths, 0, n);
    if (live < 2) {
        unsigned only = live == 1 ? (unsigned)(keys[0] & ((1u << KEY_BITS) - 1)) : 0;
        lengths[only] = 1;
        lengths[only == 0 ? 1 : 0] = 1;
        return;
    }
    sort_keys(keys, live, all);
    for (unsigned i = 0; i < live; i++) work[i] = (uint32_t)(keys[i] >> KEY_BITS);
    minimum_redundancy(work, live);
    if (work[0] > limit) package_merge(keys, live, limit, work);
    for (unsigned i = 0; i < live; i++) lengths[keys[i] & ((1u << KEY_BITS) - 1)] = (uint8_t)work[i];
}

static uint16_t reverse(uint32_t code, unsigned length)
{
    code = (code & 0x5555u) << 1 | (code >> 1 & 0x5555u);
    code = (code & 0x3333u) << 2 | (code >> 2 & 0x3333u);
    code = (code & 0x0f0fu) << 4 | (code >> 4 & 0x0f0fu);
    code = (code & 0x00ffu) << 8 | (code >> 8 & 0x00ffu);
    return (uint16_t)(code >> (16 - length));
}

void pc_code_words(const uint8_t *lengths, unsigned n, uint16_t *words)
{
    uint32_t count[LIMIT + 1] = {0}, next[LIMIT + 1], code = 0;
    for (unsigned s = 0; s < n; s++) count[lengths[s]]++;
    count[0] = 0;
    next[0] = 0;
    for (unsigned length = 1; length <= LIMIT; length++) {
        code = (code + count[length - 1]) << 1;
        next[length] = code;
    }
    for (unsigned s = 0; s < n; s++) words[s] = lengths[s] != 0 ? reverse(next[lengths[s]]++, lengths[s]) : 0;
}
