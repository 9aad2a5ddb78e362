/* The sentence that goes with each status. */
#include "pycomp/status.h"

const char *pc_status_text(pc_status status)
{
    switch (status) {
    case PC_OK: return "no error";
    case PC_ERR_PARAM: return "invalid argument";
    case PC_ERR_DST_SIZE: return "the output buffer is too small";
    case PC_ERR_TRUNCATED: return "the data is truncated";
    case PC_ERR_CORRUPT: return "the data is corrupt";
    case PC_ERR_CHECKSUM: return "the checksum does not match";
    case PC_ERR_LIMIT: return "a size in the data exceeds the limit";
    case PC_ERR_UNSUPPORTED: return "the data needs a newer version or an unknown method";
    case PC_ERR_MEMORY: return "out of memory";
    case PC_ERR_BASE: return "the base is missing or not the one that the data was coded against";
    }
    return "unknown status";
}
