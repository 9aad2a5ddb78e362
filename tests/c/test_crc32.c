/* CRC-32: published check values, a bit-by-bit oracle, and every tier at every length and alignment. */
#include "check.h"
#include "pycomp/crc32.h"

/* The definition (RFC 1952, 8), a bit at a time. */
static uint32_t oracle(uint32_t crc, const uint8_t *src, size_t n)
{
    crc = ~crc;
    for (size_t i = 0; i < n; i++) {
        crc ^= src[i];
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* The check value of the Rocksoft model for "123456789", and others known from zlib. */
static void check_known(const pc_kernels *k)
{
    CHECK(pc_crc32(k, 0, "123456789", 9) == 0xcbf43926u);
    CHECK(pc_crc32(k, 0, "", 0) == 0);
    CHECK(pc_crc32(k, 0xdeadbeefu, "", 0) == 0xdeadbeefu);
    CHECK(pc_crc32(k, 0, "The quick brown fox jumps over the lazy dog", 43) == 0x414fa339u);
}

static void check_lengths(const pc_kernels *k)
{
    uint64_t seed = 1;
    for (size_t size = 0; size < 1400; size++) {
        uint8_t *bytes =
            check_random_bytes(size, size); /* ends at a guarded page: every alignment of the end */
        uint32_t start = size % 3 ? (uint32_t)check_random(&seed) : 0;
        CHECK(pc_crc32(k, start, bytes, size) == oracle(start, bytes, size));
        for (size_t skip = 1; skip < 17 && skip < size; skip++)
            CHECK(pc_crc32(k, start, bytes + skip, size - skip) == oracle(start, bytes + skip, size - skip));
        check_free(bytes, size);
    }
}

/* Long inputs, where every register of every loop has gone round; ones are the extreme of each product. */
static void check_long(const pc_kernels *k)
{
    static const size_t sizes[] = {4096, 65536, 100003, 1 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *bytes = check_random_bytes(i, sizes[i]);
        CHECK(pc_crc32(k, 0, bytes, sizes[i]) == oracle(0, bytes, sizes[i]));
        memset(bytes, 0xff, sizes[i]);
        CHECK(pc_crc32(k, ~0u, bytes, sizes[i]) == oracle(~0u, bytes, sizes[i]));
        check_free(bytes, sizes[i]);
    }
}

static void check_combine(const pc_kernels *k)
{
    enum { TOTAL = 5000 };
    uint64_t seed = 3;
    uint8_t *bytes = check_random_bytes(7, TOTAL);
    uint32_t whole = pc_crc32(k, 0, bytes, TOTAL);
    for (int i = 0; i < 2000; i++) {
        size_t cut = check_random(&seed) % (TOTAL + 1);
        uint32_t first = pc_crc32(k, 0, bytes, cut), second = pc_crc32(k, 0, bytes + cut, TOTAL - cut);
        CHECK(pc_crc32_combine(first, second, TOTAL - cut) == whole);
    }
    /* A length no buffer has: "a" and 2^40 zeros, known from squaring the matrix of one shift 43 times. */
    uint8_t zero = 0;
    uint32_t zeros = pc_crc32(k, 0, &zero, 1);
    for (int i = 0; i < 40; i++) zeros = pc_crc32_combine(zeros, zeros, (uint64_t)1 << i);
    CHECK(pc_crc32_combine(pc_crc32(k, 0, "a", 1), zeros, (uint64_t)1 << 40) == 0x475b9924u);
    CHECK(pc_crc32_combine(0x12345678u, 0, 0) == 0x12345678u);
    check_free(bytes, TOTAL);
}

int main(void)
{
    pc_kernels tables[3];
    int n = check_tables(tables);
    for (int i = 0; i < n; i++) {
        check_known(&tables[i]);
        check_lengths(&tables[i]);
        check_long(&tables[i]);
    }
    check_combine(&tables[0]);
    return CHECK_RESULT();
}
