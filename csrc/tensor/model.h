/* What a frame's head says, ready for use: shared by encoder and decoder.
 *
 * An array is a matrix of `rows` full rows of `cols` elements and a tail of fewer than cols. Its symbols
 * (float keys, or whole bytes) are coded under up to PC_MAX_TABLES static tables: rows are put into
 * groups by their mean symbol, columns likewise, and each tile (row group, column group) has a table.
 * The trained matrices this is for differ in scale from row to row and from column to column far more
 * than from one element to the next. Columns' groups belong to the model; a chunk states its rows'. */
#ifndef PC_TENSOR_MODEL_H
#define PC_TENSOR_MODEL_H

#include "base/checked.h"
#include "base/limits.h"
#include "pycomp/pivot.h"
#include "pycomp/rans.h"
#include "pycomp/tensor.h"
#include "tensor/dtype.h"

enum {
    PC_FRAME_VERSION = 1,

    /* Elements of a chunk: small enough for its symbols to stay in a 1 MiB L2 cache on their way through
     * the decoder, large enough for tables and padding to vanish. A row longer than this is cut. */
    PC_CHUNK_ELEMENTS = 1 << 18,
    /* The narrowest and widest rows worth grouping; others are re-cut to PC_VIRTUAL_COLS. */
    PC_MIN_COLS = 64,
    PC_MAX_COLS = 1 << 16,
    PC_VIRTUAL_COLS = 1024,

    PC_MID_ELEMENTS = 1 << 12,

    PC_MAX_GROUPS = 16,
    PC_MAX_TABLES = 16,
    PC_MAX_PALETTE = 256,

    PC_CHUNK_HEAD = 9,                        /* checksum of the decoded bytes, form */
    PC_SECTION_SIDE = 2 + PC_RANS_FREQS_BOUND /* most bytes a section adds to its coded symbols */
};

/* How the elements become symbols. */
typedef enum pc_method {
    PC_METHOD_RAW = 0,     /* they don't: chunks are stored */
    PC_METHOD_FLOAT = 1,   /* key symbols, mids, lows */
    PC_METHOD_BYTE = 2,    /* one-byte elements are their own symbols */
    PC_METHOD_PLANES = 3,  /* wider integers: each byte plane on its own */
    PC_METHOD_PALETTE = 4, /* at most 256 distinct values: their numbers are the symbols */
    PC_METHOD_BASE = 5     /* differences to a base, in tokens (base_common.h) */
} pc_method;

typedef enum pc_coder { PC_CODER_PIVOT = 0, PC_CODER_RANS = 1, PC_CODER_MIX = 2 } pc_coder;

/* Flags of a frame. */
enum {
    PC_FRAME_SPARSE = 1, /* chunks start with a bitmap of the elements that are not 0, the rest is theirs */
    PC_FRAME_DELTA = 2,  /* planes hold zigzag differences of neighbours */
    PC_FRAME_MEANS = 4,  /* coder mix: the head states the columns' means */
    PC_FRAME_WEIGHTS = 8 /* coder mix: and weights to predict an element from those on its left */
};

/* Form of a chunk. */
enum { PC_CHUNK_STORED = 0, PC_CHUNK_FILLED = 1, PC_CHUNK_CODED = 2, PC_CHUNK_SAME = 3 /* as its base */ };

/* Flags of a coded chunk of METHOD_FLOAT. */
enum { PC_CHUNK_ROW_KINDS = 1, PC_CHUNK_OUTLIERS = 2 };

/* Where an element's key lies, and the bits to flip in negative floats for order. */
typedef struct pc_base_layout {
    uint64_t flip;
    unsigned key_mask;
    uint8_t key_shift;
} pc_base_layout;

/* Method base: classes are ranges of keys, class c starts at first_key[c], and has table c. */
enum { PC_BASE_DENSE = 255 /* the kind of a class whose every element has a token */ };
typedef struct pc_base_model {
    uint8_t digest[16]; /* XXH3-128 of the whole base */
    uint16_t first_key[PC_MAX_TABLES];
    uint8_t kind[PC_MAX_TABLES]; /* PC_BASE_DENSE, or the octave of the mean gap to start from */
    uint8_t *class_of;           /* by key */
} pc_base_model;

typedef struct pc_tensor_model {
    pc_tensor_info info;
    const pc_dtype_traits *traits;
    uint64_t rows;
    size_t tail, chunk_rows;

    uint8_t method, coder, flags;
    pc_float_layout layout;
    uint8_t n_trims, trims[PC_MAX_TRIMS];
    pc_key_window window;

    unsigned row_groups, col_groups, n_tables, n_palette;
    uint8_t tile_table[PC_MAX_GROUPS * PC_MAX_GROUPS]; /* [row group * col_groups + column group] */
    uint8_t *col_group; /* cols entries, NULL when col_groups is 1; with FRAME_MEANS the columns' means */
    uint32_t *col_rank; /* how many columns of its group stand before each; NULL when col_groups is 1 */
    size_t cols_in_group[PC_MAX_GROUPS];
    int8_t *weights;  /* with FRAME_WEIGHTS: see mix.h */
    int16_t *centres; /* and these two in one block */
    uint16_t *deviations;
    uint64_t palette[PC_MAX_PALETTE]; /* ascending */
    pc_base_model base;
    union {
        pc_pivot_code pivot[PC_MAX_TABLES];
        uint16_t freqs[PC_MAX_TABLES][256];
    } tables;
} pc_tensor_model;

/* Cuts size bytes of a dtype into rows and chunks; fills info (but for head_size) and the geometry. cols
 * is a hint when coding and the truth when decoding (exact). */
pc_status pc_model_shape(pc_tensor_model *model, uint64_t size, pc_dtype dtype, size_t cols, int exact);

/* The elements of chunk number `chunk`: full rows, and in the last chunk the tail. */
typedef struct pc_chunk_shape {
    size_t rows, tail, elements;
} pc_chunk_shape;
pc_chunk_shape pc_model_chunk(const pc_tensor_model *model, size_t chunk);

/* Where each tile's symbols begin in a chunk's list: tables in order, within a table row groups, within
 * those column groups. Also where each table's part of the list ends. */
typedef struct pc_tile_map {
    size_t start[PC_MAX_GROUPS * PC_MAX_GROUPS];
    size_t table_end[PC_MAX_TABLES];
} pc_tile_map;
void pc_model_tiles(const pc_tensor_model *model, const size_t *rows_in_group, size_t cols, pc_tile_map *map);

/* Workspace of one chunk, cut from one block. */
typedef struct pc_chunk_space {
    uint8_t *symbols, *list, *mids, *lows, *elements;
    uint8_t *slack; /* a payload with nothing readable behind it is copied here */
    uint8_t *side;  /* outliers being listed, the bitmap of a sparse chunk */
    uint8_t *row_kind, *row_group;
    uint32_t *offsets;  /* by column */
    uint32_t *live_row; /* rows that are not constant */
    uint32_t *order;    /* live rows of one group */
    uint32_t *gaps;     /* method base: of coded elements, and then their places */
    void *coder;        /* for the entropy coder */
} pc_chunk_space;
size_t pc_chunk_space_size(const pc_tensor_model *model);
void pc_chunk_space_cut(const pc_tensor_model *model, void *workspace, pc_chunk_space *space);

/* Live rows whose mids are packed together: some thousand elements, so that a decoder unpacks them into the
 * L1 cache just before it needs them. */
PC_INLINE size_t pc_mid_rows(size_t cols)
{
    return cols == 0 ? 1 : PC_MAX((size_t)PC_MID_ELEMENTS / cols, (size_t)1);
}

/* Low bits that rows of a kind keep: kind 0 all of them, kind k > 0 those above trims[k - 1]. */
PC_INLINE unsigned pc_kept_bits(const pc_tensor_model *model, unsigned kind)
{
    return model->layout.low_bits - (kind == 0 ? 0u : model->trims[kind - 1]);
}

/* Counts the columns of each group and ranks them within it, from col_group; false without memory. */
int pc_model_rank_columns(pc_tensor_model *model);

/* The places of the columns of a chunk's rows of one group, rows_in_group high; see pc_tile_map. */
void pc_model_offsets(const pc_tensor_model *model, const pc_tile_map *map, unsigned row_group,
                      size_t rows_in_group, uint32_t *offsets);

#endif
