/*
 * A session works in one schema of its database alone: the one that its search_path makes tables
 * in. Several installations may so share a database. The writer's session comes to it by
 * sql/own_schema.sql, which refuses a path that leads nowhere; the others, which need no more than
 * what the writer has made, by this.
 */
#pragma once

/* For the setup of a session. Where there is no such schema, search_path stays as it is. */
#define OWN_SCHEMA_SQL                                                                             \
    "SELECT pg_catalog.set_config('search_path', "                                                 \
    "pg_catalog.quote_ident(pg_catalog.current_schema()) || ', pg_temp', false); "

/* Listens on the channel that the trigger of the schema's table ads notifies, behind that. */
#define OWN_SCHEMA_LISTEN_SQL                                                                      \
    "DO $$ BEGIN EXECUTE 'LISTEN ads_changed_' || coalesce((SELECT oid FROM "                      \
    "pg_catalog.pg_namespace "                                                                     \
    "WHERE nspname = pg_catalog.current_schema()), 0); END $$"
