/* Adler-32: published values, the definition as oracle, and every tier at every length and alignment. */
#include "check.h"
#include "pycomp/adler32.h"

enum { BASE = 65521 };

/* The definition (RFC 1950, 8.2), reduced after every byte. */
static uint32_t oracle(uint32_t adler, const uint8_t *src, size_t n)
{
    uint32_t a = (adler & 0xffff) % BASE, b = (adler >> 16) % BASE;
    for (size_t i = 0; i < n; i++) {
        a = (a + src[i]) % BASE;
        b = (b + a) % BASE;
    }
    return b << 16 | a;
}

static void check_known(const pc_kernels *k)
{
    CHECK(pc_adler32(k, 1, "", 0) == 1);
    CHECK(pc_adler32(k, 1, "Wikipedia", 9) == 0x11e60398u);
    CHECK(pc_adler32(k, 1, "123456789", 9) == 0x091e01deu);
    CHECK(pc_adler32(k, ~0u, "", 0) == 0x000e000eu); /* taken modulo 65521 even then, as zlib does */
}

static void check_lengths(const pc_kernels *k)
{
    uint64_t seed = 1;
    for (size_t size = 0; size < 700; size++) {
        uint8_t *bytes = check_random_bytes(size, size);
        uint32_t start = size % 3 ? (uint32_t)check_random(&seed) : 1;
        for (size_t skip = 0; skip < 65 && skip <= size; skip++)
            CHECK(pc_adler32(k, start, bytes + skip, size - skip) ==
                  oracle(start, bytes + skip, size - skip));
        check_free(bytes, size);
    }
}

/* Lengths around whole pieces of 5552 bytes, random and all ones, from the greatest sums there are. */
static void check_pieces(const pc_kernels *k)
{
    for (size_t size = 5500; size < 5700; size++) {
        uint8_t *bytes = check_random_bytes(size, 3 * size);
        CHECK(pc_adler32(k, 1, bytes, 3 * size) == oracle(1, bytes, 3 * size));
        memset(bytes, 0xff, 3 * size);
        CHECK(pc_adler32(k, ~0u, bytes, 3 * size) == oracle(~0u, bytes, 3 * size));
        check_free(bytes, 3 * size);
    }
    enum { LONG = (1 << 20) + 17 };
    uint8_t *bytes = check_random_bytes(9, LONG);
    CHECK(pc_adler32(k, 1, bytes, LONG) == oracle(1, bytes, LONG));
    check_free(bytes, LONG);
}

static void check_combine(const pc_kernels *k)
{
    enum { TOTAL = 70000 };
    uint64_t seed = 3;
    uint8_t *bytes = check_random_bytes(7, TOTAL);
    uint32_t whole = pc_adler32(k, 1, bytes, TOTAL);
    for (int i = 0; i < 2000; i++) {
        size_t cut = check_random(&seed) % (TOTAL + 1);
        uint32_t first = pc_adler32(k, 1, bytes, cut), second = pc_adler32(k, 1, bytes + cut, TOTAL - cut);
        CHECK(pc_adler32_combine(first, second, TOTAL - cut) == whole);
    }
    CHECK(pc_adler32_combine(whole, 1, 0) == whole);
    check_free(bytes, TOTAL);
}

int main(void)
{
    pc_kernels tables[3];
    int n = check_tables(tables);
    for (int i = 0; i < n; i++) {
        check_known(&tables[i]);
        check_lengths(&tables[i]);
        check_pieces(&tables[i]);
    }
    check_combine(&tables[0]);
    return CHECK_RESULT();
}
