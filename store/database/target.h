/* Where the database is and how to connect: DB_CONN taken apart, its host names still to be
 * resolved. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <libpq-fe.h>

#include "protocol/result.h"

struct db_address;
struct db_precedence;

/* One host of the list. `address` stays NULL for a unix socket, which needs no resolving. */
struct db_host {
    char *name;    /* "" = libpq's default socket */
    char *address; /* its hostaddr in DB_CONN; NULL = none */
    char *port;    /* NULL = libpq's default */
};

/* A parameter for PQconnectStartParams(). */
struct db_parameter {
    char *keyword;
    char *value;
};

struct db_target {
    struct db_host *hosts;
    size_t host_count;
    struct db_parameter *parameters; /* without host, hostaddr and port */
    size_t parameter_count;
    bool may_be_pooled; /* its sessions may be others for each transaction: nothing is set in them,
                           transactions set what they need (session_settings_local_sql()) */
    struct db_precedence *precedence; /* of the connections to it; owned; NULL = a copy */
};

/*
 * Reads a libpq URI or keyword string; NULL or "" takes libpq's defaults (PGHOST, PGSERVICE, ...).
 * In a URI the last `@` of the authority ends the password, as Go's net/url has it. Returns
 * RESULT_INVALID with an error that repeats nothing of a password. Release with db_target_clear().
 */
MUST_CHECK enum result db_target_init(struct db_target *target, const char *conninfo,
                                      struct error *error);
void db_target_clear(struct db_target *target);

/* Makes `copy` one of `target`, to resolve and connect with: it has no precedence. Release it with
 * db_target_clear(), too. */
void db_target_copy(struct db_target *copy, const struct db_target *target);

/* Makes `target` what `by` is (moved), with the precedence among the connections that it has. */
void db_target_replace(struct db_target *target, struct db_target *by);

/*
 * Copies `conninfo`, with all but the last `@` of a URI's authority percent-encoded. The caller
 * frees it with free().
 */
char *db_target_normalize(const char *conninfo);

/*
 * Begins a nonblocking connection to the first of `count` > 0 addresses that accepts us. Returns
 * what PQconnectStartParams() does, whose messages have their SQLSTATE in them; the caller frees it
 * with PQfinish().
 */
PGconn *db_target_connect(const struct db_target *target, const struct db_address *addresses,
                          size_t count);
