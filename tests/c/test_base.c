/* The base layer: status texts, aligned allocation, checked sizes, loads, bit tricks, 128-bit products. */
#include "base/alloc.h"
#include "base/checked.h"
#include "base/mem.h"
#include "base/mul128.h"
#include "check.h"
#include "pycomp/status.h"

static void test_alloc(void)
{
    CHECK(pc_alloc(0) == NULL);
    CHECK(pc_alloc(SIZE_MAX) == NULL);
    pc_free(NULL);
    for (size_t size = 1; size < 5000; size += 37) {
        uint8_t *block = pc_alloc(size);
        CHECK(block != NULL && ((uintptr_t)block & (PC_ALIGNMENT - 1)) == 0);
        memset(block, 0xa5, size);
        pc_free(block);
    }
}

static void test_sizes(void)
{
    size_t out = 7;
    CHECK(pc_add_size(SIZE_MAX - 1, 1, &out) && out == SIZE_MAX);
    CHECK(!pc_add_size(SIZE_MAX, 1, &out) && out == SIZE_MAX);
    CHECK(pc_mul_size(SIZE_MAX / 3, 3, &out) && out == SIZE_MAX / 3 * 3);
    CHECK(!pc_mul_size(SIZE_MAX / 2 + 1, 2, &out));
    CHECK(pc_mul_size(SIZE_MAX, 0, &out) && out == 0);
    CHECK(pc_ceil_div(SIZE_MAX, 2) == SIZE_MAX / 2 + 1 && pc_ceil_div(0, 5) == 0 && pc_ceil_div(6, 3) == 2);
    CHECK(pc_round_up(65, 64) == 128 && pc_round_up(64, 64) == 64 && pc_round_up(0, 64) == 0);
}

static void test_words(void)
{
    const uint8_t bytes[9] = {0xff, 1, 2, 3, 4, 5, 6, 7, 8};
    uint8_t copy[8];
    CHECK(pc_load16(bytes + 1) == 0x0201u);
    CHECK(pc_load32(bytes + 1) == 0x04030201u);
    CHECK(pc_load64(bytes + 1) == 0x0807060504030201u);
    pc_store64(copy, 0x0807060504030201u);
    CHECK(memcmp(copy, bytes + 1, 8) == 0);
    pc_store32(copy, 0x0a0b0c0du);
    CHECK(copy[0] == 0x0d && copy[3] == 0x0a && copy[4] == 5);
    pc_store16(copy, 0x0102u);
    CHECK(copy[0] == 2 && copy[1] == 1 && copy[2] == 0x0b);
}

static void test_bits(void)
{
    CHECK(pc_popcount64(0) == 0 && pc_popcount64(~(uint64_t)0) == 64 &&
          pc_popcount64(0x8000000000000001u) == 2);
    CHECK(pc_log2_ceil(1) == 0 && pc_log2_ceil(2) == 1 && pc_log2_ceil(3) == 2);
    for (unsigned i = 1; i < 64; i++) {
        uint64_t power = (uint64_t)1 << i;
        CHECK(pc_log2_floor(power) == i && pc_log2_floor(power - 1) == i - 1 && pc_log2_ceil(power) == i);
    }
    uint64_t high;
    CHECK(pc_mul128(~(uint64_t)0, ~(uint64_t)0, &high) == 1 && high == ~(uint64_t)0 - 1);
    CHECK(pc_mul128((uint64_t)1 << 63, 6, &high) == 0 && high == 3);
}

int main(void)
{
    for (int status = PC_OK; status <= PC_ERR_BASE; status++)
        CHECK(strcmp(pc_status_text((pc_status)status), "unknown status") != 0);
    CHECK(strcmp(pc_status_text((pc_status)99), "unknown status") == 0);
    test_alloc();
    test_sizes();
    test_words();
    test_bits();
    return CHECK_RESULT();
}
