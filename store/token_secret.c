/* The secret under which tokens are signed where none is configured. */
#include "store/token_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics/log.h"
#include "protocol/hex.h"
#include "protocol/memory.h"
#include "protocol/random.h"
#include "protocol/serving_token.h"
#include "protocol/text.h"
#include "store/base/directory.h"

enum { RANDOM_BYTES = 32, TEXT_BYTES = 2 * RANDOM_BYTES, FILE_MAX_BYTES = 4096 };

static const char file_name[] = "token_secret";

static char *fail(struct error *error, const struct directory *directory, const char *what)
{
    (void)error_set(error, RESULT_FAILED, "%s/%s %s", directory->path, file_name, what);
    return NULL;
}

/* What is wrong with it, in words; NULL = nothing. */
static const char *fault_of(const char *secret, size_t bytes)
{
    _Static_assert(TOKEN_SECRET_MIN_BYTES == 32, "as the words say");
    if (bytes < TOKEN_SECRET_MIN_BYTES)
        return "is shorter than a secret's 32 characters";
    if (!text_is_printable(secret, bytes) || memchr(secret, ',', bytes) != NULL)
        return "is not one line of text without commas";
    return NULL;
}

/* The white space at both ends is none of it. */
static char *read_secret(const struct directory *directory, struct error *error)
{
    size_t bytes = 0;
    char *text = directory_read(directory, file_name, FILE_MAX_BYTES, &bytes);
    _Static_assert(FILE_MAX_BYTES == 4096, "as the words say");
    if (text == NULL)
        return fail(error, directory, "can't be read as a file of at most 4096 bytes");
    const char *secret = text;
    for (; bytes > 0 && text_is_blank(*secret); bytes--)
        secret++;
    while (bytes > 0 && text_is_blank(secret[bytes - 1]))
        bytes--;
    const char *fault = fault_of(secret, bytes);
    char *copy = fault == NULL ? memory_copy_bytes(secret, bytes) : fail(error, directory, fault);
    free(text);
    return copy;
}

/* Nobody else may read it, from before it is written. */
static bool write_secret(const struct directory *directory, const char *secret, struct error *error)
{
    struct directory_file file;
    if (directory_file_begin(&file, directory, file_name, error) != RESULT_OK)
        return false;
    bool is_private = fchmod(file.fd, S_IRUSR | S_IWUSR) == 0;
    if (is_private && directory_file_append(&file, secret, TEXT_BYTES, error) != RESULT_OK)
        return false;
    if (!is_private || fsync(file.fd) != 0) {
        (void)fail(error, directory, "can't be written");
        directory_file_abandon(&file);
        return false;
    }
    if (directory_file_commit(&file, error) != RESULT_OK)
        return false;
    if (directory_sync(directory) == 0)
        return true;
    (void)fail(error, directory, "can't be written");
    return false;
}

char *token_secret_new(void)
{
    uint8_t bytes[RANDOM_BYTES];
    char text[TEXT_BYTES];
    random_fill(bytes, sizeof bytes);
    (void)hex_write(text, bytes, sizeof bytes);
    return memory_copy_bytes(text, sizeof text);
}

static char *make_secret(const struct directory *directory, struct error *error)
{
    char *secret = token_secret_new();
    if (write_secret(directory, secret, error))
        return secret;
    free(secret);
    return NULL;
}

char *token_secret_of(const struct directory *directory, struct error *error)
{
    struct stat status;
    bool is_missing =
        fstatat(directory->fd, file_name, &status, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
    return is_missing ? make_secret(directory, error) : read_secret(directory, error);
}

/* Events matter more than trackers: without a secret that lasts there is one for this run. */
char *token_secret_find(const struct directory *directory, struct log *log)
{
    struct error error;
    char *secret = token_secret_of(directory, &error);
    if (secret != NULL)
        return secret;
    log_write(log, LOG_ERROR, "store",
              "%s: trackers are signed for this run alone, and those of before are refused",
              error.text);
    return token_secret_new();
}
