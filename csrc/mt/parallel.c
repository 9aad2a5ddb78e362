/* Parallel loop over independent jobs: threads take the next job number from one shared counter until
 * none is left, which balances jobs of any mix of sizes.
 *
 * Why no pool: a pool must be owned by someone, dies at fork in a way only its owner can notice, and
 * saves some 20 us a thread and call, against jobs of a millisecond. Why no OpenMP: it is missing on
 * macOS and breaks after fork.
 *
 * Three builds: POSIX threads, Win32 threads, and PC_NO_THREADS, where the caller does all the jobs.
 * In all of them the caller is worker 0. The end of each thread orders its writes before the return.
 *
 * Packing is the same loop with a queue at its gate: jobs are taken in order, so the job whose turn it is
 * always has a thread that does not wait for anyone. */
#define _POSIX_C_SOURCE 200809L /* -std=c11 alone hides signal masks (glibc without -pthread, musl) */

#include "pycomp/parallel.h"

#include "base/compiler.h"

typedef struct loop {
    size_t jobs;
    size_t next; /* atomic: the first job that nobody has taken */
    pc_job_fn fn;
    void *context;
} loop;

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
static size_t take(loop *shared)
{
    return (size_t)_InterlockedIncrement64((volatile __int64 *)&shared->next) - 1;
}
#else
/* Relaxed: job numbers carry no data, and thread start and join order everything else. */
static size_t take(loop *shared) { return __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED); }
#endif

static void work(loop *shared, unsigned worker)
{
    for (size_t job = take(shared); job < shared->jobs; job = take(shared))
        shared->fn(shared->context, job, worker);
}

unsigned pc_parallel_threads(unsigned wanted, size_t jobs)
{
#ifdef PC_NO_THREADS
    (void)wanted, (void)jobs;
    return 1;
#else
    size_t threads = PC_MIN((size_t)PC_MIN(wanted, (unsigned)PC_MAX_THREADS), jobs);
    return (unsigned)PC_MAX(threads, 1);
#endif
}

/* A lock with something to wait for: another's turn is over. */
typedef struct gate gate;
static void gate_open(gate *g);
static void gate_enter(gate *g);
static void gate_wait(gate *g);
static void gate_leave(gate *g); /* and wake all who wait */
static void gate_close(gate *g);

#ifdef PC_NO_THREADS

struct gate {
    char unused;
};

static void gate_open(gate *g) { (void)g; }
static void gate_enter(gate *g) { (void)g; }
static void gate_wait(gate *g) { (void)g; }
static void gate_leave(gate *g) { (void)g; }
static void gate_close(gate *g) { (void)g; }

void pc_parallel_for(unsigned threads, size_t jobs, pc_job_fn fn, void *context)
{
    loop shared = {jobs, 0, fn, context};
    (void)threads;
    work(&shared, 0);
}

#else

/* Room for our deepest kernel (about 64 KiB of tables) with a wide margin: the platforms' own defaults
 * run from 128 KiB (musl) to 8 MiB (glibc). */
#define STACK_SIZE ((size_t)1 << 20)

typedef struct helper helper;
static int helper_start(helper *h);
static void helper_join(helper *h);

#ifdef _WIN32

#include <windows.h>

struct gate {
    CRITICAL_SECTION lock;
    CONDITION_VARIABLE turned;
};

static void gate_open(gate *g)
{
    InitializeCriticalSection(&g->lock);
    InitializeConditionVariable(&g->turned);
}

static void gate_enter(gate *g) { EnterCriticalSection(&g->lock); }
static void gate_wait(gate *g) { SleepConditionVariableCS(&g->turned, &g->lock, INFINITE); }

static void gate_leave(gate *g)
{
    LeaveCriticalSection(&g->lock);
    WakeAllConditionVariable(&g->turned);
}

static void gate_close(gate *g) { DeleteCriticalSection(&g->lock); }

struct helper {
    loop *shared;
    unsigned worker;
    HANDLE thread;
};

static DWORD WINAPI helper_main(void *argument)
{
    helper *h = argument;
    work(h->shared, h->worker);
    return 0;
}

static int helper_start(helper *h)
{
    h->thread = CreateThread(NULL, STACK_SIZE, helper_main, h, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    return h->thread != NULL;
}

static void helper_join(helper *h)
{
    WaitForSingleObject(h->thread, INFINITE);
    CloseHandle(h->thread);
}

#else

#include <pthread.h>
#include <signal.h>

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t turned;
};

static void gate_open(gate *g)
{
    pthread_mutex_init(&g->lock, NULL); /* with default attributes neither can fail on any system we know */
    pthread_cond_init(&g->turned, NULL);
}

static void gate_enter(gate *g) { pthread_mutex_lock(&g->lock); }
static void gate_wait(gate *g) { pthread_cond_wait(&g->turned, &g->lock); }

static void gate_leave(gate *g)
{
    pthread_cond_broadcast(&g->turned);
    pthread_mutex_unlock(&g->lock);
}

static void gate_close(gate *g)
{
    pthread_cond_destroy(&g->turned);
    pthread_mutex_destroy(&g->lock);
}

struct helper {
    loop *shared;
    unsigned worker;
    pthread_t thread;
};

static void *helper_main(void *argument)
{
    helper *h = argument;
    work(h->shared, h->worker);
    return NULL;
}

/* Helpers inherit a mask that blocks every signal but the ones a fault raises in the thread itself, so
 * that an interrupt always reaches a thread of the host program, which knows what to do with it. */
static int helper_start(helper *h)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t blocked, before;
    pthread_attr_t attributes;
    sigfillset(&blocked);
    for (size_t i = 0; i < PC_COUNT_OF(faults); i++) sigdelset(&blocked, faults[i]);

    if (pthread_attr_init(&attributes) != 0) return 0;
    int started = pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0;
    if (started) {
        pthread_sigmask(SIG_SETMASK, &blocked, &before);
        started = pthread_create(&h->thread, &attributes, helper_main, h) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_attr_destroy(&attributes);
    return started;
}

static void helper_join(helper *h) { pthread_join(h->thread, NULL); }

#endif

/* Helpers are started one by one and the loop goes on with as many as could be: a machine at its
 * thread limit is slower, not broken. The array takes up to 24 KiB of the caller's stack. */
void pc_parallel_for(unsigned threads, size_t jobs, pc_job_fn fn, void *context)
{
    helper helpers[PC_MAX_THREADS - 1];
    loop shared = {jobs, 0, fn, context};
    unsigned wanted = pc_parallel_threads(threads, jobs), started = 0;
    while (started + 1 < wanted) {
        helpers[started].shared = &shared;
        helpers[started].worker = started + 1;
        if (!helper_start(&helpers[started])) break;
        started++;
    }
    work(&shared, 0);
    for (unsigned i = 0; i < started; i++) helper_join(&helpers[i]);
}

#endif

typedef struct pack {
    pc_make_fn make;
    pc_place_fn place;
    void *context;
    gate gate;
    size_t turn, end; /* the job that is placed next, and where */
} pack;

static size_t take_place(pack *p, size_t job, size_t size)
{
    gate_enter(&p->gate);
    while (p->turn != job) gate_wait(&p->gate);
    size_t at = p->end;
    p->end = size > SIZE_MAX - at ? SIZE_MAX : at + size;
    if (p->end == SIZE_MAX) at = SIZE_MAX;
    p->turn++;
    gate_leave(&p->gate);
    return at;
}

static void pack_job(void *context, size_t job, unsigned worker)
{
    pack *p = context;
    size_t at = take_place(p, job, p->make(p->context, job, worker));
    if (at != SIZE_MAX) p->place(p->context, job, worker, at);
}

size_t pc_parallel_pack(unsigned threads, size_t jobs, pc_make_fn make, pc_place_fn place, void *context)
{
    pack p = {.make = make, .place = place, .context = context};
    gate_open(&p.gate);
    pc_parallel_for(threads, jobs, pack_job, &p);
    gate_close(&p.gate);
    return p.end;
}

pc_runner pc_parallel_runner(unsigned threads) { return (pc_runner){pc_parallel_for, threads}; }
