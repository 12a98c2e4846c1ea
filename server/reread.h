/* SIGHUP: reads the files of the configuration again, and puts what has changed into force. */
#pragma once

struct config;
struct handler_context;
struct log;
struct store;
struct token_keys;

/* Whom it concerns; all borrowed. `*token_keys` is owned by whoever has it there, and replaced. */
struct reread {
    struct config *config;
    struct handler_context *context;
    struct token_keys **token_keys;
    struct store *store;
    struct log *log;
};

/* A file that cannot be used keeps the value that was in force; the log says so, and what changed,
 * and nothing of the values. */
void reread_files(const struct reread *reread);
