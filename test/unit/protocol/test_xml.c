/* Text as XML has it. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/render.h"
#include "protocol/xml.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define INSTEAD "\xEF\xBF\xBD"

static const struct {
    const char *text;
    const char *xml;
} TEXTS[] = {
    {"", ""},
    {"plain ~", "plain ~"},
    {"<b>&amp;\"'", "&lt;b&gt;&amp;amp;&quot;&#39;"},
    {"]]>", "]]&gt;"},
    {"<![CDATA[x]]>", "&lt;![CDATA[x]]&gt;"},
    {"a\tb\nc\rd\r\n", "a&#9;b&#10;c&#13;d&#13;&#10;"},
    /* Controls that XML has no character for; DEL and C1 it has. */
    {"\x01\x08\x0b\x0c\x0e\x1f", INSTEAD INSTEAD INSTEAD INSTEAD INSTEAD INSTEAD},
    {"\x7f\xc2\x80\xc2\x85", "\x7f\xc2\x80\xc2\x85"},
    /* U+D7FF, U+E000, U+FFFD, U+10FFFF are characters; U+FFFE and U+FFFF are none. */
    {"\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd\xf4\x8f\xbf\xbf",
     "\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd\xf4\x8f\xbf\xbf"},
    {"\xef\xbf\xbe\xef\xbf\xbf", INSTEAD INSTEAD},
    {"caf\xc3\xa9 \xf0\x9f\x98\x80", "caf\xc3\xa9 \xf0\x9f\x98\x80"},
    /* No UTF-8: a byte alone, overlong, a surrogate, cut off. */
    {"a\xff"
     "b",
     "a" INSTEAD "b"},
    {"\xc0\xbc", INSTEAD INSTEAD},
    {"\xed\xa0\x80", INSTEAD INSTEAD INSTEAD},
    {"\xf0\x9f\x98", INSTEAD INSTEAD INSTEAD},
    {"\xc3<", INSTEAD "&lt;"},
};

START_TEST(gives_text_back_or_what_stands_for_it)
{
    struct render_text text = {NULL};
    size_t length;
    xml_text(&text, TEXTS[_i].text);
    char *xml = render_take(&text, &length);
    ck_assert_str_eq(xml, TEXTS[_i].xml);
    free(xml);
}
END_TEST

Suite *xml_suite(void)
{
    Suite *suite = suite_create("xml");
    TCase *tcase = tcase_create("xml");
    tcase_add_loop_test(tcase, gives_text_back_or_what_stands_for_it, 0, COUNT(TEXTS));
    suite_add_tcase(suite, tcase);
    return suite;
}
