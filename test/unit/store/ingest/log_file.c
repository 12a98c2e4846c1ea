/* A log that a test reads again. */
#include "test/unit/store/ingest/log_file.h"

#include <stdio.h>
#include <string.h>

#include <check.h>

static FILE *file;
static struct log *log_of_file;

struct log *log_file_open(void)
{
    file = tmpfile();
    ck_assert_ptr_nonnull(file);
    log_of_file = log_new(LOG_INFO, fileno(file));
    return log_of_file;
}

void log_file_close(void)
{
    log_free(log_of_file);
    ck_assert_int_eq(fclose(file), 0);
}

unsigned log_file_count(const char *text)
{
    char line[2048];
    unsigned count = 0;
    rewind(file);
    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, text) != NULL;
    return count;
}
