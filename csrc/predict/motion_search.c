/* The search for a block's best place.
 *
 * All methods start from predictions: no motion, the vectors of the neighbours to the left, above and above
 * to the right, their median (the prediction of H.264, 8.4.1.3), and those of a coarser grid. Then
 *
 *     DIAMOND  walks by the large diamond and ends with the small one
 *              (Zhu and Ma, "A new diamond search algorithm for fast block-matching motion estimation", 2000)
 *     HEX      walks by a hexagon, which needs three new places a step, and ends with the eight around
 *              (Zhu, Lin and Chau, "Hexagon-based search pattern for fast block motion estimation", 2002)
 *     FULL     finds the least of all places. A place whose sums over the block's quarters differ from the
 *              block's by more than the best so far cannot win, which leaves a few in a hundred to be
 * compared (Li and Salari, "Successive elimination algorithm for motion estimation", 1995; by quarters: Gao,
 * Duanmu and Zou, "A multilevel successive elimination algorithm", 2000).
 *
 * What is minimised is the metric plus lambda times the bits of the vector's difference from the median
 * prediction in signed Exp-Golomb code (H.264, 9.1). Of equal places the shorter |down| + |right| wins, then
 * the smaller down, then the smaller right: a total order, so the result does not depend on the order in
 * which places are tried. */
#include "base/mem.h"
#include "predict/motion_band.h"
#include "predict/motion_common.h"

typedef struct vector {
    int down, right;
} vector;

typedef struct search {
    const pc_motion_grid *grid;
    pc_motion_match match;
    vector predicted; /* in the units of the result */
    vector best;      /* in samples, in quarters when these are refined */
    uint64_t score, cost;
    int unit, taken; /* units a sample; which of the places last tried became the best, or -1 */
} search;

enum { MOST = PC_MOTION_CHUNK }; /* places tried at once */

static uint64_t code_bits(int v)
{
    return 1 + 2 * pc_log2_floor((uint64_t)(v > 0 ? 2 * (int64_t)v : 1 - 2 * (int64_t)v));
}

static int before(vector a, vector b)
{
    uint32_t la = pc_motion_abs(a.down) + pc_motion_abs(a.right);
    uint32_t lb = pc_motion_abs(b.down) + pc_motion_abs(b.right);
    if (la != lb) return la < lb;
    return a.down != b.down ? a.down < b.down : a.right < b.right;
}

/* v, in samples or quarters, of the given cost: better than what there is? */
static int offer(search *s, vector v, int scale, uint64_t cost)
{
    uint64_t score = cost << 8;
    if (s->grid->lambda != 0)
        score += s->grid->lambda * (code_bits(v.down * scale - s->predicted.down) +
                                    code_bits(v.right * scale - s->predicted.right));
    if (score > s->score || (score == s->score && !before(v, s->best))) return 0;
    s->score = score, s->cost = cost, s->best = v;
    return 1;
}

/* Tries places around a vector; those beyond the radius are left out. */
static void try_all(search *s, vector around, const vector *steps, unsigned n)
{
    int radius = s->grid->radius, bytes = (int)s->match.bytes;
    ptrdiff_t offsets[MOST] = {0};
    uint64_t costs[MOST];
    unsigned char which[MOST];
    unsigned count = 0;
    s->taken = -1;
    for (unsigned i = 0; i < n; i++) {
        int down = around.down + steps[i].down, right = around.right + steps[i].right;
        if (down > radius || down < -radius || right > radius || right < -radius) continue;
        which[count] = (unsigned char)i;
        offsets[count++] = (ptrdiff_t)down * s->match.stride + (ptrdiff_t)right * bytes;
    }
    if (count != 0) s->grid->kernels->motion_costs(&s->match, offsets, count, costs);
    for (unsigned i = 0; i < count; i++) {
        vector v = {around.down + steps[which[i]].down, around.right + steps[which[i]].right};
        if (offer(s, v, s->unit, costs[i])) s->taken = which[i];
    }
}

static int median(int a, int b, int c) { return PC_MAX(PC_MIN(a, b), PC_MIN(PC_MAX(a, b), c)); }

static int nearest(int v, int unit, int radius)
{
    v = unit == 1 ? v : (v + 2) >> 2;
    return PC_MIN(PC_MAX(v, -radius), radius);
}

/* Starts from the predictions. Neighbours that do not exist count as no motion; where there is no row above,
 * the left one alone predicts. */
static void predict(search *s, size_t row, size_t col)
{
    const pc_motion_grid *g = s->grid;
    const int32_t *at = g->vectors + 2 * (row * g->cols + col);
    vector near[4] = {{0, 0}, {0, 0}, {0, 0}, {0, 0}}, list[10];
    unsigned n = 0, distinct = 0;
    if (col > 0) near[0] = (vector){at[-2], at[-1]};
    if (row > 0) {
        const int32_t *up = at - 2 * g->cols, *corner = col + 1 < g->cols ? up + 2 : col > 0 ? up - 2 : up;
        near[1] = (vector){up[0], up[1]}, near[2] = (vector){corner[0], corner[1]};
        near[3] = (vector){median(near[0].down, near[1].down, near[2].down),
                           median(near[0].right, near[1].right, near[2].right)};
    } else {
        near[3] = near[0];
    }
    s->predicted = near[3];
    list[n++] = (vector){0, 0};
    for (unsigned i = 0; i < 4; i++)
        list[n++] =
            (vector){nearest(near[i].down, s->unit, g->radius), nearest(near[i].right, s->unit, g->radius)};
    if (g->coarse != NULL) /* the block's own, and the ones that it borders on there */
        for (unsigned i = 0; i < 4; i++) {
            size_t y = i & 1 ? PC_MAX(row, 1) - 1 + (row & 1) * 2 : row;
            size_t x = i & 2 ? PC_MAX(col, 1) - 1 + (col & 1) * 2 : col;
            y = PC_MIN(y, g->rows - 1) / 2, x = PC_MIN(x / 2, g->coarse_cols - 1);
            const int32_t *c = g->coarse + 2 * (y * g->coarse_cols + x);
            list[n++] = (vector){nearest(2 * c[0], 1, g->radius), nearest(2 * c[1], 1, g->radius)};
        }
    for (unsigned i = 0; i < n; i++) {
        unsigned j = 0;
        while (j < distinct && (list[j].down != list[i].down || list[j].right != list[i].right)) j++;
        if (j == distinct) list[distinct++] = list[i];
    }
    s->score = UINT64_MAX, s->best = (vector){0, 0};
    try_all(s, (vector){0, 0}, list, distinct);
}

/* Walks by a ring of places. After a step in direction i only the places next to i on the ring are new, and
 * two on either side after a step to a corner of the diamond (the even ones). */
static void walk(search *s, const vector *ring, unsigned n, int diamond)
{
    try_all(s, s->best, ring, n);
    while (s->taken >= 0) {
        unsigned direction = (unsigned)s->taken, reach = diamond && direction % 2 == 0 ? 2 : 1;
        unsigned first = (direction + n - reach) % n;
        vector some[5];
        for (unsigned i = 0; i <= 2 * reach; i++) some[i] = ring[(first + i) % n];
        try_all(s, s->best, some, 2 * reach + 1);
        if (s->taken >= 0) s->taken = (int)((first + (unsigned)s->taken) % n);
    }
}

static const vector around_eight[8] = {{-1, 0}, {0, -1}, {0, 1}, {1, 0}, {-1, -1}, {-1, 1}, {1, -1}, {1, 1}};

static void hexagon(search *s)
{
    static const vector ring[6] = {{0, -2}, {-2, -1}, {-2, 1}, {0, 2}, {2, 1}, {2, -1}};
    walk(s, ring, 6, 0);
    try_all(s, s->best, around_eight, 8);
}

static void diamond(search *s)
{
    static const vector ring[8] = {{0, -2}, {-1, -1}, {-2, 0}, {-1, 1}, {0, 2}, {1, 1}, {2, 0}, {1, -1}};
    walk(s, ring, 8, 1);
    try_all(s, s->best, around_eight, 4);
}

/* floor(sqrt(v)), by Newton from above. */
static uint64_t root(uint64_t v)
{
    if (v < 2) return v;
    uint64_t x = (uint64_t)1 << (pc_log2_floor(v) / 2 + 1);
    for (;;) {
        uint64_t y = (x + v / x) / 2;
        if (y >= x) return x;
        x = y;
    }
}

/* The greatest distance D of quarter sums at which a score of at most `score` is possible: D is at most the
 * SAD; at most twice the SATD, whose transforms hold the sums of their squares; and D^2 at most size^2 times
 * the SSD, by Cauchy and Schwarz. */
static int32_t farthest(const search *s, uint64_t score)
{
    uint64_t cost = score >> 8, size = s->match.size, distance = cost;
    if (s->match.metric == PC_MOTION_SATD) distance = 2 * cost + 1;
    if (s->match.metric == PC_MOTION_SSD) distance = root(PC_MIN(cost, (uint64_t)1 << 47) * size * size);
    return (int32_t)PC_MIN(distance, (uint64_t)INT32_MAX);
}

static pc_motion_quarters quarters_of(const search *s)
{
    unsigned half = s->match.size / 2;
    pc_motion_quarters q = {{0}, half};
    int32_t columns[PC_MOTION_MAX_BLOCK], sums[PC_MOTION_MAX_BLOCK];
    for (unsigned part = 0; part < 2; part++) {
        memset(columns, 0, sizeof columns);
        for (unsigned y = 0; y < half; y++)
            s->grid->kernels->motion_sums(s->match.block +
                                              (ptrdiff_t)(part * half + y) * s->match.block_stride,
                                          NULL, s->match.bytes, half, columns, sums, half + 1);
        q.of_block[2 * part] = sums[0], q.of_block[2 * part + 1] = sums[half];
    }
    return q;
}

static void full_row(search *s, const pc_motion_quarters *q, const int32_t *sums, int down)
{
    const pc_motion_grid *g = s->grid;
    const int32_t *lower = sums + (ptrdiff_t)q->half * g->sums_stride;
    uint8_t places[PC_MOTION_CHUNK];
    vector steps[PC_MOTION_CHUNK];
    for (int right = -g->radius; right <= g->radius; right += PC_MOTION_CHUNK) {
        /* A tie wins only if it is nearer. */
        int far = pc_motion_abs(down) > pc_motion_abs(s->best.down) + pc_motion_abs(s->best.right);
        if (s->score == 0 && far) return;
        unsigned n = (unsigned)PC_MIN(g->radius - right + 1, (int)PC_MOTION_CHUNK);
        n = g->kernels->motion_near(q, sums + right, lower + right, n, farthest(s, s->score - (uint64_t)far),
                                    places);
        for (unsigned i = 0; i < n; i++) steps[i] = (vector){down, right + places[i]};
        if (n != 0) try_all(s, (vector){0, 0}, steps, n);
    }
}

static void full(search *s, size_t row, size_t col)
{
    const pc_motion_grid *g = s->grid;
    pc_motion_quarters q = quarters_of(s);
    const int32_t *sums = g->sums + (ptrdiff_t)(row * g->block) * g->sums_stride + col * g->block;
    for (int i = 0; i <= 2 * g->radius; i++) {
        int down = i & 1 ? -(i + 1) / 2 : i / 2;
        full_row(s, &q, sums + (ptrdiff_t)down * g->sums_stride, down);
    }
}

/* The eight places half a sample around the best, then those a quarter around the best of these. */
static void refine(search *s)
{
    const pc_motion_grid *g = s->grid;
    int limit = PC_MOTION_QUARTERS * g->radius;
    unsigned size = s->match.size;
    uint16_t blended[PC_MOTION_MAX_BLOCK * PC_MOTION_MAX_BLOCK];
    pc_motion_match match = s->match;
    match.reference = (const uint8_t *)blended, match.stride = (ptrdiff_t)(size * match.bytes);
    s->best.down *= PC_MOTION_QUARTERS, s->best.right *= PC_MOTION_QUARTERS;
    for (int step = PC_MOTION_QUARTERS / 2; step >= 1; step /= 2) {
        vector centre = s->best;
        for (unsigned i = 0; i < 8; i++) {
            vector v = {centre.down + step * around_eight[i].down,
                        centre.right + step * around_eight[i].right};
            ptrdiff_t here = 0;
            uint64_t cost;
            if (v.down > limit || v.down < -limit || v.right > limit || v.right < -limit) continue;
            const uint8_t *at = s->match.reference + (ptrdiff_t)(v.down >> 2) * s->match.stride +
                                (ptrdiff_t)(v.right >> 2) * (ptrdiff_t)match.bytes;
            g->kernels->motion_blend(at, s->match.stride, size, match.bytes, v.down & 3, v.right & 3,
                                     (uint8_t *)blended);
            g->kernels->motion_costs(&match, &here, 1, &cost);
            offer(s, v, 1, cost);
        }
    }
}

void pc_motion_grid_search(const pc_motion_grid *g)
{
    search s = {.grid = g, .unit = g->subpel ? PC_MOTION_QUARTERS : 1};
    for (size_t row = 0; row < g->rows; row++)
        for (size_t col = 0; col < g->cols; col++) {
            ptrdiff_t y = (ptrdiff_t)(row * g->block), x = (ptrdiff_t)(col * g->block * g->bytes);
            size_t place = row * g->cols + col;
            s.match = (pc_motion_match){g->frame.at + y * g->frame.stride + x,
                                        g->reference.at + y * g->reference.stride + x,
                                        g->frame.stride,
                                        g->reference.stride,
                                        g->block,
                                        g->bytes,
                                        g->metric};
            predict(&s, row, col);
            switch (g->method) {
            case PC_MOTION_FULL: full(&s, row, col); break;
            case PC_MOTION_DIAMOND: diamond(&s); break;
            default: hexagon(&s); break;
            }
            if (g->subpel) refine(&s);
            g->vectors[2 * place] = s.best.down, g->vectors[2 * place + 1] = s.best.right;
            g->costs[place] = s.cost;
        }
}
