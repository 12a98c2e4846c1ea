/* What a database has recorded of its schema, compared with the SQL that this program carries. */
#include "store/database/schema_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/event.h"
#include "protocol/memory.h"
#include "store/database/sql_embedded.h"

/* The functions come first: without them a file with another text is judged otherwise. They hold
 * the schema's name: once that is another one they are as good as others, whatever their digest. */
static const char state_sql[] =
    "SELECT 'functions' AS what, version::bigint AS number, CASE WHEN EXISTS ("
    "SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
    "WHERE n.nspname = current_schema() AND p.proname = 'ingest_batch' "
    "AND 'search_path=' || current_setting('search_path') = ANY (p.proconfig)) "
    "THEN digest ELSE '' END AS text FROM schema_functions "
    "UNION ALL SELECT 'kind', row_number() OVER (ORDER BY enumsortorder) - 1, enumlabel::text "
    "FROM pg_enum WHERE enumtypid = to_regtype('event_kind') "
    "UNION ALL SELECT 'schema', version, checksum FROM schema_migrations ORDER BY 1, 2";

enum { WHAT, NUMBER, TEXT };

const char *schema_state_sql(void)
{
    return state_sql;
}

void schema_functions_digest(char digest[static DIGEST_TEXT_SIZE])
{
    char *list = NULL;
    size_t list_bytes = 0;
    FILE *out = memory_required(open_memstream(&list, &list_bytes));
    for (const struct sql_file *file = sql_functions(); file->name != NULL; file++) {
        digest_text(file->text, file->text_bytes, digest);
        (void)fprintf(out, "%s  %s\n", digest, file->name);
    }
    if (fclose(out) != 0)
        abort();
    digest_text(list, list_bytes, digest);
    free(list);
}

static bool is_text_of(const struct sql_file *file, const char *checksum)
{
    char ours[DIGEST_TEXT_SIZE];
    digest_text(file->text, file->text_bytes, ours);
    return strcmp(checksum, ours) == 0;
}

static void read_functions(struct schema_state *state, int version, const char *digest)
{
    char ours[DIGEST_TEXT_SIZE];
    schema_functions_digest(ours);
    state->functions_version = version;
    if (version > sql_functions_version())
        state->functions = FUNCTIONS_NEWER;
    else if (version == sql_functions_version() && strcmp(digest, ours) == 0)
        state->functions = FUNCTIONS_CURRENT;
}

/* Those that only a newer program knows come after ours. */
static enum result read_kind(struct schema_state *state, int number, const char *label,
                             struct error *error)
{
    if (number >= EVENT_KINDS)
        return RESULT_OK;
    const char *name = event_kind_name((enum event_kind)number);
    if (strcmp(label, name) != 0)
        return error_set(error, RESULT_FAILED,
                         "the type event_kind has %s where this program has %s", label, name);
    state->kinds++;
    return RESULT_OK;
}

static enum result read_file(struct schema_state *state, int number, const char *checksum,
                             struct error *error)
{
    state->newest_file = number;
    const struct sql_file *file = sql_numbered(number);
    if (file == NULL || is_text_of(file, checksum))
        return RESULT_OK;
    state->is_unreleased = state->functions_version == 0;
    if (state->is_unreleased)
        return RESULT_OK;
    return error_set(error, RESULT_FAILED,
                     "schema file %s was applied with another text than this program's",
                     file->name);
}

enum result schema_state_read(struct schema_state *state, const PGresult *rows, struct error *error)
{
    *state = (struct schema_state){.rows = rows};
    enum result result = RESULT_OK;
    for (int row = 0; row < PQntuples(rows) && result == RESULT_OK; row++) {
        const char *what = PQgetvalue(rows, row, WHAT);
        int number = (int)strtol(PQgetvalue(rows, row, NUMBER), NULL, 10);
        const char *text = PQgetvalue(rows, row, TEXT);
        if (strcmp(what, "functions") == 0)
            read_functions(state, number, text);
        else if (strcmp(what, "kind") == 0)
            result = read_kind(state, number, text, error);
        else
            result = read_file(state, number, text, error);
    }
    return result;
}

bool schema_state_has_file(const struct schema_state *state, int number)
{
    for (int row = 0; row < PQntuples(state->rows); row++) {
        if (strcmp(PQgetvalue(state->rows, row, WHAT), "schema") == 0 &&
            strtol(PQgetvalue(state->rows, row, NUMBER), NULL, 10) == number)
            return is_text_of(sql_numbered(number), PQgetvalue(state->rows, row, TEXT));
    }
    return false;
}

bool schema_state_has_kinds(const struct schema_state *state)
{
    return state->kinds == EVENT_KINDS;
}

bool schema_state_is_current(const struct schema_state *state)
{
    if (!schema_state_has_kinds(state) || state->functions == FUNCTIONS_MISSING)
        return false;
    for (int number = 1; number <= sql_numbered_count(); number++) {
        if (!schema_state_has_file(state, number))
            return false;
    }
    return true;
}
