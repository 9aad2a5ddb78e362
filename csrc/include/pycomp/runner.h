/* Doing independent jobs, by whoever has threads: layers below the one that knows them are handed a runner.
 */
#ifndef PYCOMP_RUNNER_H
#define PYCOMP_RUNNER_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Called once for each job in [0, jobs). worker is in [0, threads) and names a slot that no other
 * running job has: index per-worker workspace by it. */
typedef void (*pc_job_fn)(void *context, size_t job, unsigned worker);

/* run does all jobs, on up to `threads` threads, and returns when they have ended: pc_parallel_for. */
typedef struct pc_runner {
    void (*run)(unsigned threads, size_t jobs, pc_job_fn fn, void *context);
    unsigned threads;
} pc_runner;

#ifdef __cplusplus
}
#endif

#endif
