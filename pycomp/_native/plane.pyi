from typing_extensions import Buffer

METHODS: dict[str, int]

def run(src: Buffer, dst: Buffer, method: int, restore: bool, threads: int) -> None: ...
