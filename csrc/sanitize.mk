# SAN=1 or SAN=thread, as compiler flags; shared by the core, its tests and the fuzzers.
ifeq ($(SAN),1)
SAN_FLAGS = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifeq ($(SAN),thread)
SAN_FLAGS = -fsanitize=thread -fno-omit-frame-pointer
else
SAN_FLAGS =
endif
