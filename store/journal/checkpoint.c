/* How far the database was last known to have the journal. */
#include "store/journal/checkpoint.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/base/crc32c.h"
#include "store/base/directory.h"

/* Twenty digits, a blank, and the CRC-32C of the digits in hexadecimal. */
enum { DIGITS = 20, TEXT_BYTES = DIGITS + 10 };

static const char file_name[] = "stored";

/* A flipped bit must not make the sequence a higher one. */
static void format(uint64_t sequence, char text[static TEXT_BYTES + 1])
{
    char digits[DIGITS + 1];
    (void)snprintf(digits, sizeof digits, "%020" PRIu64, sequence);
    (void)snprintf(text, TEXT_BYTES + 1, "%s %08" PRIx32 "\n", digits,
                   crc32c((const uint8_t *)digits, DIGITS));
}

uint64_t checkpoint_read(const struct directory *directory)
{
    size_t count;
    char expected[TEXT_BYTES + 1];
    char *text = directory_read(directory, file_name, 64, &count);
    uint64_t sequence = text == NULL ? 0 : strtoull(text, NULL, 10);
    format(sequence, expected);
    bool is_sound = text != NULL && strcmp(text, expected) == 0;
    free(text);
    return is_sound ? sequence : 0;
}

void checkpoint_init(struct checkpoint *checkpoint, const struct directory *directory)
{
    *checkpoint = (struct checkpoint){.fd = -1, .sequence = checkpoint_read(directory)};
}

void checkpoint_write(struct checkpoint *checkpoint, const struct directory *directory,
                      uint64_t sequence)
{
    char text[TEXT_BYTES + 1];
    format(sequence, text);
    checkpoint->sequence = sequence;
    if (checkpoint->fd < 0)
        checkpoint->fd =
            openat(directory->fd, file_name, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0640);
    if (checkpoint->fd >= 0)
        (void)!pwrite(checkpoint->fd, text, TEXT_BYTES, 0);
}

void checkpoint_close(struct checkpoint *checkpoint)
{
    if (checkpoint->fd >= 0)
        (void)close(checkpoint->fd);
    checkpoint->fd = -1;
}
