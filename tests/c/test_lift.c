/* The integer 5/3: every tier gives the scalar twin's bands and the image back, for all widths, shapes around
 * strips and bands of rows, and bands whose elements lie apart; at buffers that end at a page nobody may
 * touch. */
#include "check.h"
#include "pycomp/lift.h"

typedef struct shape {
    size_t rows, cols;
} shape;

/* One image through all tiers; `apart` leaves room for so many elements in each one's place. */
static void test(const pc_kernels *tiers, int n_tiers, uint64_t *seed, shape s, unsigned width, int is_signed,
                 size_t apart)
{
    size_t size = s.rows * s.cols * width, item = width * apart, bytes[4];
    uint8_t *image = check_random_bytes(check_random(seed), size), *back = check_alloc(size);
    uint8_t *want[4], *bands[4];
    pc_lift_job job = {.width = width, .is_signed = is_signed, .rows = s.rows, .cols = s.cols, .batch = 1};
    job.image_stride[0] = (ptrdiff_t)(s.cols * width), job.image_stride[1] = (ptrdiff_t)width;
    for (unsigned b = 0; b < 4; b++) {
        size_t rows = b < 2 ? s.rows - s.rows / 2 : s.rows / 2,
               cols = b % 2 ? s.cols / 2 : s.cols - s.cols / 2;
        bytes[b] = rows * cols * item;
        want[b] = check_alloc(bytes[b]), bands[b] = check_alloc(bytes[b]);
        if (bytes[b] != 0) memset(want[b], 0, bytes[b]), memset(bands[b], 0, bytes[b]);
        job.band_stride[b][0] = (ptrdiff_t)(cols * item), job.band_stride[b][1] = (ptrdiff_t)item;
    }
    for (int t = 0; t < n_tiers; t++) {
        pc_lift_job forward = job, inverse = job;
        inverse.inverse = 1;
        forward.src[0] = image, inverse.dst[0] = back;
        for (unsigned b = 0; b < 4; b++) inverse.src[b] = forward.dst[b] = t == 0 ? want[b] : bands[b];
        CHECK(pc_lift53(&tiers[t], &forward, 1) == PC_OK);
        for (unsigned b = 0; b < 4 && t != 0; b++)
            CHECK(bytes[b] == 0 || memcmp(want[b], bands[b], bytes[b]) == 0);
        CHECK(pc_lift53(&tiers[t], &inverse, 2) == PC_OK);
        CHECK(memcmp(image, back, size) == 0);
    }
    check_free(image, size), check_free(back, size);
    for (unsigned b = 0; b < 4; b++) check_free(want[b], bytes[b]), check_free(bands[b], bytes[b]);
}

int main(void)
{
    /* Strips are 1024 columns of a band wide, bands of rows 128 high. */
    static const shape shapes[] = {{1, 1},  {1, 2},   {2, 1},   {3, 5},    {8, 8},     {1, 300},
                                   {33, 1}, {37, 66}, {260, 9}, {5, 2049}, {257, 2050}};
    pc_kernels tiers[3];
    uint64_t seed = 5;
    int n_tiers = check_tables(tiers);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (unsigned width = 1; width <= 8; width *= 2)
            for (int kind = 0; kind < 4; kind++)
                test(tiers, n_tiers, &seed, shapes[i], width, kind & 1, kind & 2 ? 2 : 1);
    return CHECK_RESULT();
}
