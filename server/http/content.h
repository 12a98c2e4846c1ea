/* What a request says of its body: Content-Type and Content-Encoding. */
#pragma once

#include <stdbool.h>

struct exchange;

enum http_coding { HTTP_IDENTITY, HTTP_GZIP };

/*
 * Whether the body may be JSON, or lines of it, under a coding that is undone here: sets `*coding`.
 * Else answers 415, which ends the exchange, and returns false.
 */
bool http_content_accept(struct exchange *exchange, enum http_coding *coding);
