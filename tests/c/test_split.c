/* Float split and merge: every tier against the definition of the cut, over sources and destinations
 * that end at a page nobody may touch. */
#include "tensor/split.h"
#include "check.h"

static const pc_float_layout layouts[] = {
    {2, 10, 6, 0}, {2, 8, 8, 0}, {2, 8, 5, 3}, {4, 10, 6, 16}, {8, 13, 3, 48}};

static pc_kernels tiers[3];
static int n_tiers;

typedef enum content { ANY_BITS, NARROW, ZEROS, ONE_VALUE, EDGES, CONTENTS } content;

/* Elements whose keys are anything, near the middle of the window, nothing, or at the window's ends. */
static void fill(uint64_t *seed, uint8_t *src, size_t n, const pc_float_layout *l, pc_key_window w,
                 content kind)
{
    uint64_t one = check_random(seed);
    unsigned shift = l->low_bits + l->mid_bits - 1u;
    uint64_t key_mask = ((uint64_t)1 << l->key_bits) - 1;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = check_random(seed), key = x & key_mask;
        if (kind == ZEROS) x = 0;
        if (kind == ONE_VALUE) x = one;
        if (kind == NARROW) key = w.first + check_random(seed) % (w.last - w.first + 1u);
        if (kind == EDGES) {
            const uint64_t edges[] = {0, 1, w.first - 1u, w.first, w.last, w.last + 1u, key_mask};
            key = edges[check_random(seed) % 7] & key_mask;
        }
        if (kind == NARROW || kind == EDGES) x = (x & ~(key_mask << shift)) | key << shift;
        pc_store_element(src + i * l->size, l->size, x);
    }
}

/* What the kernels must give for one element. */
static void cut(uint64_t x, const pc_float_layout *l, pc_key_window w, uint8_t *symbol, uint8_t *mid,
                uint64_t *low, int *outside)
{
    unsigned raw_bits = l->mid_bits - 1u;
    uint64_t sign = x >> (8u * l->size - 1), key = x >> (l->low_bits + raw_bits) & ((1u << l->key_bits) - 1);
    *low = x & (((uint64_t)1 << l->low_bits) - 1);
    *mid = (uint8_t)(sign << raw_bits | (x >> l->low_bits & ((1u << raw_bits) - 1)));
    *outside = key != 0 && (key < w.first || key > w.last);
    if (key == 0)
        *symbol = 0;
    else if (key < w.first)
        *symbol = 1;
    else if (key > w.last)
        *symbol = (uint8_t)(w.last - w.first + 1);
    else
        *symbol = (uint8_t)(key - w.first + 1);
}

static void test_layout(uint64_t *seed, size_t n, const pc_float_layout *l, pc_key_window w, content kind)
{
    size_t low_size = pc_low_size(l), src_size = n * l->size, lows_size = n * low_size + PC_SLACK;
    uint8_t *src = check_alloc(src_size);
    fill(seed, src, n, l, w, kind);
    for (int t = 0; t < n_tiers; t++) {
        uint8_t *symbols = check_alloc(n + PC_SLACK), *mids = check_alloc(n + PC_SLACK);
        uint8_t *lows = check_alloc(lows_size), *back = check_alloc(src_size);
        pc_split_facts facts = {1, ~(uint64_t)2, 0}, expected = facts; /* facts are added to */
        tiers[t].float_split(src, n, l, w, symbols, mids, lows, &facts);
        int same = 1;
        for (size_t i = 0; i < n; i++) {
            uint64_t x = pc_load_element(src + i * l->size, l->size), low, found = 0;
            uint8_t symbol, mid;
            int outside;
            cut(x, l, w, &symbol, &mid, &low, &outside);
            for (size_t b = low_size; b-- > 0;) found = found << 8 | lows[i * low_size + b];
            same &= symbols[i] == symbol && mids[i] == mid && found == low;
            expected.any |= x;
            expected.all &= x;
            expected.outside |= (uint32_t)outside;
        }
        CHECK(same);
        CHECK(facts.any == expected.any && facts.all == expected.all && facts.outside == expected.outside);
        tiers[t].float_merge(symbols, mids, lows, n, l, w, back);
        if (!facts.outside && n != 0) CHECK(memcmp(src, back, src_size) == 0);
        check_free(symbols, n + PC_SLACK);
        check_free(mids, n + PC_SLACK);
        check_free(lows, lows_size);
        check_free(back, src_size);
    }
    check_free(src, src_size);
}

/* Symbols no encoder writes, whose keys run over the top: all tiers agree all the same. */
static void test_hostile(uint64_t *seed, size_t n, const pc_float_layout *l, pc_key_window w)
{
    size_t low_size = pc_low_size(l), size = n * l->size, lows_size = n * low_size + PC_SLACK;
    uint8_t *symbols = check_random_bytes(check_random(seed), n + PC_SLACK), *reference = check_alloc(size);
    uint8_t *mids = check_random_bytes(check_random(seed), n + PC_SLACK);
    uint8_t *lows = check_random_bytes(check_random(seed), lows_size);
    for (size_t i = 0; i < n; i++) mids[i] &= (uint8_t)((1u << l->mid_bits) - 1);
    for (size_t i = 0; l->low_bits < 8 && i < n * low_size; i++)
        lows[i] &= (uint8_t)((1u << l->low_bits) - 1);
    for (int t = 0; t < n_tiers; t++) {
        uint8_t *back = check_alloc(size);
        tiers[t].float_merge(symbols, mids, lows, n, l, w, back);
        if (t == 0 && n != 0) memcpy(reference, back, size);
        CHECK(n == 0 || memcmp(reference, back, size) == 0);
        check_free(back, size);
    }
    check_free(symbols, n + PC_SLACK);
    check_free(mids, n + PC_SLACK);
    check_free(lows, lows_size);
    check_free(reference, size);
}

static void test_zigzag(uint64_t *seed)
{
    for (unsigned size = 1; size <= 8; size *= 2) {
        uint64_t mask = ~(uint64_t)0 >> (64 - 8 * size);
        CHECK(pc_zigzag_difference(5, 5, size) == 0 && pc_zigzag_difference(4, 5, size) == 1);
        CHECK(pc_zigzag_difference(6, 5, size) == 2 && pc_zigzag_difference(0, mask, size) == 2);
        for (unsigned i = 0; i < 2000; i++) {
            uint64_t x = check_random(seed) & mask, before = check_random(seed) & mask;
            uint64_t z = pc_zigzag_difference(x, before, size);
            CHECK(z <= mask && pc_undo_difference(z, before, size) == x);
        }
    }
}

int main(void)
{
    static const size_t sizes[] = {0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129, 1000, 4097};
    uint64_t seed = 5;
    n_tiers = check_tables(tiers);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t l = 0; l < sizeof layouts / sizeof layouts[0]; l++) {
            unsigned top = (1u << layouts[l].key_bits) - 1,
                     first = 1 + (unsigned)(check_random(&seed) % (top - 254));
            const pc_key_window windows[] = {
                {1, 1},
                {1, 255},
                {(uint16_t)top, (uint16_t)top},
                {(uint16_t)(top - 254), (uint16_t)top},
                {(uint16_t)first, (uint16_t)(first + check_random(&seed) % 255)}};
            for (size_t w = 0; w < 5; w++) {
                for (int kind = 0; kind < CONTENTS; kind++)
                    test_layout(&seed, sizes[i], &layouts[l], windows[w], (content)kind);
                test_hostile(&seed, sizes[i], &layouts[l], windows[w]);
            }
        }
    test_zigzag(&seed);
    return CHECK_RESULT();
}
