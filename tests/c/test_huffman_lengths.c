/* Code construction: optimality against two oracles that share nothing with package-merge, and the
 * serial form of the lengths. */
#include "check.h"
#include "pycomp/huffman.h"

/* Oracle 1, no limit: repeatedly joins the two lightest trees; the cost is the sum of all joins. */
static uint64_t plain_huffman_cost(const uint32_t counts[256])
{
    uint64_t weights[256], cost = 0;
    unsigned n = 0;
    for (unsigned s = 0; s < 256; s++) {
        if (counts[s] != 0) weights[n++] = counts[s];
    }
    if (n == 1) return weights[0];
    while (n > 1) {
        for (unsigned pick = 0; pick < 2; pick++) { /* the two lightest to the end */
            unsigned best = 0;
            for (unsigned i = 1; i < n - pick; i++) {
                if (weights[i] < weights[best]) best = i;
            }
            uint64_t w = weights[best];
            weights[best] = weights[n - pick - 1];
            weights[n - pick - 1] = w;
        }
        weights[n - 2] += weights[n - 1];
        cost += weights[n - 2];
        n--;
    }
    return cost;
}

/* Oracle 2, any limit: every complete code of n leaves, depth by depth, heaviest symbols first. */
typedef struct search {
    const uint32_t *descending;
    unsigned n, limit;
    uint64_t best;
} search;

static void search_depth(search *s, unsigned depth, unsigned nodes, unsigned placed, uint64_t cost)
{
    if (cost >= s->best) return;
    if (placed == s->n) {
        if (nodes == 0) s->best = cost;
        return;
    }
    if (nodes == 0 || nodes > s->n - placed || depth > s->limit) return;
    for (unsigned leaves = 0; leaves <= nodes; leaves++) {
        if (leaves > 0) cost += (uint64_t)s->descending[placed + leaves - 1] * depth;
        search_depth(s, depth + 1, 2 * (nodes - leaves), placed + leaves, cost);
    }
}

static int descending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

static uint64_t exhaustive_cost(const uint32_t counts[256], unsigned limit)
{
    uint32_t sorted[256];
    unsigned n = 0;
    for (unsigned s = 0; s < 256; s++) {
        if (counts[s] != 0) sorted[n++] = counts[s];
    }
    qsort(sorted, n, sizeof sorted[0], descending);
    search s = {sorted, n, limit, UINT64_MAX};
    search_depth(&s, 1, 2, 0, 0);
    return s.best;
}

static void check_code(const uint32_t counts[256], unsigned limit)
{
    uint8_t lengths[256], again[256], serial[PC_HUFFMAN_LENGTHS_BOUND + 1];
    size_t size = 0, used = 0;
    CHECK(pc_huffman_lengths(counts, limit, lengths) == PC_OK);
    CHECK(pc_huffman_lengths_valid(lengths));
    for (unsigned s = 0; s < 256; s++) CHECK(lengths[s] <= limit && (lengths[s] != 0) == (counts[s] != 0));
    CHECK(pc_huffman_write_lengths(lengths, serial, sizeof serial, &size) == PC_OK);
    CHECK(size <= PC_HUFFMAN_LENGTHS_BOUND);
    CHECK(pc_huffman_write_lengths(lengths, serial, size - 1, &used) == PC_ERR_DST_SIZE);
    serial[size] = 0xee; /* what follows the table is none of its business */
    CHECK(pc_huffman_read_lengths(serial, size + 1, again, &used) == PC_OK);
    CHECK(used == size && memcmp(lengths, again, 256) == 0);
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *exact = check_alloc(cut);
        memcpy(exact, serial, cut);
        CHECK(pc_huffman_read_lengths(exact, cut, again, &used) == PC_ERR_TRUNCATED);
        check_free(exact, cut);
    }
    /* A flipped bit either is refused or gives another valid table, which writes back to itself. */
    for (size_t bit = 0; bit < 8 * size; bit++) {
        serial[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (pc_huffman_read_lengths(serial, size, again, &used) == PC_OK) {
            uint8_t back[PC_HUFFMAN_LENGTHS_BOUND];
            size_t back_size = 0;
            CHECK(pc_huffman_lengths_valid(again) && memcmp(lengths, again, 256) != 0);
            CHECK(pc_huffman_write_lengths(again, back, sizeof back, &back_size) == PC_OK);
            CHECK(back_size == used && memcmp(back, serial, used) == 0);
        }
        serial[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* Twelve symbols, growing like Fibonacci numbers, so that a limit of 8 binds. */
static void test_limit_binds(uint64_t *seed)
{
    for (unsigned round = 0; round < 60; round++) {
        uint32_t counts[256] = {0};
        uint32_t a = 1, b = 1;
        for (unsigned i = 0; i < 12; i++) {
            uint32_t c = a + b + (round == 0 ? 0 : (uint32_t)(check_random(seed) % (a + 1)));
            counts[(i * 37 + round) % 256] = a;
            a = b;
            b = c;
        }
        for (unsigned limit = 8; limit <= 11; limit++) {
            uint8_t lengths[256];
            CHECK(pc_huffman_lengths(counts, limit, lengths) == PC_OK);
            CHECK(pc_huffman_cost(counts, lengths) == exhaustive_cost(counts, limit));
        }
        check_code(counts, 8);
    }
}

/* Against plain Huffman: equal cost whenever its tree fits the limit, never below it. */
static void test_random(uint64_t *seed)
{
    for (unsigned round = 0; round < 400; round++) {
        uint32_t counts[256] = {0};
        unsigned n = 1 + (unsigned)(check_random(seed) % 256), shift = (unsigned)(check_random(seed) % 20);
        for (unsigned i = 0; i < n; i++)
            counts[check_random(seed) % 256] = 1 + (uint32_t)(check_random(seed) >> (44 + shift));
        uint64_t previous = UINT64_MAX, lowest = plain_huffman_cost(counts);
        for (unsigned limit = 8; limit <= 15; limit++) {
            uint8_t lengths[256];
            unsigned longest = 0;
            CHECK(pc_huffman_lengths(counts, limit, lengths) == PC_OK);
            uint64_t cost = pc_huffman_cost(counts, lengths);
            for (unsigned s = 0; s < 256; s++) longest = lengths[s] > longest ? lengths[s] : longest;
            CHECK(cost >= lowest && cost <= previous);
            if (longest < limit) CHECK(cost == lowest);
            previous = cost;
        }
        check_code(counts, 8 + round % 8);
    }
}

static void test_edges(void)
{
    uint32_t counts[256] = {0};
    uint8_t lengths[256], serial[PC_HUFFMAN_LENGTHS_BOUND];
    size_t size = 0;
    memset(lengths, 9, sizeof lengths);
    CHECK(pc_huffman_lengths(counts, 12, lengths) == PC_OK);
    for (unsigned s = 0; s < 256; s++) CHECK(lengths[s] == 0);
    CHECK(!pc_huffman_lengths_valid(lengths));
    CHECK(pc_huffman_write_lengths(lengths, serial, sizeof serial, &size) == PC_ERR_PARAM);
    CHECK(pc_huffman_lengths(counts, 7, lengths) == PC_ERR_PARAM);
    CHECK(pc_huffman_lengths(counts, 16, lengths) == PC_ERR_PARAM);
    for (unsigned s = 0; s < 256; s += 255) { /* one symbol */
        memset(counts, 0, sizeof counts);
        counts[s] = 0xffffffffu;
        check_code(counts, 8);
        CHECK(pc_huffman_lengths(counts, 8, lengths) == PC_OK && lengths[s] == 1);
    }
    for (unsigned s = 0; s < 256; s++) counts[s] = 0xffffffu; /* a full alphabet, limit 8: no choice */
    check_code(counts, 8);
    CHECK(pc_huffman_lengths(counts, 15, lengths) == PC_OK &&
          pc_huffman_cost(counts, lengths) == 0xffffffull * 2048);
    for (unsigned s = 0; s < 256; s++) counts[s] = s < 32 ? 1u << s % 27 : 1; /* steep */
    for (unsigned limit = 8; limit <= 15; limit++) check_code(counts, limit);
    memset(counts, 0, sizeof counts);
    counts[3] = counts[7] = counts[9] = 5; /* of equals, the lower symbol gets the shorter code */
    CHECK(pc_huffman_lengths(counts, 12, lengths) == PC_OK);
    CHECK(lengths[3] == 1 && lengths[7] == 2 && lengths[9] == 2);
    memset(lengths, 0, sizeof lengths);
    lengths[5] = 2; /* one symbol must have length 1 */
    CHECK(!pc_huffman_lengths_valid(lengths));
    lengths[6] = 2; /* incomplete */
    CHECK(!pc_huffman_lengths_valid(lengths));
    lengths[7] = 1; /* complete */
    CHECK(pc_huffman_lengths_valid(lengths));
    lengths[8] = 15; /* too much */
    CHECK(!pc_huffman_lengths_valid(lengths));
    lengths[8] = 16; /* beyond any limit */
    CHECK(!pc_huffman_lengths_valid(lengths));
}

int main(void)
{
    uint64_t seed = 1;
    test_edges();
    test_limit_binds(&seed);
    test_random(&seed);
    return CHECK_RESULT();
}
