/* Randomness that nobody can guess, from the kernel. */
#include "protocol/random.h"

#include <errno.h>
#include <stdlib.h>

#include <sys/random.h>

void random_fill(void *bytes, size_t count)
{
    char *at = bytes;
    while (count > 0) {
        ssize_t got = getrandom(at, count, 0);
        if (got < 0 && errno != EINTR)
            abort();
        if (got > 0) {
            at += got;
            count -= (size_t)got;
        }
    }
}
