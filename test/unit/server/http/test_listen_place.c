/* Where to listen, as it is written. */
#include <check.h>

#include "server/http/listen_place.h"
#include "test/unit/suites.h"

static const struct {
    const char *text;
    const char *address; /* NULL = it is refused */
    uint16_t port;
} places[] = {
    {"9090", "127.0.0.1", 9090},
    {"1", "127.0.0.1", 1},
    {"65535", "127.0.0.1", 65535},
    {"0.0.0.0:9090", "0.0.0.0", 9090},
    {"192.0.2.7:80", "192.0.2.7", 80},
    {"[::1]:9090", "::1", 9090},
    {"[::]:9090", "::", 9090},
    {"[2001:DB8:0:0::1]:9090", "2001:db8::1", 9090},
    {"", NULL, 0},
    {"0", NULL, 0},
    {"65536", NULL, 0},
    {"90x", NULL, 0},
    {"-1", NULL, 0},
    {" 9090", NULL, 0},
    {":9090", NULL, 0},
    {"127.0.0.1", NULL, 0},
    {"127.0.0.1:", NULL, 0},
    {"127.0.0.1:0", NULL, 0},
    {"localhost:9090", NULL, 0},
    {"*:9090", NULL, 0},
    {"::1:9090", NULL, 0},
    {"[::1]", NULL, 0},
    {"[::1]9090", NULL, 0},
    {"[127.0.0.1]:9090", NULL, 0},
    {"[]:9090", NULL, 0},
    {"[fe80::1%eth0]:9090", NULL, 0},
    {"http://127.0.0.1:9090", NULL, 0},
    {"127.0.0.1:9090,127.0.0.2:9090", NULL, 0},
};

START_TEST(reads_a_port_with_an_address_or_without)
{
    struct listen_place place;
    enum result result = listen_place_parse(places[_i].text, &place);
    ck_assert_int_eq(result, places[_i].address == NULL ? RESULT_MALFORMED : RESULT_OK);
    if (places[_i].address == NULL)
        return;
    ck_assert_str_eq(place.address, places[_i].address);
    ck_assert_uint_eq(place.port, places[_i].port);
}
END_TEST

Suite *http_listen_place_suite(void)
{
    Suite *suite = suite_create("http_listen_place");
    TCase *tcase = tcase_create("http_listen_place");
    tcase_add_loop_test(tcase, reads_a_port_with_an_address_or_without, 0,
                        sizeof places / sizeof places[0]);
    suite_add_tcase(suite, tcase);
    return suite;
}
