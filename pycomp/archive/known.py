"""Files of known formats: which tensors are in them, and how they are cut into segments."""

from __future__ import annotations

import mmap
import os

from pycomp.archive import npy, safetensors
from pycomp.archive.index import Tensor
from pycomp.archive.plan import FilePlan, plan_tensors
from pycomp.errors import PycompError

__all__ = ["plan_known"]


def plan_known(path: str, mapped: mmap.mmap) -> FilePlan:
    """The plan for a file of a known format; one without tensors when it is none, or a broken one."""
    view = memoryview(mapped)
    name = path.lower()
    plan = FilePlan([])
    tensors: list[Tensor] = []
    try:
        # By content too: model hubs keep their files under hashes.
        if name.endswith(".safetensors") or mapped[8:9] == b"{":
            plan.format = "safetensors"
            header = safetensors.read_header(lambda start, size: mapped[start : start + size], len(mapped))
            tensors, _ = safetensors.parse_header(header, len(mapped))
        elif name.endswith(".npy") or mapped[:6] == npy.NPY_MAGIC:
            plan.format = "npy"
            tensors = [npy.parse_npy(view, 0, len(mapped), os.path.basename(path).removesuffix(".npy"))]
        elif name.endswith(".npz"):
            plan.format = "npz"
            with open(path, "rb") as file:
                tensors = npy.parse_npz(file, view)
    except PycompError as error:
        if name.endswith("." + plan.format):
            plan.warnings.append(f"packed as plain bytes, as it is no valid {plan.format} file: {error}")
        return FilePlan([], warnings=plan.warnings)
    if plan.format != "bytes":
        plan.tensors = tensors
        plan.jobs = plan_tensors(tensors, len(mapped))
    return plan
