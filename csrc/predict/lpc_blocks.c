/* Blocks: which predictor, its residual, and back.
 *
 * The choice is FLAC's (RFC 9639, 4.2): the fixed predictors of order 0 to 4, which are the differences of a
 * line, by their residuals; and, of the orders that Levinson solved, the one whose error promises the fewest
 * bits, by its residual too. A residual is judged by its size in Rice codes with the parameter that suits its
 * mean. */
#include "base/alloc.h"
#include "base/mem.h"
#include "predict/lpc_common.h"

#if defined(__clang__)
#pragma clang fp contract(off)
#endif

static const int16_t fixed_coefs[PC_LPC_FIXED_ORDERS][4] = {{0}, {1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}};

/* The place of a block among the samples, and its length. */
typedef struct span {
    size_t at, n;
} span;

static span span_of(const pc_lpc_job *job, size_t number)
{
    size_t blocks = (job->n + job->block - 1) / job->block, first = number % blocks * job->block;
    span s = {number / blocks * job->n + first, PC_MIN(job->block, job->n - first)};
    return s;
}

static const int32_t *load(const pc_lpc_job *job, span s, int32_t *room)
{
    if (job->width == 4) return (const int32_t *)job->samples + s.at;
    const int16_t *from = (const int16_t *)job->samples + s.at;
    for (size_t i = 0; i < s.n; i++) room[i] = from[i];
    return room;
}

/* Zigzagged residuals in Rice codes: parameter k costs k + 1 bits and the number's bits above. */
static uint64_t rice_bits(const int32_t *residual, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t sign = residual[i] < 0 ? ~(uint32_t)0 : 0;
        sum += ((uint32_t)residual[i] ^ sign) * (uint64_t)2 + (sign & 1);
    }
    if (n == 0) return 0;
    unsigned k = sum < n ? 0 : pc_log2_floor(sum / n);
    return n * (k + 1) + (sum >> k);
}

/* log2 to 16 bits behind the point, by squaring. */
static double log2_of(double v)
{
    double whole = 0, part = 0.5;
    for (; v >= 2; v /= 2) whole += 1;
    for (; v < 1; v *= 2) whole -= 1;
    for (unsigned i = 0; i < 16; i++, part /= 2) {
        v *= v;
        if (v >= 2) v /= 2, whole += part;
    }
    return whole;
}

/* A signal's bits fall by half the logarithm of its error; its coefficients have a price. */
static unsigned promising(const double *errors, unsigned solved, size_t n, unsigned precision)
{
    unsigned best = 0;
    double least = 0;
    for (unsigned order = 1; order <= solved; order++) {
        double bits = order * (double)precision;
        if (errors[order] > 0)
            bits += (double)n / 2 * log2_of(errors[order] / errors[0]);
        else
            bits -= (double)n * 32;
        if (bits < least) best = order, least = bits;
    }
    return best;
}

size_t pc_lpc_room(size_t block)
{
    return (block + PC_LPC_MAX_ORDER + PC_LPC_PAD) * sizeof(double) + block * sizeof(double) +
           2 * block * sizeof(int32_t);
}

typedef struct choice {
    uint64_t bits;
    unsigned order, shift;
    int16_t coefs[PC_LPC_MAX_ORDER];
} choice;

static void judge(const pc_kernels *k, const pc_lpc_job *job, const int32_t *x, size_t n, choice *this,
                  choice *best, int32_t *residual)
{
    unsigned order = this->order;
    int wide = pc_lpc_is_wide(this->coefs, order, this->shift, job->sample_bits);
    k->lpc_difference(x + order, n - order, this->coefs, order, this->shift, wide, residual);
    this->bits += rice_bits(residual, n - order) + (uint64_t)order * job->sample_bits;
    if (this->bits < best->bits) *best = *this;
}

/* Levinson's best, if it has one. */
static int solve(const pc_lpc_job *job, const int32_t *x, size_t n, const double *weights, double *room,
                 choice *found)
{
    double *windowed = room + job->block + PC_LPC_MAX_ORDER;
    double r[PC_LPC_MAX_ORDER + 1], errors[PC_LPC_MAX_ORDER + 1], rows[PC_LPC_MAX_ORDER][PC_LPC_MAX_ORDER];
    unsigned order = (unsigned)PC_MIN((size_t)job->max_order, n - 1);
    if (n != job->block) {
        pc_lpc_weights(job->window, room, n);
        weights = room;
    }
    for (unsigned i = 1; i <= PC_LPC_MAX_ORDER; i++) windowed[-(ptrdiff_t)i] = 0;
    for (size_t i = 0; i < n; i++) windowed[i] = x[i] * weights[i];
    for (unsigned i = 0; i < PC_LPC_PAD; i++) windowed[n + i] = 0;
    pc_lpc_autocorrelate(windowed, n, order + 1, r);
    unsigned solved = pc_lpc_levinson(r, order, rows, errors);
    found->order = promising(errors, solved, n, job->precision);
    if (found->order == 0) return 0;
    uint8_t shift;
    pc_lpc_quantise(rows[found->order - 1], found->order, job->precision, found->coefs, &shift);
    found->shift = shift;
    found->bits = (uint64_t)found->order * job->precision;
    return 1;
}

void pc_lpc_choose_block(const pc_kernels *kernels, const pc_lpc_job *job, size_t number,
                         const double *weights, void *room)
{
    span s = span_of(job, number);
    double *doubles = room;
    int32_t *samples = (int32_t *)(doubles + 2 * job->block + PC_LPC_MAX_ORDER + PC_LPC_PAD);
    const int32_t *x = load(job, s, samples);
    choice best = {.bits = UINT64_MAX}, this;
    for (unsigned order = 0; order < PC_LPC_FIXED_ORDERS && order <= job->stride && order < s.n; order++) {
        this = (choice){.order = order};
        memcpy(this.coefs, fixed_coefs[order], sizeof fixed_coefs[order]);
        judge(kernels, job, x, s.n, &this, &best, samples + job->block);
    }
    this = (choice){0};
    if (job->max_order != 0 && s.n > 1 && solve(job, x, s.n, weights, doubles, &this))
        judge(kernels, job, x, s.n, &this, &best, samples + job->block);
    job->orders[number] = (uint8_t)best.order;
    job->shifts[number] = (uint8_t)best.shift;
    job->costs[number] = best.bits;
    memset(job->coefs + number * job->stride, 0, job->stride * sizeof *job->coefs);
    memcpy(job->coefs + number * job->stride, best.coefs, best.order * sizeof *job->coefs);
}

void pc_lpc_residual_block(const pc_kernels *kernels, const pc_lpc_job *job, size_t number, void *room)
{
    span s = span_of(job, number);
    const int32_t *x = load(job, s, room);
    const int16_t *coefs = job->coefs + number * job->stride;
    unsigned order = (unsigned)PC_MIN((size_t)job->orders[number], s.n), shift = job->shifts[number];
    int wide = pc_lpc_is_wide(coefs, job->orders[number], shift, job->sample_bits);
    memcpy(job->residual + s.at, x, order * sizeof *x);
    kernels->lpc_difference(x + order, s.n - order, coefs, order, shift, wide, job->residual + s.at + order);
}

static void store(const pc_lpc_job *job, span s, const int32_t *x)
{
    if (job->width == 4) {
        memcpy((int32_t *)job->samples + s.at, x, s.n * sizeof *x);
        return;
    }
    int16_t *to = (int16_t *)job->samples + s.at;
    for (size_t i = 0; i < s.n; i++) to[i] = (int16_t)x[i];
}

void pc_lpc_restore_blocks(const pc_kernels *kernels, const pc_lpc_job *job, size_t first, size_t count,
                           int32_t *room)
{
    struct pc_lpc_lanes lanes;
    size_t least = SIZE_MAX;
    unsigned lead = 0;
    int wide = 0;
    for (size_t i = 0; i < count; i++) {
        const int16_t *coefs = job->coefs + (first + i) * job->stride;
        span s = span_of(job, first + i);
        lanes.x[i] = room + i * job->block;
        memcpy(lanes.x[i], job->residual + s.at, s.n * sizeof *room);
        lanes.coefs[i] = coefs;
        lanes.orders[i] = (uint8_t)PC_MIN((size_t)job->orders[first + i], s.n);
        lanes.shifts[i] = job->shifts[first + i];
        least = PC_MIN(least, s.n);
        lead = PC_MAX(lead, lanes.orders[i]);
        wide |= pc_lpc_is_wide(coefs, job->orders[first + i], lanes.shifts[i], job->sample_bits);
    }
    /* Side by side, once every block has its first samples; the ends of longer blocks alone. */
    size_t together = count == PC_LPC_LANES && !wide && least > lead ? least - lead : 0;
    for (size_t i = 0; i < count && together != 0; i++) {
        unsigned order = lanes.orders[i];
        pc_lpc_restore_block(lanes.x[i] + order, lead - order, lanes.coefs[i], order, lanes.shifts[i], 0);
        lanes.x[i] += lead;
    }
    if (together != 0) kernels->lpc_restore_lanes(&lanes, together);
    for (size_t i = 0; i < count; i++) {
        span s = span_of(job, first + i);
        int32_t *x = room + i * job->block;
        unsigned order = lanes.orders[i];
        size_t done = together != 0 ? lead + together : order;
        int lane_wide =
            pc_lpc_is_wide(lanes.coefs[i], job->orders[first + i], lanes.shifts[i], job->sample_bits);
        pc_lpc_restore_block(x + done, s.n - done, lanes.coefs[i], order, lanes.shifts[i], lane_wide);
        store(job, s, x);
    }
}
