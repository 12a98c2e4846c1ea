/*
 * Memory that the program cannot do without: small and fixed amounts, never what a client can size.
 * Where there is none left the process says on stderr what it wanted, and aborts. free() releases
 * it.
 */
#pragma once

#include <stddef.h>

/* Zeroed memory of `bytes` > 0. */
__attribute__((returns_nonnull)) void *memory_zeroed(size_t bytes);

/* The same for `count` > 0 elements of `element_bytes` > 0. */
__attribute__((returns_nonnull)) void *memory_zeroed_array(size_t count, size_t element_bytes);

/* Moves `memory` (NULL = new) to `bytes` > 0, uninitialised beyond its old size. Takes ownership of
 * the old memory. */
void *memory_resized(void *memory, size_t bytes);

/* A copy of `text`; NULL for NULL. */
char *memory_copy_text(const char *text);

/* A terminated copy of the first `length` bytes of `text`, which has that many. */
char *memory_copy_bytes(const char *text, size_t length);

/* Returns what a library allocated, as it is: for constructors that fail only without memory. */
void *memory_required(void *object);

/* Says that `bytes` (0 = unknown) could not be had, in one write(2) that never blocks. */
_Noreturn void memory_exhausted(size_t bytes);
