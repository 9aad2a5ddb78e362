/* The kernel table: complete for every tier, and no tier without the one below it. */
#include "check.h"

int main(void)
{
    uint32_t have = pc_isa_detect();
    CHECK((have & PC_ISA_NEON) == 0 || (have & ~(uint32_t)PC_ISA_PMULL) == PC_ISA_NEON);
    CHECK((have & PC_ISA_AVX512) == 0 || (have & PC_ISA_AVX2) != 0);

    pc_kernels tables[3] = {{0}};
    int n = check_tables(tables);
    CHECK(n >= 1 && tables[0].isa == PC_ISA_SCALAR && tables[n - 1].isa == have);
    for (int i = 0; i < n; i++) {
        /* After the first member, the mask and its padding, a table is pointers all the way. */
        for (size_t at = sizeof(void *); at + sizeof(void *) <= sizeof(pc_kernels); at += sizeof(void *)) {
            void *entry;
            memcpy(&entry, (const char *)&tables[i] + at, sizeof entry);
            CHECK(entry != NULL);
        }
    }
    return CHECK_RESULT();
}
