/* The state that mixing starts from: tree, tables, first guesses. See mix_common.h. */
#include "base/checked.h"
#include "entropy/mix_common.h"

#include "arch/variants.h"

/* 65536 / (1 + exp(-x)) for x = -8, -7.5 ... 8, rounded; between these the table is linear. In Python:
 * [round(65536 / (1 + math.exp(-x / 2))) for x in range(-16, 17)] */
static const uint16_t LOGISTIC[33] = {22,    36,    60,    98,    162,   267,   439,   720,   1179,
                                      1921,  3108,  4971,  7812,  11955, 17625, 24743, 32768, 40793,
                                      47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097,
                                      65269, 65374, 65438, 65476, 65500, 65514};

/* The range coder needs 0 < p < 1 and the stretch table its inverse; 1/2048 bounds what a surprise costs. */
enum { LEAST_PROBABILITY = 32 };

uint8_t pc_mix_col_mean(uint64_t sum, uint64_t count)
{
    uint64_t half_symbols = count == 0 ? 0 : (2 * sum + count / 2) / count;
    return (uint8_t)PC_MIN(half_symbols, 255u);
}

static void build_tables(pc_mix_state *s)
{
    for (unsigned i = 0; i < 2 * PC_MIX_ODDS; i++) {
        unsigned at = i / 128, between = i % 128;
        unsigned p = LOGISTIC[at] + (LOGISTIC[at + 1] - LOGISTIC[at]) * between / 128;
        s->squash[i] = (uint16_t)PC_MIN(PC_MAX(p, (unsigned)LEAST_PROBABILITY), 65536u - LEAST_PROBABILITY);
    }
    for (unsigned p = 0, i = 0; p < 4096; p++) {
        while (i < 2 * PC_MIX_ODDS - 1 && s->squash[i] < 16 * p + 8) i++;
        s->stretch[p] = (int16_t)((int)i - PC_MIX_ODDS);
    }
    /* After n observations the next one counts 1 / (n + 1.6): between Laplace's and Krichevsky's rules. */
    for (unsigned n = 0; n < PC_COUNT_OF(s->rate); n++) s->rate[n] = (int32_t)(65536u * 5 / (5 * n + 8));
}

/* Middles of the intervals that float keys stand for, or the magnitudes. */
void pc_mix_values(const pc_mix_model *m, int32_t values[256])
{
    unsigned top = 255;
    while (top > 0 && m->freqs[top] == 0) top--;
    for (unsigned i = 0; i < 256; i++) {
        if (m->octave == PC_MIX_LINEAR) {
            values[i] = (int32_t)(i * 64);
            continue;
        }
        unsigned octave = m->octave, mask = (1u << octave) - 1, key = PC_MIN(i, top) + m->first;
        int down = (int)((top + m->first) >> octave) - (int)(key >> octave);
        int shift = PC_MIX_VALUE_TOP - (int)octave - 1 - down;
        int32_t middle = (int32_t)(2 * ((1u << octave) + (key & mask)) + 1);
        values[i] = shift >= 0 ? middle * (1 << shift) : shift > -16 ? middle >> -shift : 0;
    }
}

/* The symbols [low, high) of a node. */
typedef struct span {
    uint16_t low, high;
} span;

/* The tree over symbols [low, high), each node split where that halves its weight best. Nodes are numbered
 * breadth first: those that most walks pass are neighbours in memory. Returns the root. */
static unsigned build_tree(pc_mix_state *s, const uint32_t *below, unsigned low, unsigned high, span *spans)
{
    if (high - low == 1) return PC_MIX_LEAF + low;
    spans[0] = (span){(uint16_t)low, (uint16_t)high};
    s->nodes = 1;
    for (unsigned node = 0; node < s->nodes; node++) {
        low = spans[node].low;
        high = spans[node].high;
        unsigned middle = low + 1;
        /* Signed: `over` is negative where the last symbol is more than half. below stays under 2^19. */
        int32_t twice_half = (int32_t)(below[low] + below[high]);
        while (middle + 1 < high && 2 * (int32_t)below[middle] < twice_half) middle++;
        int32_t over = 2 * (int32_t)below[middle] - twice_half;
        if (middle > low + 1 && twice_half - 2 * (int32_t)below[middle - 1] < over) middle--;
        const span halves[2] = {{(uint16_t)low, (uint16_t)middle}, {(uint16_t)middle, (uint16_t)high}};
        s->tree[node].middle = (uint16_t)middle;
        for (unsigned i = 0; i < 2; i++) {
            int leaf = halves[i].high - halves[i].low == 1;
            s->tree[node].child[i] = (uint16_t)(leaf ? PC_MIX_LEAF + (unsigned)halves[i].low : s->nodes);
            if (!leaf) spans[s->nodes++] = halves[i];
        }
    }
    return 0;
}

/* The first guess at the node over [low, high), with all symbols moved up by `shift`. */
static uint32_t guess(const uint32_t *below, int low, int middle, int high, int shift, unsigned count)
{
    /* A fiftieth of the unmoved distribution stays, for where the moved one is empty. */
    uint64_t all = below[high] - below[low], upper = below[high] - below[middle];
    if (shift != 0) {
        uint64_t l = below[pc_mix_clamp(low - shift, 0, 256)],
                 m = below[pc_mix_clamp(middle - shift, 0, 256)];
        uint64_t h = below[pc_mix_clamp(high - shift, 0, 256)];
        all += 50 * (h - l);
        upper += 50 * (h - m);
    }
    uint64_t p = upper * PC_MIX_ONE / all, least = PC_MIX_ONE / 2048;
    p = PC_MIN(PC_MAX(p, least), PC_MIX_ONE - least);
    return (uint32_t)p << PC_MIX_COUNT_BITS | count;
}

enum {
    /* Observations that first guesses count for: as they are, and moved to the scale of a class. */
    PLAIN_COUNT = 3,
    MOVED_COUNT = 12
};

static void guess_node(pc_mix_state *s, const uint32_t *below, unsigned node, int low, int high, int moves)
{
    int middle = s->tree[node].middle;
    const size_t stride = s->stride;
    uint32_t plain = guess(below, low, middle, high, 0, PLAIN_COUNT), *slot = s->slots + node;
    for (unsigned i = 0; i < 2 * PC_MIX_COLUMNS; i++, slot += stride) *slot = plain;
    for (int i = 0; i < PC_MIX_SCALES; i++, slot += stride)
        *slot = guess(below, low, middle, high, moves * (i / 2 - PC_MIX_SCALES / 4), MOVED_COUNT);
    for (int i = 0; i < PC_MIX_COARSE; i++) {
        uint32_t moved = guess(below, low, middle, high, moves * (i - PC_MIX_COARSE / 2), MOVED_COUNT);
        for (unsigned k = 0; k < PC_MIX_OFFSETS; k++, slot += stride) *slot = moved;
    }
    for (int i = 0; i < PC_MIX_SCALES; i++, slot += stride)
        *slot = guess(below, low, middle, high, moves * (i / 2 - PC_MIX_SCALES / 4), PLAIN_COUNT);
    for (unsigned i = 0; i < 2 * PC_MIX_ABOVE; i++, slot += stride) *slot = plain;
}

void pc_mix_spread_scalar(int32_t *sums, const int8_t *weights, size_t n, int32_t departure)
{
    for (size_t i = 0; i < n; i++) sums[i] += departure * weights[i];
}

/* Arrays by column, then the slots. */
static size_t columns_size(size_t cols) { return cols * (3 * sizeof(int32_t) + 2) + 64; }

size_t pc_mix_workspace(size_t cols)
{
    return sizeof(pc_mix_state) + 64 + columns_size(cols) +
           (size_t)PC_MIX_CLASSES * PC_MIX_NODES * sizeof(uint32_t);
}

pc_mix_state *pc_mix_begin(const pc_mix_model *m, void *workspace)
{
    pc_mix_state *s = (pc_mix_state *)(void *)(((uintptr_t)workspace + 63) & ~(uintptr_t)63);
    memset(s, 0, sizeof *s);
    s->model = m;
    s->cols = m->cols;
    s->col_mean = (int32_t *)(void *)(s + 1);
    s->col_value = s->col_mean + m->cols;
    s->expected = m->weights != NULL ? s->col_value + m->cols : NULL;
    s->above = (uint8_t *)(s->col_value + 2 * m->cols);
    s->above_sign = s->above + m->cols;
    uintptr_t slots = (uintptr_t)(s->above_sign + m->cols);
    s->slots = (uint32_t *)(void *)((slots + 63) & ~(uintptr_t)63);
    while (m->cols > (size_t)PC_MIX_COLUMNS << s->col_shift) s->col_shift++;

    unsigned low = 256, top = 0;
    uint32_t below[257] = {0};
    uint64_t total = 0, sum = 0;
    for (unsigned i = 0; i < 256; i++) {
        below[i + 1] = below[i] + 64u * m->freqs[i] + 1;
        total += m->freqs[i];
        sum += (uint64_t)i * m->freqs[i];
        if (m->freqs[i] == 0) continue;
        low = PC_MIN(low, i);
        top = i;
    }
    if (total == 0) low = 0, total = 1;
    s->mean = (int)(sum / total);
    build_tables(s);
    pc_mix_values(m, s->value);
    span spans[PC_MIX_NODES];
    s->root = build_tree(s, below, low, top + 1, spans);
    s->stride = pc_round_up(s->nodes, PC_MIX_LINE);
    for (unsigned n = 0; n < s->nodes; n++)
        guess_node(s, below, n, (int)spans[n].low, (int)spans[n].high, m->octave != PC_MIX_LINEAR);

    s->clip = m->octave == PC_MIX_LINEAR ? 32 * 256 : PC_MIX_CLIP << m->octave;
    s->prior = m->col_means != NULL ? 32 : 2;
    for (size_t c = 0; c < m->cols; c++)
        s->col_mean[c] = m->col_means != NULL ? m->col_means[c] * 128 : s->mean * 256;
    memset(s->col_value, 0, m->cols * (2 * sizeof(int32_t) + 2));
    for (size_t i = 0; i < PC_MIX_SIGN_CLASSES; i++)
        s->sign_slots[i] = (uint32_t)(PC_MIX_ONE / 2) << PC_MIX_COUNT_BITS | PLAIN_COUNT;
    for (unsigned n = 0; n < PC_MIX_NODES; n++)
        for (unsigned i = 0; i < PC_MIX_INPUTS; i++)
            s->weights[n][i] =
                (1 << PC_MIX_MIXER_BITS) / (n == PC_MIX_SIGN ? PC_MIX_SIGN_INPUTS : PC_MIX_INPUTS);
    return s;
}
