/* What may stand in ad_verifications. */
#include "store/catalogue/ad_verifications.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const char *const fit[] = {
    "<AdVerifications/>",
    "<AdVerifications></AdVerifications>",
    " \n<AdVerifications/>\r\n\t",
    "<AdVerifications xmlns=\"http://www.iab.com/VAST\"/>",
    "<v:AdVerifications xmlns:v=\"http://www.iab.com/VAST\"/>",
    "<AdVerifications><Verification vendor=\"company.com-omid\"><JavaScriptResource "
    "apiFramework=\"omid\" browserOptional=\"true\"><![CDATA[https://v.example/o.js?a=1&b=2]]>"
    "</JavaScriptResource><!-- note --><VerificationParameters><![CDATA[{\"k\": \"<>\"}]]>"
    "</VerificationParameters></Verification></AdVerifications>",
    "<AdVerifications xmlns:x=\"urn:x\" x:a=\"1\"><x:b/></AdVerifications>",
    "<AdVerifications>&lt;&gt;&amp;&apos;&quot;&#65;&#x10FFFF;caf\xc3\xa9</AdVerifications>",
};

START_TEST(takes_one_element)
{
    ck_assert_msg(ad_verifications_fault(fit[_i]) == NULL, "%s: %s", fit[_i],
                  ad_verifications_fault(fit[_i]));
}
END_TEST

static const struct unfit {
    const char *xml;
    const char *fault;
} unfits[] = {
    {"", "it has no whole element"},
    {" \n", "it has no whole element"},
    {"text", "it is no well-formed XML"},
    {"<AdVerifications>", "it has no whole element"},
    {"<AdVerifications", "it is no well-formed XML"},
    {"<AdVerifications/><AdVerifications/>", "something stands behind its element"},
    {"<AdVerifications/></Ad>", "it is no well-formed XML"},
    {"</Ad><AdVerifications/>", "it is no well-formed XML"},
    {"<AdVerifications/>text", "something stands behind its element"},
    {"<AdVerifications/><!-- note -->", "a comment stands outside of its element"},
    {"<!-- note --><AdVerifications/>", "a comment stands outside of its element"},
    {"<AdVerifications></Verification>", "an element is closed by another name"},
    {"<Verification/>", "its element is not AdVerifications"},
    {"<adverifications/>", "its element is not AdVerifications"},
    {"<Ad><AdVerifications/></Ad>", "its element is not AdVerifications"},
    {"<AdVerifications xmlns=\"urn:other\"/>", "its element is not AdVerifications"},
    {"<x:AdVerifications/>", "a prefix is bound to no namespace"},
    {"<AdVerifications><x:y/></AdVerifications>", "a prefix is bound to no namespace"},
    {"<AdVerifications x:y=\"1\"/>", "a prefix is bound to no namespace"},
    {"<AdVerifications a=\"1\" a=\"1\"/>", "an attribute is given twice"},
    {"<AdVerifications>&nbsp;</AdVerifications>", "it has an entity that is none of XML's own"},
    {"<AdVerifications a=\"&x;\"/>", "it has an entity that is none of XML's own"},
    {"<!DOCTYPE AdVerifications><AdVerifications/>", "it has a document type"},
    {"<!DOCTYPE a [<!ENTITY x \"y\">]><AdVerifications>&x;</AdVerifications>",
     "it has a document type"},
    {"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><AdVerifications/>", "it has a document type"},
    {"<?xml version=\"1.0\"?><AdVerifications/>", "it has an XML declaration"},
    {"<?xml version=\"1.0\" encoding=\"UTF-16\"?><AdVerifications/>", "it has an XML declaration"},
    {" <?xml version=\"1.0\"?><AdVerifications/>", "it is no well-formed XML"},
    {"<?x y?><AdVerifications/>", "it has a processing instruction"},
    {"<AdVerifications><?x y?></AdVerifications>", "it has a processing instruction"},
    {"\xef\xbb\xbf<AdVerifications/>", "it begins with a byte order mark"},
    {"<AdVerifications>\x01</AdVerifications>", "it is no well-formed XML"},
    {"<AdVerifications>&#0;</AdVerifications>", "it is no well-formed XML"},
    {"<AdVerifications>\xef\xbf\xbf</AdVerifications>", "it is no well-formed XML"},
    {"<AdVerifications>]]></AdVerifications>", "it is no well-formed XML"},
    {"<AdVerifications><![CDATA[</AdVerifications>", "it is no well-formed XML"},
    {"<AdVerifications a=\"<\"/>", "it is no well-formed XML"},
};

START_TEST(names_what_is_wrong)
{
    const char *fault = ad_verifications_fault(unfits[_i].xml);
    ck_assert_msg(fault != NULL, "%s", unfits[_i].xml);
    ck_assert_msg(strcmp(fault, unfits[_i].fault) == 0, "%s: %s", unfits[_i].xml, fault);
}
END_TEST

/* Of what is left when the end, or the beginning, is cut off, nothing is fit. */
START_TEST(takes_no_part_of_one)
{
    const char *whole = fit[5];
    size_t length = strlen(whole);
    for (size_t cut = 1; cut < length; cut++) {
        char *start = strndup(whole, cut);
        ck_assert_ptr_nonnull(ad_verifications_fault(start));
        ck_assert_ptr_nonnull(ad_verifications_fault(whole + cut));
        free(start);
    }
}
END_TEST

START_TEST(takes_so_many_bytes_and_no_more)
{
    static char xml[AD_VERIFICATIONS_MAX_BYTES + 2];
    static const char end[] = "</AdVerifications>";
    (void)snprintf(xml, sizeof xml, "<AdVerifications>%*s%s",
                   AD_VERIFICATIONS_MAX_BYTES - 17 - (int)strlen(end), "", end);
    ck_assert_uint_eq(strlen(xml), AD_VERIFICATIONS_MAX_BYTES);
    ck_assert_ptr_null(ad_verifications_fault(xml));
    (void)strcat(xml, " ");
    ck_assert_str_eq(ad_verifications_fault(xml), "it is longer than 65536 bytes");
}
END_TEST

Suite *ad_verifications_suite(void)
{
    Suite *suite = suite_create("ad_verifications");
    TCase *tcase = tcase_create("ad_verifications");
    tcase_add_loop_test(tcase, takes_one_element, 0, COUNT(fit));
    tcase_add_loop_test(tcase, names_what_is_wrong, 0, COUNT(unfits));
    tcase_add_test(tcase, takes_no_part_of_one);
    tcase_add_test(tcase, takes_so_many_bytes_and_no_more);
    suite_add_tcase(suite, tcase);
    return suite;
}
