/* A log that a test reads again. */
#include "test/unit/store/catalogue/ad_log.h"

#include <stdio.h>
#include <string.h>

#include <check.h>

#include "metrics/log.h"

static FILE *file;
static struct log *log_of_file;

struct log *ad_log_open(void)
{
    file = tmpfile();
    ck_assert_ptr_nonnull(file);
    log_of_file = log_new(LOG_INFO, fileno(file));
    return log_of_file;
}

void ad_log_close(void)
{
    log_free(log_of_file);
    ck_assert_int_eq(fclose(file), 0);
}

unsigned ad_log_count(const char *text)
{
    char line[2048];
    unsigned count = 0;
    rewind(file);
    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, text) != NULL;
    return count;
}
