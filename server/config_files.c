/* Variables whose value is in a file. */
#include "server/config_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/memory.h"
#include "server/access/secrets.h"

static const char *const variables[CONFIG_FILES] = {
    [CONFIG_ADMIN_TOKEN] = "ADMIN_TOKEN",   [CONFIG_READ_TOKEN] = "READ_TOKEN",
    [CONFIG_TOKEN_SECRET] = "TOKEN_SECRET", [CONFIG_DB_CONN] = "DB_CONN",
    [CONFIG_LOG_LEVEL] = "LOG_LEVEL",
};

const char *config_file_variable(enum config_file file)
{
    return variables[file];
}

/* Reads up to `size` bytes; returns how many, or -1 with errno. */
static ssize_t read_all(int fd, char *bytes, size_t size)
{
    size_t used = 0;
    while (used < size) {
        ssize_t more = read(fd, bytes + used, size - used);
        if (more < 0 && errno == EINTR)
            continue;
        if (more < 0)
            return -1;
        if (more == 0)
            break;
        used += (size_t)more;
    }
    return (ssize_t)used;
}

/* One line break at the end is the editor's. */
static size_t without_line_break(const char *bytes, size_t count)
{
    if (count > 0 && bytes[count - 1] == '\n')
        count--;
    else
        return count;
    return count > 0 && bytes[count - 1] == '\r' ? count - 1 : count;
}

static const char *fault_of(const char *bytes, size_t count)
{
    if (count > CONFIG_FILE_MAX_BYTES)
        return "it has more than 16384 bytes";
    if (memchr(bytes, '\0', count) != NULL)
        return "there is a NUL byte in it";
    return without_line_break(bytes, count) == 0 ? "it is empty" : NULL;
}

/* Opened so that nothing waits: a FIFO that nobody writes to would. */
static char *read_file(const char *path, const char **fault)
{
    char bytes[CONFIG_FILE_MAX_BYTES + 1];
    struct stat status;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    *fault = strerror(errno);
    if (fd < 0)
        return NULL;
    bool is_file = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    ssize_t count = is_file ? read_all(fd, bytes, sizeof bytes) : 0;
    *fault = !is_file    ? "it is no regular file"
             : count < 0 ? strerror(errno)
                         : fault_of(bytes, (size_t)count);
    (void)close(fd);
    _Static_assert(CONFIG_FILE_MAX_BYTES == 16384, "as the words say");
    char *text =
        *fault != NULL ? NULL : memory_copy_bytes(bytes, without_line_break(bytes, (size_t)count));
    explicit_bzero(bytes, sizeof bytes);
    return text;
}

/* Returns the value, a sound one as far as can be told here; NULL with an error. */
static char *read_value(const struct config *config, enum config_file file, struct error *error)
{
    const char *fault = NULL;
    char *text = read_file(config->values[file].path, &fault);
    if (text == NULL) {
        (void)error_set(error, RESULT_INVALID, "the file of %s_FILE can't be used: %s",
                        variables[file], fault);
        return NULL;
    }
    struct config probe = {0};
    struct error reason = {""};
    if (config_set(&probe, variables[file], text, &reason) == RESULT_OK)
        return text;
    (void)error_set(error, RESULT_INVALID, "the file of %s_FILE can't be used: %s", variables[file],
                    reason.text);
    free(text);
    return NULL;
}

enum result config_files_read(struct config *config, struct error *error)
{
    for (int i = 0; i < CONFIG_FILES; i++) {
        enum config_file file = (enum config_file)i;
        if (config->values[file].path == NULL)
            continue;
        const char *other = getenv(variables[file]);
        if (other != NULL && other[0] != '\0')
            return error_set(error, RESULT_INVALID,
                             "%s and %s_FILE are both set: only one of them may be",
                             variables[file], variables[file]);
        char *text = read_value(config, file, error);
        if (text == NULL)
            return RESULT_INVALID;
        config_file_keep(config, file, text);
    }
    return access_tokens_check(config->admin_token, config->read_token, error);
}

void config_clear(struct config *config)
{
    for (int i = 0; i < CONFIG_FILES; i++) {
        free(config->values[i].text);
        config->values[i].text = NULL;
    }
}

enum config_news config_file_look(const struct config *config, enum config_file file, char **text,
                                  struct error *error)
{
    char *read = read_value(config, file, error);
    if (read == NULL)
        return CONFIG_UNUSABLE;
    if (strcmp(read, config->values[file].text) == 0) {
        free(read);
        return CONFIG_SAME;
    }
    *text = read;
    return CONFIG_CHANGED;
}

void config_file_keep(struct config *config, enum config_file file, char *text)
{
    enum result result = config_set(config, variables[file], text, NULL);
    (void)result; /* it was set before, to try it */
    free(config->values[file].text);
    config->values[file].text = text;
}
