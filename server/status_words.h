/* How the server stands, in a line for people: what `systemctl status` shows. */
#pragma once

#include <stddef.h>

struct store;

/* Writes whether events are accepted and why not, how many were, how many wait to be stored, and
 * that the database is away; terminated, cut to `size`. */
void status_words(const struct store *store, char *words, size_t size);
