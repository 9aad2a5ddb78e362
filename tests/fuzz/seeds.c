/* Writes the seeds of the tensor and pivot targets: small frames of every method, coder and flag, and
 * parameter blocks. The same seeds each time.
 *
 *     make -C tests/fuzz seeds */
#include "base/mem.h"
#include "pycomp/tensor.h"
#include "tiers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)data;
    return (int)size;
}

static void save(const char *target, const char *name, const uint8_t *data, size_t size)
{
    char path[200];
    snprintf(path, sizeof path, "corpus/%s/%s", target, name);
    FILE *file = fopen(path, "wb");
    MUST(file != NULL && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

static uint32_t state = 1;

static unsigned dice(unsigned sides)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % sides;
}

/* A weight as fp32: random sign and mantissa, a hill of exponents, finer in odd rows. */
static uint32_t weight(size_t row)
{
    unsigned exponent = 120 - 3 * (row & 1u);
    while (dice(2)) exponent--;
    return dice(2) << 31 | exponent << 23 | dice(1 << 23);
}

typedef enum content {
    WEIGHTS,
    TRIMMED,
    CONSTANT,
    OUTLIERS,
    SPARSE,
    PALETTE,
    COUNTER,
    SKEWED,
    NOISE,
    MOVED /* the base that all have, with small steps */
} content;

static uint64_t element(content kind, pc_dtype dtype, size_t i, size_t row)
{
    uint32_t x = weight(row);
    unsigned shift = dtype == PC_DTYPE_BF16 ? 16 : dtype == PC_DTYPE_F16 ? 17 : 0;
    uint64_t wide = dtype == PC_DTYPE_F64
                        ? (uint64_t)(x >> 31) << 63 | (uint64_t)(896 + (x >> 23 & 255)) << 52 |
                              (uint64_t)(x & 0x7fffff) << 29 | dice(1 << 23)
                        : (uint64_t)(x >> shift);
    switch (kind) {
    case TRIMMED: return row % 3 == 1 ? wide >> 16 << 16 : row % 3 == 2 ? wide >> 13 << 13 : wide;
    case CONSTANT: return row % 3 == 1 ? 0x3f80 : wide;
    case OUTLIERS: return i % 97 == 5 ? 0x0123u : wide;
    case SPARSE: return dice(3) == 0 ? 0 : wide;
    case PALETTE: return 0x3f000000u + 77u * dice(9);
    case COUNTER: return 1000000 + 5 * i + dice(2);
    case SKEWED: return dice(5) == 0 ? dice(60) : dice(3);
    case NOISE: return (uint64_t)dice(1 << 24) << 40 | (uint64_t)dice(1 << 24) << 20 | dice(1 << 24);
    default: return wide;
    }
}

static void save_frame(const char *name, content kind, pc_dtype dtype, size_t n, size_t cols, pc_level level)
{
    pc_kernels k;
    pc_kernels_fill(&k, PC_ISA_SCALAR);
    size_t size = pc_dtype_size(dtype), used = 0;
    uint8_t *data = fuzz_block(n * size);
    fuzz_base(data, n * size);
    for (size_t i = 0; i < n; i++) {
        if (kind == MOVED) { /* a step here and there, and often where the base is small */
            data[i * size] =
                (uint8_t)(data[i * size] + (dice(50) == 0 || data[(i + 1) * size - 1] % 16 == 0));
            continue;
        }
        uint64_t x = PC_LE64(element(kind, dtype, i, i / (cols ? cols : 64)));
        memcpy(data + i * size, &x, size);
    }
    pc_tensor_encoder *e = NULL;
    uint8_t *base = fuzz_block(n * size);
    fuzz_base(base, n * size);
    if (kind == MOVED)
        MUST(pc_tensor_encoder_create_base(&k, data, base, n * size, dtype, cols, level, &e) == PC_OK);
    else
        MUST(pc_tensor_encoder_create(&k, NULL, data, n * size, dtype, cols, level, &e) == PC_OK);
    const pc_tensor_info *info = pc_tensor_encoder_info(e);
    uint8_t *frame = fuzz_block(info->head_size + info->chunks * (info->chunk_bound + 4));
    uint8_t *room = fuzz_block(pc_tensor_encode_room(e, info->chunks, 1));
    uint32_t sizes[4];
    uint64_t hashes[4];
    MUST(info->chunks <= 4);
    memcpy(frame, pc_tensor_encoder_head(e), info->head_size);
    MUST(pc_tensor_encode_chunks(e, 0, info->chunks, 1, room, frame + info->head_size,
                                 info->chunks * info->chunk_bound, &used, sizes, hashes) == PC_OK);
    used += info->head_size;
    for (size_t c = 0; c < info->chunks; c++, used += 4) pc_store32(frame + used, sizes[c]);
    save("tensor_decode", name, frame, used);
    free(frame), free(room), free(data), free(base);
    pc_tensor_encoder_free(e);
}

static void save_parameters(const char *name, pc_dtype dtype, pc_level level, unsigned cols, unsigned n,
                            unsigned spread)
{
    uint8_t block[72] = {(uint8_t)dtype, (uint8_t)(level - 1), (uint8_t)cols,      (uint8_t)(cols >> 8),
                         (uint8_t)n,     (uint8_t)(n >> 8),    (uint8_t)(n >> 16), (uint8_t)spread};
    for (unsigned i = 8; i < sizeof block; i++) block[i] = (uint8_t)(i % 2 ? 0x3c - dice(3) : dice(256));
    save("tensor_roundtrip", name, block, sizeof block);
}

static void save_code(const char *name, unsigned splits, unsigned n)
{
    uint8_t block[1200] = {(uint8_t)splits};
    for (unsigned i = 1; i < sizeof block; i++) block[i] = (uint8_t)dice(256);
    block[1 + splits] = (uint8_t)n, block[2 + splits] = (uint8_t)(n >> 8), block[3 + splits] = 0;
    save("pivot", name, block, sizeof block);
}

int main(void)
{
    save_frame("float-bf16", WEIGHTS, PC_DTYPE_BF16, 700, 64, PC_LEVEL_DEFAULT);
    save_frame("float-bf16-rans", WEIGHTS, PC_DTYPE_BF16, 700, 64, PC_LEVEL_HIGH);
    save_frame("float-bf16-max", WEIGHTS, PC_DTYPE_BF16, 700, 64, PC_LEVEL_MAX);
    save_frame("float-rows", WEIGHTS, PC_DTYPE_BF16, 12000, 256, PC_LEVEL_FAST);
    save_frame("float-f16", WEIGHTS, PC_DTYPE_F16, 300, 0, PC_LEVEL_DEFAULT);
    save_frame("float-f32-trimmed", TRIMMED, PC_DTYPE_F32, 600, 64, PC_LEVEL_DEFAULT);
    save_frame("float-f64", WEIGHTS, PC_DTYPE_F64, 200, 64, PC_LEVEL_DEFAULT);
    save_frame("float-constant", CONSTANT, PC_DTYPE_BF16, 700, 64, PC_LEVEL_DEFAULT);
    save_frame("float-outliers", OUTLIERS, PC_DTYPE_BF16, 3000, 64, PC_LEVEL_FAST);
    save_frame("float-sparse", SPARSE, PC_DTYPE_F32, 300, 64, PC_LEVEL_DEFAULT);
    save_frame("float-sparse-rans", SPARSE, PC_DTYPE_BF16, 500, 64, PC_LEVEL_HIGH);
    save_frame("palette", PALETTE, PC_DTYPE_F32, 700, 64, PC_LEVEL_DEFAULT);
    save_frame("palette-rans", PALETTE, PC_DTYPE_U64, 700, 64, PC_LEVEL_HIGH);
    save_frame("planes-delta", COUNTER, PC_DTYPE_I64, 300, 0, PC_LEVEL_DEFAULT);
    save_frame("planes-rans", SKEWED, PC_DTYPE_U16, 900, 0, PC_LEVEL_HIGH);
    save_frame("byte", SKEWED, PC_DTYPE_I8, 900, 64, PC_LEVEL_DEFAULT);
    save_frame("byte-rans", SKEWED, PC_DTYPE_I8, 900, 64, PC_LEVEL_HIGH);
    save_frame("raw", NOISE, PC_DTYPE_F16, 50, 0, PC_LEVEL_DEFAULT);
    save_frame("empty", NOISE, PC_DTYPE_F16, 0, 0, PC_LEVEL_DEFAULT);
    save_parameters("bf16", PC_DTYPE_BF16, PC_LEVEL_DEFAULT, 256, 40000, 1);
    save_parameters("f16-outliers", PC_DTYPE_F16, PC_LEVEL_HIGH, 100, 5000, 5);
    save_parameters("f32-zeros", PC_DTYPE_F32, PC_LEVEL_FAST, 64, 9000, 9);
    save_parameters("f64-slope", PC_DTYPE_F64, PC_LEVEL_DEFAULT, 70, 2000, 2);
    save_parameters("i32-slope", PC_DTYPE_I32, PC_LEVEL_DEFAULT, 0, 3000, 2);
    save_parameters("i8", PC_DTYPE_I8, PC_LEVEL_MAX, 384, 60000, 6);
    save_parameters("tiny", PC_DTYPE_BF16, PC_LEVEL_HIGH, 1, 3, 0);
    save_code("two-symbols", 0, 500);
    save_code("twenty", 18, 900);
    save_code("all", 254, 1000);
    save_code("longer-than-input", 60, 60000);
    save_frame("base-bf16", MOVED, PC_DTYPE_BF16, 900, 0, PC_LEVEL_DEFAULT);
    save_frame("base-f32", MOVED, PC_DTYPE_F32, 500, 0, PC_LEVEL_HIGH);
    save_frame("base-i64", MOVED, PC_DTYPE_I64, 300, 0, PC_LEVEL_DEFAULT);
    save_frame("base-u8", MOVED, PC_DTYPE_U8, 2000, 0, PC_LEVEL_FAST);
    return 0;
}
