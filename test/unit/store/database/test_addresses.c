/* The list of addresses: which is in use, and which comes first. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <check.h>
#include <libpq-fe.h>

#include "store/database/addresses.h"
#include "store/database/target.h"
#include "test/unit/suites.h"

static const struct {
    size_t count;
    size_t first;
    const char *ports;
} rotations[] = {{0, 0, ""},     {1, 0, "1"},    {1, 1, "1"},    {2, 1, "21"},
                 {3, 0, "123"},  {3, 1, "231"},  {3, 2, "312"},  {3, 3, "123"},
                 {4, 1, "2341"}, {4, 2, "3412"}, {4, 3, "4123"}, {5, 2, "34512"}};

START_TEST(rotates_so_that_another_comes_first)
{
    static const char *const ports[] = {"1", "2", "3", "4", "5"};
    struct db_address addresses[5] = {{0}};
    char rotated[6] = "";
    for (size_t i = 0; i < 5; i++)
        addresses[i] = (struct db_address){"db", "192.0.2.1", ports[i]};
    db_addresses_rotate(addresses, rotations[_i].count, rotations[_i].first);
    for (size_t i = 0; i < rotations[_i].count; i++) {
        ck_assert_str_eq(addresses[i].address, "192.0.2.1");
        strcat(rotated, addresses[i].port);
    }
    ck_assert_str_eq(rotated, rotations[_i].ports);
}
END_TEST

static const struct db_address addresses[] = {
    {"db1", "192.0.2.1", "1"}, {"db1", "2001:db8::1", "1"}, {"db2", "192.0.2.2", ""},
    {"", "192.0.2.2", "4"},    {"", "192.0.2.3", "4"},      {"/run/pg", "", "5"},
};

/* What PQhost(), PQhostaddr() and PQport() return, and the place of the address that it is. */
static const struct {
    const char *host;
    const char *address;
    const char *port;
    size_t index;
} in_use[] = {
    {"db1", "192.0.2.1", "1", 0},
    {"db1", "2001:db8::1", "1", 1},
    {"db2", "192.0.2.2", "5432", 2},
    {"192.0.2.2", "192.0.2.2", "4", 3},
    {"192.0.2.3", "192.0.2.3", "4", 4},
    {"/run/pg", "", "5", 5},
    {"db1", "192.0.2.1", "2", 6},
    {"db2", "192.0.2.1", "1", 6},
    {"db1", "192.0.2.9", "1", 6},
    {"db1", "", "1", 6},
    {"", "", "", 6},
};

START_TEST(finds_the_address_that_libpq_reports)
{
    size_t count = sizeof addresses / sizeof addresses[0];
    ck_assert_uint_eq(
        db_addresses_find(addresses, count, in_use[_i].host, in_use[_i].address, in_use[_i].port),
        in_use[_i].index);
}
END_TEST

/* A socket bound to a free port of 127.0.0.1, which goes to `port`. */
static int bind_port(char port[static 8])
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t name_bytes = sizeof name;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&name, name_bytes), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&name, &name_bytes), 0);
    (void)snprintf(port, 8, "%d", ntohs(name.sin_port));
    return fd;
}

/* The first refuses, the second accepts: libpq is at the second then, and has no host to report. */
START_TEST(finds_the_address_of_a_connection_without_a_host_name)
{
    char dead[8];
    char alive[8];
    int refusing = bind_port(dead);
    int listener = bind_port(alive);
    ck_assert_int_eq(listen(listener, 1), 0);
    const struct db_address both[] = {{"", "127.0.0.1", dead}, {"", "127.0.0.1", alive}};
    const struct db_target target = {0};
    PGconn *pg = db_target_connect(&target, both, 2);
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    for (int tries = 0; tries < 10 && status == PGRES_POLLING_WRITING; tries++) {
        struct pollfd writable = {.fd = PQsocket(pg), .events = POLLOUT};
        (void)poll(&writable, 1, 5000);
        status = PQconnectPoll(pg);
    }
    ck_assert_int_eq(status, PGRES_POLLING_READING);
    ck_assert_str_eq(PQport(pg), alive);
    ck_assert_uint_eq(db_addresses_find(both, 2, PQhost(pg), PQhostaddr(pg), PQport(pg)), 1);
    PQfinish(pg);
    close(listener);
    close(refusing);
}
END_TEST

Suite *db_addresses_suite(void)
{
    Suite *suite = suite_create("db_addresses");
    TCase *tcase = tcase_create("db_addresses");
    tcase_add_loop_test(tcase, rotates_so_that_another_comes_first, 0,
                        (int)(sizeof rotations / sizeof rotations[0]));
    tcase_add_loop_test(tcase, finds_the_address_that_libpq_reports, 0,
                        (int)(sizeof in_use / sizeof in_use[0]));
    tcase_add_test(tcase, finds_the_address_of_a_connection_without_a_host_name);
    suite_add_tcase(suite, tcase);
    return suite;
}
