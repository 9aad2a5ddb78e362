/* Every job runs once, in a slot of its own; run it under SAN=thread too. */
#include "check.h"
#include "pycomp/parallel.h"

enum { JOBS = 5000, THREADS = 8 };

typedef struct record {
    unsigned char runs[JOBS]; /* by job */
    size_t work[THREADS];     /* by worker: a race here is what TSan must never see */
} record;

static void note(void *context, size_t job, unsigned worker)
{
    record *r = context;
    r->runs[job]++;
    r->work[worker] += job;
}

static void check_run(unsigned threads, size_t jobs)
{
    static record r;
    memset(&r, 0, sizeof r);
    pc_parallel_for(threads, jobs, note, &r);
    size_t sum = 0;
    for (size_t i = 0; i < JOBS; i++) CHECK(r.runs[i] == (i < jobs));
    for (size_t i = 0; i < THREADS; i++) sum += r.work[i];
    CHECK(jobs == 0 ? sum == 0 : sum == jobs * (jobs - 1) / 2);
}

/* Job i makes its number i % 3 times; job `stuck` makes nothing. */
typedef struct row {
    size_t stuck, size;
    unsigned made[THREADS], wrong[THREADS];
    unsigned out[2 * JOBS];
} row;

static size_t make(void *context, size_t job, unsigned worker)
{
    row *r = context;
    r->made[worker] = (unsigned)job;
    return job == r->stuck ? SIZE_MAX : job % 3;
}

static void place(void *context, size_t job, unsigned worker, size_t at)
{
    row *r = context;
    if (r->made[worker] != job || at + job % 3 > r->size) {
        r->wrong[worker]++;
        return;
    }
    for (size_t i = 0; i < job % 3; i++) r->out[at + i] = r->made[worker];
}

static void check_pack(unsigned threads, size_t jobs, size_t stuck)
{
    static row r;
    static unsigned expected[2 * JOBS];
    memset(&r, 0, sizeof r);
    memset(expected, 0, sizeof expected);
    r.stuck = stuck;
    for (size_t job = 0; job < jobs && job < stuck; job++)
        for (size_t i = 0; i < job % 3; i++) expected[r.size++] = (unsigned)job;
    CHECK(pc_parallel_pack(threads, jobs, make, place, &r) == (stuck < jobs ? SIZE_MAX : r.size));
    CHECK(memcmp(r.out, expected, sizeof expected) == 0);
    for (size_t i = 0; i < THREADS; i++) CHECK(r.wrong[i] == 0);
}

static void nested(void *context, size_t job, unsigned worker)
{
    static record inner[4];
    (void)context, (void)worker;
    pc_parallel_for(2, 100, note, &inner[job]);
    CHECK(inner[job].runs[99] == 1);
}

#if !defined(PC_NO_THREADS) && !defined(_WIN32)
#include <pthread.h>
#include <signal.h>

static void look_at_mask(void *context, size_t job, unsigned worker)
{
    unsigned char *blocked = context;
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    if (worker > 0)
        blocked[job] = sigismember(&mask, SIGINT) && !sigismember(&mask, SIGSEGV);
    else
        blocked[job] = !sigismember(&mask, SIGINT);
}

/* Helpers leave interrupts to the caller, and faults to whoever makes them. */
static void check_signals(void)
{
    unsigned char right[500] = {0};
    pc_parallel_for(4, sizeof right, look_at_mask, right);
    for (size_t i = 0; i < sizeof right; i++) CHECK(right[i]);
}
#else
static void check_signals(void) {}
#endif

int main(void)
{
    check_signals();
    CHECK(pc_parallel_threads(0, 10) == 1);
    CHECK(pc_parallel_threads(8, 0) == 1);
#ifdef PC_NO_THREADS
    CHECK(pc_parallel_threads(8, 3) == 1);
#else
    CHECK(pc_parallel_threads(8, 3) == 3);
    CHECK(pc_parallel_threads(1u << 31, (size_t)1 << 30) == PC_MAX_THREADS);
#endif
    for (unsigned threads = 0; threads <= THREADS; threads++) {
        check_run(threads, 0);
        check_run(threads, 1);
        check_run(threads, THREADS);
        check_run(threads, JOBS);
        check_pack(threads, 0, SIZE_MAX);
        check_pack(threads, 1, SIZE_MAX);
        check_pack(threads, JOBS, SIZE_MAX);
        check_pack(threads, JOBS, 0);
        check_pack(threads, JOBS, JOBS / 2);
    }
    pc_parallel_for(1, 4, nested, NULL);
    return CHECK_RESULT();
}
