/* One query to PostgreSQL. */
#include "store/database/query.h"

#include <stddef.h>

bool db_query_send(const struct db_query *query, PGconn *pg)
{
    int is_sent;
    if (query->prepare_as != NULL)
        is_sent = PQsendPrepare(pg, query->prepare_as, query->sql, 0, NULL);
    else if (query->statement != NULL)
        is_sent = PQsendQueryPrepared(pg, query->statement, query->parameter_count, query->values,
                                      query->lengths, query->formats, 0);
    else if (query->parameter_count > 0 || query->has_binary_results)
        is_sent = PQsendQueryParams(pg, query->sql, query->parameter_count, NULL, query->values,
                                    query->lengths, query->formats, query->has_binary_results);
    else
        is_sent = PQsendQuery(pg, query->sql);
    return is_sent == 1;
}

PGresult *db_query_merge_results(PGresult *earlier, PGresult *later)
{
    bool is_failed = earlier != NULL && PQresultStatus(earlier) == PGRES_FATAL_ERROR;
    PQclear(is_failed ? later : earlier);
    return is_failed ? earlier : later;
}

bool db_query_succeeded(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}
