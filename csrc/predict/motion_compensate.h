/* One row of blocks of the predicted pictures; rows are numbered through all pictures. */
#ifndef PC_PREDICT_MOTION_COMPENSATE_H
#define PC_PREDICT_MOTION_COMPENSATE_H

#include "pycomp/motion.h"

void pc_motion_compensate_row(const pc_kernels *kernels, const pc_motion_field *field, size_t number);

#endif
