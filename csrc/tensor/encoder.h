/* The encoder's own state: the model it decided on, and what it needs to follow it. Encode side only. */
#ifndef PC_TENSOR_ENCODER_H
#define PC_TENSOR_ENCODER_H

#include "pycomp/rans.h"
#include "tensor/model.h"

struct pc_tensor_encoder {
    pc_tensor_model model;
    pc_kernels kernels;
    const uint8_t *data, *base; /* base: NULL, or as many bytes */
    const pc_runner *runner;    /* while it is made; NULL: nobody has threads */
    pc_level level;
    /* A row belongs to group g when its symbols add up to thresholds[g - 1] or more, but less than
     * thresholds[g]. */
    uint64_t thresholds[PC_MAX_GROUPS];
    uint32_t counts[PC_MAX_TABLES][256]; /* of the sample, by table */
    uint64_t gain;                       /* bytes that coding the chunks should save, by the sample */
    uint8_t *rans_tables;                /* n_tables of them, coder rans only */
    uint8_t *head;
    uint8_t usual_token[PC_MAX_TABLES]; /* method base: of each class, for outliers */
};

/* Decides on method, groups and tables and fills model and thresholds (analyse.c). */
pc_status pc_tensor_analyse(pc_tensor_encoder *encoder);

/* The same for differences to the base; *bytes is what they should take (base_analyse.c). */
pc_status pc_base_analyse(pc_tensor_encoder *encoder, uint64_t *bytes);

/* For coder mix: finds weights and decides whether they pay (mixed_train.c). */
pc_status pc_mixed_train(pc_tensor_encoder *encoder);

/* The head of a frame (head_write.c); workspace: pc_section_workspace() bytes. */
pc_status pc_head_write(const pc_tensor_encoder *encoder, uint8_t *dst, size_t dst_cap, size_t *dst_len,
                        void *workspace);

/* Codes rows of symbols in place of the generic paths: the body of one chunk without its head, or
 * PC_ERR_DST_SIZE when it would be no smaller than the elements (chunk_encode.c, planes_encode.c). */
pc_status pc_planes_encode(const pc_tensor_encoder *encoder, const uint8_t *elements, size_t n, uint8_t *dst,
                           size_t dst_cap, size_t *dst_len, pc_chunk_space *space);

/* The body of a chunk of n elements as differences to its base (base_encode.c). */
pc_status pc_base_encode(const pc_tensor_encoder *encoder, const uint8_t *src, const uint8_t *base, size_t n,
                         uint8_t *dst, size_t dst_cap, size_t *dst_len, pc_chunk_space *space);

/* The row's group by the sum of its symbols. */
PC_INLINE unsigned pc_row_group(const pc_tensor_encoder *e, uint64_t sum)
{
    unsigned group = 0;
    while (group + 1 < e->model.row_groups && sum >= e->thresholds[group]) group++;
    return group;
}

#endif
