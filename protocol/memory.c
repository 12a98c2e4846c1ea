/* Memory that the program cannot do without. */
#include "protocol/memory.h"

#include <assert.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void memory_exhausted(size_t bytes)
{
    char line[64];
    int length = bytes == 0 ? snprintf(line, sizeof line, "out of memory\n")
                            : snprintf(line, sizeof line, "out of memory: %zu bytes\n", bytes);
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    /* A reader that stalls or is gone must not keep the process from ending by SIGABRT. */
    if (length > 0 && poll(&ready, 1, 0) == 1 && ready.revents == POLLOUT) {
        ssize_t written = write(STDERR_FILENO, line, (size_t)length);
        (void)written;
    }
    abort();
}

void *memory_zeroed_array(size_t count, size_t element_bytes)
{
    assert(count > 0 && element_bytes > 0);
    void *memory = calloc(count, element_bytes);
    if (memory == NULL)
        memory_exhausted(count > SIZE_MAX / element_bytes ? SIZE_MAX : count * element_bytes);
    return memory;
}

void *memory_zeroed(size_t bytes)
{
    return memory_zeroed_array(1, bytes);
}

void *memory_resized(void *memory, size_t bytes)
{
    assert(bytes > 0);
    void *resized = realloc(memory, bytes);
    if (resized == NULL)
        memory_exhausted(bytes);
    return resized;
}

char *memory_copy_bytes(const char *text, size_t length)
{
    char *copy = memory_resized(NULL, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *memory_copy_text(const char *text)
{
    return text == NULL ? NULL : memory_copy_bytes(text, strlen(text));
}

void *memory_required(void *object)
{
    if (object == NULL)
        memory_exhausted(0);
    return object;
}
