/* The file `token_secret`: the secret under which tokens are signed where none is configured. */
#pragma once

#include "protocol/result.h"

struct directory;
struct log;

/*
 * Reads the file in this directory; where there is none it makes a random secret of 64 characters,
 * durably and readable for its owner alone. Returns a list of one for token_keys_new(), which the
 * caller frees with free(); NULL with an error that names the file when it is there and holds no
 * secret, which is then left as it is, or when the disk refuses.
 */
char *token_secret_of(const struct directory *directory, struct error *error);

/* A random one as well, that is kept nowhere; to be freed with free(). */
char *token_secret_new(void);

/* The one or the other: what the file has, else a random one, and the log says so. */
char *token_secret_find(const struct directory *directory, struct log *log);
