/* Making a decoder. */
#include "tensor/decoder.h"

#include <string.h>

#include "base/alloc.h"

pc_status pc_tensor_decoder_create(const pc_kernels *kernels, const uint8_t *src, size_t src_len,
                                   pc_tensor_decoder **decoder)
{
    pc_tensor_decoder *d = pc_alloc(sizeof *d);
    if (d == NULL) return PC_ERR_MEMORY;
    memset(d, 0, sizeof *d);
    d->kernels = *kernels;
    pc_status status = pc_head_read(d, src, src_len);
    if (status != PC_OK) {
        pc_tensor_decoder_free(d);
        return status;
    }
    d->model.info.workspace_size = pc_chunk_space_size(&d->model);
    *decoder = d;
    return PC_OK;
}

void pc_tensor_decoder_free(pc_tensor_decoder *d)
{
    if (d == NULL) return;
    pc_free(d->model.col_group);
    pc_free(d->model.col_rank);
    pc_free(d->model.weights);
    pc_free(d->model.centres);
    pc_free(d->model.base.class_of);
    pc_free(d->rans_tables);
    pc_free(d);
}

const uint8_t *pc_tensor_decoder_base(const pc_tensor_decoder *d)
{
    return d->model.method == PC_METHOD_BASE ? d->model.base.digest : NULL;
}

const pc_tensor_info *pc_tensor_decoder_info(const pc_tensor_decoder *d) { return &d->model.info; }
