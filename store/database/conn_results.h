/* What a connection hears from the server: the results of its queries, and of its own. */
#pragma once

struct db_conn;

/* Takes in whatever has arrived, and ends the query when its last result is there. */
void conn_read_results(struct db_conn *conn);

/* The owner's reply is the pending one again, if it waits for a check of ours. */
void conn_end_check(struct db_conn *conn);
