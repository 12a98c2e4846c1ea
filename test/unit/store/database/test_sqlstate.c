/* What each SQLSTATE means for the work that met it. */
#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

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
    {"25P04", SQL_FAULT_RECONNECT},
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

/* What the log says of an error with this state and the words "why: 10.0.0.1". */
static const struct {
    const char *sqlstate;
    bool is_told;
} told[] = {
    {"42501", true},  {"2BP01", true},  {"42P01", true},  {"42883", true},  {"3F000", true},
    {"28P01", true},  {"3D000", true},  {"0A000", true},  {"25006", true},  {"25P03", true},
    {"57P01", true},  {"57P05", true},  {"57014", true},  {"08006", true},  {"26000", true},
    {"40P01", true},  {"53100", true},  {"55000", true},  {"58P01", true},  {"F0000", true},
    {"XX001", true},  {"VA002", true},  {"22P02", false}, {"23505", false}, {"23514", false},
    {"44000", false}, {"54000", false}, {"P0001", false}, {"XX000", false}, {"42601", false},
    {"HV000", false}, {"99999", false},
};

START_TEST(tells_no_values)
{
    char text[100];
    char wanted[100];
    sqlstate_describe(text, sizeof text, told[_i].sqlstate, "why: 10.0.0.1\nLINE 1: 10.0.0.2");
    (void)snprintf(wanted, sizeof wanted, "sqlstate=%s%s", told[_i].sqlstate,
                   told[_i].is_told ? " why: 10.0.0.1" : "");
    ck_assert_str_eq(text, wanted);
}
END_TEST

START_TEST(tells_as_much_as_there_is_room_for)
{
    char text[20];
    sqlstate_describe(text, sizeof text, "42P01", "relation");
    ck_assert_str_eq(text, "sqlstate=42P01 rela");
    sqlstate_describe(text, sizeof text, "42P01", "");
    ck_assert_str_eq(text, "sqlstate=42P01");
}
END_TEST

START_TEST(finds_a_full_server_in_any_language)
{
    static const char at[] = "connection to server on socket \"/run/.s.PGSQL.5432\" failed: ";
    static const struct {
        const char *words;
        bool is_full;
    } messages[] = {
        {"FATAL:  53300: sorry, too many clients already\nLOCATION:  InitProcess, proc.c:359\n",
         true},
        {"FATAL:  53300: zu viele Verbindungen von Rolle \u00bbclient\u00ab\n", true},
        {"FATAL:  57P03: the database system is starting up\n", false},
        {"FATAL:  28000: role \"53300: \" is not permitted to log in\n", false},
        {"No such file or directory\n", false},
    };
    char message[300];
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        (void)snprintf(message, sizeof message, "%s%s", at, messages[i].words);
        ck_assert_msg(sqlstate_tells_full(message) == messages[i].is_full, "%s", message);
    }
}
END_TEST

Suite *sqlstate_suite(void)
{
    Suite *suite = suite_create("sqlstate");
    TCase *tcase = tcase_create("sqlstate");
    tcase_add_loop_test(tcase, knows_each_state, 0, (int)(sizeof states / sizeof states[0]));
    tcase_add_loop_test(tcase, tells_no_values, 0, (int)(sizeof told / sizeof told[0]));
    tcase_add_test(tcase, finds_a_full_server_in_any_language);
    tcase_add_test(tcase, tells_as_much_as_there_is_room_for);
    suite_add_tcase(suite, tcase);
    return suite;
}
