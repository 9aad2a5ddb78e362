/* Motion search and compensation of whole pictures: bands of blocks, and rows of them, shared out to threads.
 */
#include "pycomp/motion.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "base/compiler.h"
#include "predict/motion_band.h"
#include "predict/motion_compensate.h"
#include "pycomp/parallel.h"

typedef struct walk {
    const pc_kernels *kernels;
    const pc_motion_job *job;
    size_t bands, room;
    char *rooms; /* one a worker */
} walk;

static void run(void *context, size_t number, unsigned worker)
{
    const walk *w = context;
    pc_motion_band_search(w->kernels, w->job, number / w->bands, number % w->bands,
                          w->rooms + worker * w->room);
}

static int fits(size_t height, size_t width, unsigned bytes, unsigned block)
{
    return (bytes == 1 || bytes == 2) && block >= 4 && block <= PC_MOTION_MAX_BLOCK && block % 4 == 0 &&
           height < (size_t)PTRDIFF_MAX / 4 && width < (size_t)PTRDIFF_MAX / 4;
}

pc_status pc_motion_search(const pc_kernels *kernels, const pc_motion_job *job, unsigned threads)
{
    size_t jobs, rooms;
    if (!fits(job->height, job->width, job->bytes, job->block) || job->radius > PC_MOTION_MAX_RADIUS ||
        (unsigned)job->metric > PC_MOTION_SATD || (unsigned)job->method > PC_MOTION_PYRAMID)
        return PC_ERR_PARAM;
    if (job->height == 0 || job->width == 0 || job->count == 0) return PC_OK;
    walk w = {kernels, job, pc_ceil_div(pc_ceil_div(job->height, job->block), PC_MOTION_BAND),
              pc_motion_room(job), NULL};
    if (w.room == 0 || !pc_mul_size(w.bands, job->count, &jobs)) return PC_ERR_PARAM;
    w.room = pc_round_up(w.room, PC_ALIGNMENT);
    threads = pc_parallel_threads(threads, jobs);
    if (!pc_mul_size(w.room, threads, &rooms)) return PC_ERR_PARAM;
    w.rooms = pc_alloc(rooms);
    if (w.rooms == NULL) return PC_ERR_MEMORY;
    pc_parallel_for(threads, jobs, run, &w);
    pc_free(w.rooms);
    return PC_OK;
}

typedef struct painting {
    const pc_kernels *kernels;
    const pc_motion_field *field;
} painting;

static void paint(void *context, size_t number, unsigned worker)
{
    const painting *p = context;
    (void)worker;
    pc_motion_compensate_row(p->kernels, p->field, number);
}

pc_status pc_motion_compensate(const pc_kernels *kernels, const pc_motion_field *field, unsigned threads)
{
    size_t jobs;
    painting p = {kernels, field};
    if (!fits(field->height, field->width, field->bytes, field->block)) return PC_ERR_PARAM;
    if (field->height == 0 || field->width == 0) return PC_OK;
    if (!pc_mul_size(pc_ceil_div(field->height, field->block), field->count, &jobs)) return PC_ERR_PARAM;
    pc_parallel_for(threads, jobs, paint, &p);
    return PC_OK;
}
