/* XXH3: every tier and every way to cut a stream gives the scalar one-call result; known values come
 * from the reference implementation (the tests in Python compare many more with it). */
#include "check.h"
#include "pycomp/xxh3.h"

static void check_known(const pc_kernels *k)
{
    pc_hash128 empty = pc_xxh3_128(k, "", 0), word = pc_xxh3_128(k, "pycomp", 6);
    CHECK(pc_xxh3_64(k, "", 0) == 0x2d06800538d394c2u);
    CHECK(empty.high == 0x99aa06d3014798d8u && empty.low == 0x6001c324468d497fu);
    CHECK(pc_xxh3_64(k, "pycomp", 6) == 0xff2bf559aa50f730u);
    CHECK(word.high == 0xc1f09933b31243f7u && word.low == 0xd45cb79b6c7b79cdu);
}

static int same(pc_hash128 a, pc_hash128 b) { return a.low == b.low && a.high == b.high; }

static void check_tiers(const pc_kernels *tables, int n)
{
    for (size_t size = 0; size < 2600; size++) {
        uint8_t *bytes = check_random_bytes(size, size);
        for (int i = 1; i < n; i++) {
            CHECK(pc_xxh3_64(&tables[i], bytes, size) == pc_xxh3_64(&tables[0], bytes, size));
            CHECK(same(pc_xxh3_128(&tables[i], bytes, size), pc_xxh3_128(&tables[0], bytes, size)));
        }
        check_free(bytes, size);
    }
}

static void check_stream(const pc_kernels *k, uint64_t seed)
{
    enum { TOTAL = 6000 };
    uint8_t *bytes = check_random_bytes(seed, TOTAL);
    pc_xxh3_state state;
    pc_xxh3_init(&state);
    for (size_t at = 0;;) {
        CHECK(pc_xxh3_digest64(k, &state) == pc_xxh3_64(k, bytes, at));
        CHECK(same(pc_xxh3_digest128(k, &state), pc_xxh3_128(k, bytes, at)));
        if (at == TOTAL) break;
        /* Piece sizes around the stripe, the buffer and the block. */
        static const size_t edges[] = {0, 1, 63, 64, 65, 240, 256, 257, 1024, 1025};
        uint64_t r = check_random(&seed);
        size_t piece = r & 1 ? edges[(r >> 1) % 10] : (size_t)(r >> 1) % 700;
        if (piece > TOTAL - at) piece = TOTAL - at;
        pc_xxh3_update(k, &state, bytes + at, piece);
        at += piece;
    }
    check_free(bytes, TOTAL);
}

int main(void)
{
    pc_kernels tables[3];
    int n = check_tables(tables);
    check_tiers(tables, n);
    for (int i = 0; i < n; i++) {
        check_known(&tables[i]);
        for (uint64_t seed = 0; seed < 200; seed++) check_stream(&tables[i], seed);
    }
    return CHECK_RESULT();
}
