/* Randomness that nobody can guess, from the kernel. */
#pragma once

#include <stddef.h>

/* Fills `bytes`. Each call is one to the kernel: whoever takes little at a time keeps some. Where
 * there is none to be had the process aborts. */
void random_fill(void *bytes, size_t count);
