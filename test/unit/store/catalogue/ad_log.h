/* A log that a test reads again. */
#pragma once

struct log;

struct log *ad_log_open(void);
void ad_log_close(void);

/* In how many lines the text stands. */
unsigned ad_log_count(const char *text);
