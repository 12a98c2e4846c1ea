/* Addresses and blocks. */
#include <string.h>

#include <check.h>

#include "protocol/address.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct address address_of(const char *text)
{
    struct address address;
    ck_assert_msg(address_parse(text, strlen(text), &address) == RESULT_OK, "%s", text);
    return address;
}

static struct address_block block_of(const char *text)
{
    struct address_block block;
    ck_assert_msg(address_block_parse(text, strlen(text), &block) == RESULT_OK, "%s", text);
    return block;
}

static const struct {
    const char *text;
    const char *canonical;
    uint8_t family;
} ADDRESSES[] = {
    {"127.0.0.1", "127.0.0.1", ADDRESS_IPV4},
    {"0.0.0.0", "0.0.0.0", ADDRESS_IPV4},
    {"255.255.255.255", "255.255.255.255", ADDRESS_IPV4},
    {"::", "::", ADDRESS_IPV6},
    {"::1", "::1", ADDRESS_IPV6},
    {"2001:DB8::A", "2001:db8::a", ADDRESS_IPV6},
    {"2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1", ADDRESS_IPV6},
    {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", ADDRESS_IPV6},
    {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1", ADDRESS_IPV6},
    {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1", ADDRESS_IPV6},
    {"::ffff:192.0.2.1", "::ffff:192.0.2.1", ADDRESS_IPV6},
    {"::ffff:c000:201", "::ffff:192.0.2.1", ADDRESS_IPV6},
    {"0000:0000:0000:0000:0000:ffff:255.255.255.255", "::ffff:255.255.255.255", ADDRESS_IPV6},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     ADDRESS_IPV6},
};

START_TEST(reads_an_address_and_writes_it_canonically)
{
    char text[ADDRESS_TEXT_SIZE];
    struct address address = address_of(ADDRESSES[_i].text);
    ck_assert_uint_eq(address.family, ADDRESSES[_i].family);
    ck_assert_uint_eq(address_bytes(&address), address.family == ADDRESS_IPV4 ? 4 : 16);
    address_format(&address, text);
    ck_assert_str_eq(text, ADDRESSES[_i].canonical);
}
END_TEST

static const char *const NO_ADDRESSES[] = {
    "",
    "localhost",
    "1",
    "127.1",
    "1.2.3",
    "1.2.3.",
    ".1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "1.2.3.-4",
    "1.2.3.04",
    "0x7f.0.0.1",
    "2130706433",
    " 1.2.3.4",
    "1.2.3.4 ",
    "1.2.3.4\n",
    "1.2.3.4:80",
    "1.2.3.4/32",
    "1..2.3",
    ":",
    ":::",
    "::1::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "g::1",
    "[::1]",
    "[::1]:80",
    "::1/128",
    "fe80::1%eth0",
    "fe80::1%1",
    "fe80::1%",
    "::ffff:1.2.3",
    "::ffff:1.2.3.4.5",
    "::1.2.3.4:5",
    "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
};

START_TEST(rejects_what_is_no_address)
{
    struct address address = {.family = 99};
    ck_assert_int_eq(address_parse(NO_ADDRESSES[_i], strlen(NO_ADDRESSES[_i]), &address),
                     RESULT_MALFORMED);
    ck_assert_uint_eq(address.family, 99);
}
END_TEST

START_TEST(rejects_a_nul_inside)
{
    struct address address;
    ck_assert_int_eq(address_parse("1.2.3.4\0", 8, &address), RESULT_MALFORMED);
    ck_assert_int_eq(address_parse("::1\0x", 5, &address), RESULT_MALFORMED);
    ck_assert_int_eq(address_parse(NULL, 0, &address), RESULT_MALFORMED);
}
END_TEST

START_TEST(reads_only_the_length_given)
{
    struct address address;
    ck_assert_int_eq(address_parse("1.2.3.45", 7, &address), RESULT_OK);
    ck_assert_uint_eq(address.bytes[3], 4);
}
END_TEST

START_TEST(keeps_network_order_and_leaves_the_rest_zero)
{
    struct address address;
    memset(&address, 0xff, sizeof(address));
    ck_assert_int_eq(address_parse("1.2.3.4", 7, &address), RESULT_OK);
    ck_assert_mem_eq(address.bytes, "\1\2\3\4\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}
END_TEST

START_TEST(writes_nothing_for_no_address)
{
    char text[ADDRESS_TEXT_SIZE] = "old";
    struct address none = {.family = ADDRESS_NONE};
    address_format(&none, text);
    ck_assert_str_eq(text, "");
    ck_assert_uint_eq(address_bytes(&none), 0);
}
END_TEST

START_TEST(unmaps_only_mapped_addresses)
{
    static const char *const UNMAPPED[][2] = {
        {"::ffff:192.0.2.1", "192.0.2.1"}, {"192.0.2.1", "192.0.2.1"},
        {"::192.0.2.1", "::192.0.2.1"},    {"::fffe:192.0.2.1", "::fffe:192.0.2.1"},
        {"2001:db8::1", "2001:db8::1"},    {"1::ffff:192.0.2.1", "1::ffff:192.0.2.1"},
    };
    for (int i = 0; i < COUNT(UNMAPPED); i++) {
        struct address unmapped = address_unmap(address_of(UNMAPPED[i][0]));
        struct address expected = address_of(UNMAPPED[i][1]);
        ck_assert_mem_eq(&unmapped, &expected, sizeof(expected));
    }
    ck_assert_uint_eq(address_unmap((struct address){0}).family, ADDRESS_NONE);
}
END_TEST

static const struct {
    const char *block;
    const char *inside;
    const char *outside;
} BLOCKS[] = {
    {"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
    {"10.0.0.0/8", "10.0.0.0", "9.255.255.255"},
    {"192.168.4.0/22", "192.168.7.255", "192.168.8.0"},
    {"192.0.2.128/25", "192.0.2.128", "192.0.2.127"},
    {"192.0.2.6/31", "192.0.2.7", "192.0.2.8"},
    {"192.0.2.7/32", "192.0.2.7", "192.0.2.6"},
    {"192.0.2.7", "192.0.2.7", "192.0.2.6"},
    {"0.0.0.0/0", "255.255.255.255", "::"},
    {"0.0.0.0/0", "1.2.3.4", "::ffff:1.2.3.4"},
    {"128.0.0.0/1", "255.0.0.1", "127.255.255.255"},
    {"::/0", "ffff::", "1.2.3.4"},
    {"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"},
    {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"},
    {"fc00::/7", "fdff::1", "fe00::"},
    {"::1/128", "::1", "::"},
    {"::1", "::1", "::2"},
};

START_TEST(tells_what_lies_in_a_block)
{
    struct address_block block = block_of(BLOCKS[_i].block);
    struct address inside = address_of(BLOCKS[_i].inside);
    struct address outside = address_of(BLOCKS[_i].outside);
    ck_assert(address_block_contains(&block, &inside));
    ck_assert(!address_block_contains(&block, &outside));
}
END_TEST

START_TEST(finds_no_address_in_no_block)
{
    struct address none = {.family = ADDRESS_NONE};
    struct address_block everything = block_of("0.0.0.0/0");
    struct address_block nothing = {.base = none};
    ck_assert(!address_block_contains(&everything, &none));
    ck_assert(!address_block_contains(&nothing, &none));
}
END_TEST

static const char *const NO_BLOCKS[] = {
    "",
    "/",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10/8",
    "10.0.0.0/+8",
    "10.0.0.0/08",
    "10.0.0.0/8 ",
    "10.0.0.0/8/8",
    "10.0.0.0/ 8",
    "::/129",
    "::/1000",
    "10.0.0.1/8",
    "10.0.0.1/31",
    "192.0.2.64/25",
    "2001:db8::1/127",
    "1.0.0.0/0",
    "fe80::1%1/128",
    "x/8",
    "10.0.0.0/255.0.0.0",
    "::/18446744073709551617",
};

START_TEST(rejects_what_is_no_block)
{
    struct address_block block = {.prefix_bits = 99};
    ck_assert_int_eq(address_block_parse(NO_BLOCKS[_i], strlen(NO_BLOCKS[_i]), &block),
                     RESULT_MALFORMED);
    ck_assert_uint_eq(block.prefix_bits, 99);
}
END_TEST

/* Of IPv4 the /24 stays and of IPv6 the /48, whatever form the address has. */
static const struct {
    const char *text;
    const char *truncated;
} TRUNCATED[] = {
    {"203.0.113.77", "203.0.113.0"},
    {"255.255.255.255", "255.255.255.0"},
    {"10.0.0.0", "10.0.0.0"},
    {"2001:db8:1:2:3:4:5:6", "2001:db8:1::"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff::"},
    {"::1", "::"},
    {"::ffff:203.0.113.77", "203.0.113.0"},
    {"64:ff9b::203.0.113.77", "64:ff9b::"},
    {"::203.0.113.77", "::"},
    /* 203.0.113.77 stands in its first 48 bits. */
    {"2002:cb00:714d:1::1", "2002:cb00:7100::"},
};

START_TEST(truncates_to_what_names_no_viewer)
{
    char text[ADDRESS_TEXT_SIZE];
    struct address truncated = address_truncate(address_of(TRUNCATED[_i].text));
    address_format(&truncated, text);
    ck_assert_str_eq(text, TRUNCATED[_i].truncated);
    struct address again = address_truncate(truncated);
    ck_assert_mem_eq(&again, &truncated, sizeof again);
}
END_TEST

START_TEST(truncates_no_address_to_none)
{
    struct address none = {.family = ADDRESS_NONE};
    struct address truncated = address_truncate(none);
    ck_assert_mem_eq(&truncated, &none, sizeof none);
}
END_TEST

Suite *address_suite(void)
{
    Suite *suite = suite_create("address");
    TCase *tcase = tcase_create("address");
    tcase_add_loop_test(tcase, reads_an_address_and_writes_it_canonically, 0, COUNT(ADDRESSES));
    tcase_add_loop_test(tcase, rejects_what_is_no_address, 0, COUNT(NO_ADDRESSES));
    tcase_add_test(tcase, rejects_a_nul_inside);
    tcase_add_test(tcase, reads_only_the_length_given);
    tcase_add_test(tcase, keeps_network_order_and_leaves_the_rest_zero);
    tcase_add_test(tcase, writes_nothing_for_no_address);
    tcase_add_test(tcase, unmaps_only_mapped_addresses);
    tcase_add_loop_test(tcase, tells_what_lies_in_a_block, 0, COUNT(BLOCKS));
    tcase_add_test(tcase, finds_no_address_in_no_block);
    tcase_add_loop_test(tcase, truncates_to_what_names_no_viewer, 0, COUNT(TRUNCATED));
    tcase_add_test(tcase, truncates_no_address_to_none);
    tcase_add_loop_test(tcase, rejects_what_is_no_block, 0, COUNT(NO_BLOCKS));
    suite_add_tcase(suite, tcase);
    return suite;
}
