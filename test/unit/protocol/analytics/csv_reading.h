/* CSV by RFC 4180, read back by the test's own means. */
#pragma once

#include <jansson.h>

/* An array of the lines, each an array of its cells as strings. The caller drops it. Fails the test
 * where `text` is none. */
json_t *csv_read(const char *text);
