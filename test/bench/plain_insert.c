/*
 * What PostgreSQL does with rows alone: reads rows of arrays with the first statement, then sends
 * each of them back as the parameters of the second, in binary, one after the other. Prints how
 * many milliseconds the second takes for all of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <libpq-fe.h>

enum { COLUMNS_MAX = 64, BINARY = 1 };

static double now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Ends the program unless the statement did what was expected of it. */
static PGresult *require(PGconn *conn, PGresult *result, ExecStatusType expected)
{
    if (PQresultStatus(result) != expected) {
        (void)fprintf(stderr, "plain_insert: %s", PQerrorMessage(conn));
        exit(1);
    }
    return result;
}

static void send_row(PGconn *conn, const PGresult *rows, int row)
{
    const char *values[COLUMNS_MAX];
    int lengths[COLUMNS_MAX];
    int formats[COLUMNS_MAX];
    int columns = PQnfields(rows);
    for (int i = 0; i < columns; i++) {
        values[i] = PQgetvalue(rows, row, i);
        lengths[i] = PQgetlength(rows, row, i);
        formats[i] = BINARY;
    }
    PQclear(require(conn, PQexecPrepared(conn, "insert", columns, values, lengths, formats, BINARY),
                    PGRES_COMMAND_OK));
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "usage: plain_insert CONNINFO SELECT INSERT\n");
        return 2;
    }
    PGconn *conn = PQconnectdb(argv[1]);
    PGresult *rows = require(conn, PQexecParams(conn, argv[2], 0, NULL, NULL, NULL, NULL, BINARY),
                             PGRES_TUPLES_OK);
    if (PQnfields(rows) > COLUMNS_MAX)
        return 2;
    PQclear(require(conn, PQprepare(conn, "insert", argv[3], 0, NULL), PGRES_COMMAND_OK));
    double begun_ms = now_ms();
    for (int row = 0; row < PQntuples(rows); row++)
        send_row(conn, rows, row);
    printf("%.3f\n", now_ms() - begun_ms);
    PQclear(rows);
    PQfinish(conn);
    return 0;
}
