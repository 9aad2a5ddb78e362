/* Finding and applying palettes through a small open-addressing hash table of the values. */
#include "tensor/palette.h"

#include <stdlib.h>
#include <string.h>

#include "tensor/split.h"

/* Four slots for each value keep probes short. */
enum { SLOT_BITS = 10, SLOTS = 1 << SLOT_BITS };

/* Elements for each value of a palette, below which it would not pay. */
enum { LEAST_USE = 16 };

typedef struct table {
    uint64_t value[SLOTS];
    uint16_t number[SLOTS]; /* 1 + index, 0 for an empty slot */
} table;

/* Multiplicative hashing by the golden ratio (Knuth, TAOCP 3, 6.4). */
static unsigned slot_of(const table *t, uint64_t value)
{
    unsigned slot = (unsigned)((value * 0x9e3779b97f4a7c15u) >> (64 - SLOT_BITS));
    while (t->number[slot] != 0 && t->value[slot] != value) slot = (slot + 1) % SLOTS;
    return slot;
}

/* Adds n elements' values to the palette; 0 when it overflows. */
static int collect(table *t, pc_tensor_model *m, const uint8_t *elements, uint64_t n)
{
    unsigned size = m->traits->size;
    uint64_t last = 0;
    int have_last = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t value = pc_load_element(elements + i * size, size);
        if (have_last && value == last) continue;
        last = value;
        have_last = 1;
        unsigned slot = slot_of(t, value);
        if (t->number[slot] != 0) continue;
        if (m->n_palette == PC_MAX_PALETTE) return 0;
        t->value[slot] = value;
        m->palette[m->n_palette++] = value;
        t->number[slot] = (uint16_t)m->n_palette;
    }
    return 1;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

int pc_palette_find(pc_tensor_model *m, const uint8_t *data, const pc_sample *s)
{
    uint64_t n = m->info.size / m->traits->size;
    table t;
    memset(&t, 0, sizeof t);
    m->n_palette = 0;
    /* The head of the array turns down almost all others; the rest of it decides. */
    uint64_t head = PC_MIN(n, (uint64_t)s->rows * s->cols);
    if (!collect(&t, m, data, head) || m->n_palette * (uint64_t)LEAST_USE > n ||
        !collect(&t, m, data + head * m->traits->size, n - head)) {
        m->n_palette = 0;
        return 0;
    }
    qsort(m->palette, m->n_palette, sizeof m->palette[0], by_value);
    return 1;
}

void pc_palette_symbols(const pc_tensor_model *m, const uint8_t *elements, size_t n, uint8_t *symbols)
{
    unsigned size = m->traits->size;
    table t;
    memset(&t, 0, sizeof t);
    for (unsigned i = 0; i < m->n_palette; i++) {
        unsigned slot = slot_of(&t, m->palette[i]);
        t.value[slot] = m->palette[i];
        t.number[slot] = (uint16_t)(i + 1);
    }
    for (size_t i = 0; i < n; i++)
        symbols[i] = (uint8_t)(t.number[slot_of(&t, pc_load_element(elements + i * size, size))] - 1);
}
