/* What each SQLSTATE means for the work that met it. */
#include <check.h>
#include <stddef.h>

#include "store/database/sqlstate.h"
#include "test/unit/suites.h"

static const struct {
    const char *sqlstate;
    enum sql_fault fault;
} states[] = {
    /* a row's own values */
    {"22001", SQL_FAULT_BAD_ROW},
    {"22003", SQL_FAULT_BAD_ROW},
    {"22021", SQL_FAULT_BAD_ROW},
    {"22P02", SQL_FAULT_BAD_ROW},
    {"23502", SQL_FAULT_BAD_ROW},
    {"23503", SQL_FAULT_BAD_ROW},
    {"23505", SQL_FAULT_BAD_ROW},
    {"23514", SQL_FAULT_BAD_ROW},
    {"44000", SQL_FAULT_BAD_ROW},
    {"54000", SQL_FAULT_BAD_ROW},
    {"P0001", SQL_FAULT_BAD_ROW},
    /* passing */
    {"40001", SQL_FAULT_RETRY},
    {"40P01", SQL_FAULT_RETRY},
    {"55P03", SQL_FAULT_RETRY},
    {"57014", SQL_FAULT_RETRY},
    {"53100", SQL_FAULT_RETRY},
    {"53200", SQL_FAULT_RETRY},
    {"53300", SQL_FAULT_RETRY},
    /* unlisted */
    {"XX000", SQL_FAULT_RETRY},
    {"XX001", SQL_FAULT_RETRY},
    {"99999", SQL_FAULT_RETRY},
    {"25001", SQL_FAULT_RETRY},
    {"25P02", SQL_FAULT_RETRY},
    {"VA002", SQL_FAULT_RETRY},
    /* the connection, or the server behind it */
    {NULL, SQL_FAULT_RECONNECT},
    {"", SQL_FAULT_RECONNECT},
    {"08000", SQL_FAULT_RECONNECT},
    {"08006", SQL_FAULT_RECONNECT},
    {"08P01", SQL_FAULT_RECONNECT},
    {"57P01", SQL_FAULT_RECONNECT},
    {"57P02", SQL_FAULT_RECONNECT},
    {"57P03", SQL_FAULT_RECONNECT},
    {"57P05", SQL_FAULT_RECONNECT},
    {"25006", SQL_FAULT_RECONNECT},
    {"25P03", SQL_FAULT_RECONNECT},
    {"26000", SQL_FAULT_RECONNECT},
    /* schema, permissions, configuration */
    {"42501", SQL_FAULT_HOLD},
    {"42P01", SQL_FAULT_HOLD},
    {"42703", SQL_FAULT_HOLD},
    {"42883", SQL_FAULT_HOLD},
    {"28000", SQL_FAULT_HOLD},
    {"28P01", SQL_FAULT_HOLD},
    {"3D000", SQL_FAULT_HOLD},
    {"3F000", SQL_FAULT_HOLD},
    {"0A000", SQL_FAULT_HOLD},
    {"VA001", SQL_FAULT_FENCED},
};

START_TEST(knows_each_state)
{
    ck_assert_msg(sqlstate_fault(states[_i].sqlstate) == states[_i].fault, "%s",
                  states[_i].sqlstate == NULL ? "(none)" : states[_i].sqlstate);
}
END_TEST

Suite *sqlstate_suite(void)
{
    Suite *suite = suite_create("sqlstate");
    TCase *tcase = tcase_create("sqlstate");
    tcase_add_loop_test(tcase, knows_each_state, 0, (int)(sizeof states / sizeof states[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
