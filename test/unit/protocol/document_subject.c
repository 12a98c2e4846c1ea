/* An ad whose documents are tested, and their answers. */
#include "test/unit/protocol/document_subject.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/creative.h"

const char subject_hostile[] = "<a>&\"'`]]>\x01\x1f\x7f\t\r\n\\ {{x}} ${ [x] %zz <![CDATA[ -->"
                               "\xef\xbf\xbe\xc2\x80\xc3\xa9\xf0\x9f\x98\x80";

void subject_set(char **member, const char *text)
{
    free(*member);
    *member = strdup(text);
}

struct ad subject_ad(int32_t id)
{
    struct ad ad = {.id = id,
                    .active = true,
                    .starts_at_us = INT64_MIN,
                    .ends_at_us = INT64_MAX,
                    .weight = 1,
                    .skip_after_ms = -1};
    subject_set(&ad.target_url, "https://shop.example/");
    return ad;
}

void subject_clear(struct ad *ad)
{
    creative_free(ad->creative);
    ad->creative = NULL;
    ad_clear(ad);
}

char *subject_answer(struct ad *ad, enum document_kind kind)
{
    struct creative_faults faults;
    creative_free(ad->creative);
    ad->creative = creative_new(ad, &faults);
    ad->creative->has_verifications = ad->ad_verifications != NULL;
    ck_assert(document_has_form(ad, kind));
    struct document *document = document_render(ad, kind, SUBJECT_URL);
    size_t bytes = document_bytes(document, strlen(SUBJECT_TOKEN));
    char *answer = calloc(1, bytes + 1);
    document_write(document, SUBJECT_TOKEN, strlen(SUBJECT_TOKEN), SUBJECT_ID, answer);
    ck_assert_uint_eq(strlen(answer), bytes);
    document_free(document);
    return answer;
}

void subject_has(const char *answer, const char *const *pieces)
{
    for (const char *at = answer; *pieces != NULL; pieces++) {
        const char *found = strstr(at, *pieces);
        ck_assert_msg(found != NULL, "no %s in %s", *pieces, at);
        at = found + strlen(*pieces);
    }
}
