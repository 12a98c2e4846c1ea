/* A log that a test reads again. */
#pragma once

#include "metrics/log.h"

struct log *log_file_open(void);
void log_file_close(void);

/* How many lines hold `text`. */
unsigned log_file_count(const char *text);
