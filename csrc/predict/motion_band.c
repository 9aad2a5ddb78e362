/* What a band of blocks needs before it can be searched, made in the worker's own room: its part of both
 * pictures with the edges repeated, sums of half blocks for the full search, and halved planes for the
 * pyramid. The copy costs less than a test at every place whether it lies inside. */
#include "predict/motion_band.h"

#include "base/checked.h"
#include "base/limits.h"
#include "predict/motion_common.h"

enum {
    LEVELS = 3, /* of the pyramid: whole, half and quarter resolution */
    COARSEST = 1 << (LEVELS - 1),
    ALIGN = 64 /* rows start at cache lines */
};

/* The sizes that follow from a job. */
typedef struct layout {
    size_t cols, grid_cols,
        grid_rows; /* blocks across the picture, and as many as the coarsest level covers */
    size_t margin; /* samples around the reference */
    size_t frame_stride, frame_rows, ref_stride, ref_rows;
} layout;

static bool plan(const pc_motion_job *job, layout *l)
{
    size_t block = job->block, levels = job->method == PC_MOTION_PYRAMID ? COARSEST : 1;
    l->cols = pc_ceil_div(job->width, block);
    if (l->cols > (SIZE_MAX >> 8) / block / sizeof(int32_t)) return false; /* hence nothing below overflows */
    l->grid_cols = pc_round_up(l->cols, levels), l->grid_rows = PC_MOTION_BAND;
    l->margin = pc_round_up(job->radius + 1, COARSEST);
    l->frame_stride = pc_round_up(l->grid_cols * block * job->bytes, ALIGN);
    l->frame_rows = l->grid_rows * block;
    l->ref_stride = pc_round_up((l->grid_cols * block + 2 * l->margin) * job->bytes, ALIGN);
    l->ref_rows = l->frame_rows + 2 * l->margin;
    return true;
}

/* Elements of a row of sums: also the columns that are only there to be added up. */
static size_t sums_stride(const layout *l, const pc_motion_job *job) { return l->ref_stride / job->bytes; }

size_t pc_motion_room(const pc_motion_job *job)
{
    layout l;
    size_t frame, ref, sums, fields, total;
    if (!plan(job, &l)) return 0;
    if (!pc_mul_size(l.frame_stride, l.frame_rows, &frame) || !pc_mul_size(l.ref_stride, l.ref_rows, &ref))
        return 0;
    if (!pc_mul_size(sums_stride(&l, job) * sizeof(int32_t), l.ref_rows + 1, &sums)) return 0;
    fields = l.grid_cols * l.grid_rows * (2 * sizeof(int32_t) + sizeof(uint64_t));
    /* Halved planes take a quarter each; twice covers them, their own alignment and the coarse fields. */
    if (!pc_add_size(frame, ref, &total) || !pc_mul_size(total, 2, &total)) return 0;
    if (job->method == PC_MOTION_DIAMOND || job->method == PC_MOTION_HEX) sums = 0;
    if (!pc_add_size(total, sums, &total) || !pc_add_size(total, fields, &total)) return 0;
    size_t lines = (l.frame_rows + l.ref_rows + 8) * ALIGN;
    return pc_add_size(total, lines + PC_SLACK, &total) ? total : 0;
}

static void *take(uint8_t **room, size_t bytes)
{
    uint8_t *block = *room;
    *room += pc_round_up(bytes, ALIGN);
    return block;
}

#define HALVE(type)                                                                                          \
    static void halve_##type(pc_motion_plane from, pc_motion_plane to, size_t rows, size_t cols)             \
    {                                                                                                        \
        for (size_t y = 0; y < rows; y++) {                                                                  \
            const type *a = (const type *)(const void *)(from.at + (ptrdiff_t)(2 * y) * from.stride);        \
            const type *b = (const type *)(const void *)(from.at + (ptrdiff_t)(2 * y + 1) * from.stride);    \
            type *out = (type *)(void *)(to.at + (ptrdiff_t)y * to.stride);                                  \
            for (size_t x = 0; x < cols; x++)                                                                \
                out[x] = (type)((a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1] + 2) >> 2);               \
        }                                                                                                    \
    }
HALVE(uint8_t)
HALVE(uint16_t)

/* Half of a plane of rows x stride bytes. */
static pc_motion_plane halved(pc_motion_plane from, size_t rows, size_t cols, unsigned bytes, uint8_t **room)
{
    size_t stride = pc_round_up(cols / 2 * bytes, ALIGN);
    pc_motion_plane to = {take(room, rows / 2 * stride), (ptrdiff_t)stride};
    (bytes == 1 ? halve_uint8_t : halve_uint16_t)(from, to, rows / 2, cols / 2);
    return to;
}

/* Sums of half blocks everywhere in a plane of rows x cols samples. */
static int32_t *sum_plane(const pc_kernels *k, pc_motion_plane p, size_t rows, size_t cols, unsigned bytes,
                          unsigned half, uint8_t **room)
{
    int32_t *columns = take(room, cols * sizeof(int32_t)), *sums = (int32_t *)(void *)*room;
    memset(columns, 0, cols * sizeof(int32_t));
    for (size_t y = 0; y < rows; y++) {
        const uint8_t *row = p.at + (ptrdiff_t)y * p.stride;
        int32_t *out = sums + (y < half ? 0 : y + 1 - half) * cols;
        k->motion_sums(row, y < half ? NULL : row - (ptrdiff_t)half * p.stride, bytes, half, columns, out,
                       cols + 1 - half);
    }
    *room += pc_round_up(rows * cols * sizeof(int32_t), ALIGN);
    return sums;
}

/* One resolution, 1 / scale of the whole. */
static void search_level(pc_motion_grid *grid, const layout *l, size_t scale, uint8_t **room)
{
    size_t margin = l->margin / scale, ref_rows = l->ref_rows / scale;
    size_t cols = l->grid_cols * grid->block / scale + 2 * margin;
    uint8_t *before = *room;
    if (grid->method == PC_MOTION_FULL) {
        pc_motion_plane corner = {grid->reference.at - (ptrdiff_t)margin * grid->reference.stride -
                                      (ptrdiff_t)(margin * grid->bytes),
                                  grid->reference.stride};
        grid->sums = sum_plane(grid->kernels, corner, ref_rows, cols, grid->bytes, grid->block / 2, room) +
                     margin * cols + margin;
        grid->sums_stride = (ptrdiff_t)cols;
    }
    pc_motion_grid_search(grid);
    *room = before;
}

static void search_pyramid(pc_motion_grid *whole, const layout *l, uint8_t **room)
{
    pc_motion_grid grids[LEVELS];
    size_t rows = l->frame_rows, cols = l->grid_cols * whole->block;
    pc_motion_plane frame = whole->frame, corner = whole->reference;
    corner.at -= (ptrdiff_t)l->margin * corner.stride + (ptrdiff_t)(l->margin * whole->bytes);
    grids[0] = *whole;
    for (unsigned i = 1; i < LEVELS; i++) {
        pc_motion_grid *g = &grids[i];
        size_t scale = (size_t)1 << i, margin = l->margin / scale, field = l->grid_cols / scale;
        *g = *whole;
        g->frame = frame = halved(frame, 2 * rows / scale, 2 * cols / scale, whole->bytes, room);
        corner =
            halved(corner, 2 * l->ref_rows / scale, 2 * (cols + 2 * l->margin) / scale, whole->bytes, room);
        g->reference = corner;
        g->reference.at += (ptrdiff_t)margin * corner.stride + (ptrdiff_t)(margin * whole->bytes);
        g->rows = pc_ceil_div(whole->rows, scale), g->cols = field;
        g->radius = (whole->radius + (int)scale - 1) / (int)scale;
        g->subpel = 0;
        g->vectors = take(room, g->rows * g->cols * 2 * sizeof(int32_t));
        g->costs = take(room, g->rows * g->cols * sizeof(uint64_t));
    }
    for (unsigned i = LEVELS; i-- > 0;) {
        grids[i].method = i == LEVELS - 1 ? PC_MOTION_FULL : PC_MOTION_HEX;
        if (i < LEVELS - 1) grids[i].coarse = grids[i + 1].vectors, grids[i].coarse_cols = grids[i + 1].cols;
        search_level(&grids[i], l, (size_t)1 << i, room);
    }
}

void pc_motion_band_search(const pc_kernels *kernels, const pc_motion_job *job, size_t picture, size_t band,
                           void *memory)
{
    layout l;
    uint8_t *room = memory;
    if (!plan(job, &l)) return;
    size_t rows = pc_ceil_div(job->height, job->block), first = band * PC_MOTION_BAND;
    size_t margin = l.margin, place = (picture * rows + first) * l.cols;
    ptrdiff_t row = (ptrdiff_t)(first * job->block);
    pc_motion_plane frame = {take(&room, l.frame_stride * l.frame_rows), (ptrdiff_t)l.frame_stride};
    pc_motion_plane ref = {take(&room, l.ref_stride * l.ref_rows), (ptrdiff_t)l.ref_stride};
    pc_motion_window(&job->frames, picture, job->height, job->width, job->bytes, row, 0, l.frame_rows,
                     l.grid_cols * job->block, frame);
    pc_motion_window(&job->references, picture, job->height, job->width, job->bytes, row - (ptrdiff_t)margin,
                     -(ptrdiff_t)margin, l.ref_rows, l.grid_cols * job->block + 2 * margin, ref);
    ref.at += (ptrdiff_t)margin * ref.stride + (ptrdiff_t)(margin * job->bytes);
    pc_motion_grid grid = {.kernels = kernels,
                           .frame = frame,
                           .reference = ref,
                           .rows = PC_MIN(rows - first, (size_t)PC_MOTION_BAND),
                           .cols = l.cols,
                           .block = job->block,
                           .bytes = job->bytes,
                           .radius = (int)job->radius,
                           .subpel = job->subpel,
                           .metric = job->metric,
                           .method = job->method,
                           .lambda = job->lambda,
                           .vectors = job->vectors + 2 * place,
                           .costs = job->costs + place};
    if (job->method == PC_MOTION_PYRAMID)
        search_pyramid(&grid, &l, &room);
    else
        search_level(&grid, &l, 1, &room);
}
