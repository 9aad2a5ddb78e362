/* Running independent jobs on several threads. The threads live for one call only: there is no
 * pool to own, to lose at fork or to share by mistake, and starting one costs some 20 us, which
 * every caller's jobs dwarf. */
#ifndef PYCOMP_PARALLEL_H
#define PYCOMP_PARALLEL_H

#include <stddef.h>

#include "pycomp/runner.h"
#include "pycomp/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Threads that pc_parallel_for will really use: 1 <= result <= PC_MAX_THREADS, never more than jobs. */
unsigned pc_parallel_threads(unsigned wanted, size_t jobs);

/* Runs fn for every job, taking jobs in ascending order, on at most pc_parallel_threads(threads,
 * jobs) threads, the caller's included, and returns when all have ended. Threads that cannot be
 * started are done without. */
void pc_parallel_for(unsigned threads, size_t jobs, pc_job_fn fn, void *context);

/* The same for layers that know no threads. */
pc_runner pc_parallel_runner(unsigned threads);

/* Does a job in the worker's own room; returns the size of the result, SIZE_MAX if there is none. */
typedef size_t (*pc_make_fn)(void *context, size_t job, unsigned worker);
/* Moves the result to its place, `at` bytes behind the first one's. */
typedef void (*pc_place_fn)(void *context, size_t job, unsigned worker, size_t at);

/* Like pc_parallel_for, for results that are to lie back to back in the order of the jobs: between making and
 * placing, a worker waits until those before its own have their places. Returns the size of all; where one
 * has none it and those behind it are not placed, and SIZE_MAX is returned. */
size_t pc_parallel_pack(unsigned threads, size_t jobs, pc_make_fn make, pc_place_fn place, void *context);

enum { PC_MAX_THREADS = 1024 };

#ifdef __cplusplus
}
#endif

#endif
