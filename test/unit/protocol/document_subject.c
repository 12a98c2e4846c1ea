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
                    .archived_at_us = INT64_MAX,
                    .weight = 1,
                    .skip_after_ms = -1};
    subject_set(&ad.target_url, "https://shop.example/");
    return ad;
}

struct ad subject_video_ad(void)
{
    struct ad ad = subject_ad(7);
    subject_set(&ad.title, "A & B");
    subject_set(&ad.video_url, "https://cdn.example/a.mp4");
    ad.video_width = 1280;
    ad.video_height = 720;
    ad.duration_ms = 30500;
    return ad;
}

struct ad subject_full_ad(void)
{
    struct ad ad = subject_video_ad();
    ad.skip_after_ms = 5000;
    subject_set(&ad.image_url, "https://cdn.example/a.png");
    subject_set(&ad.advertiser, "Shop");
    subject_set(&ad.category, "IAB1-6");
    subject_set(
        &ad.media_files,
        "[{\"url\":\"https://cdn.example/m.mov\",\"mezzanine\":true,\"bitrate_kbps\":9},"
        "{\"url\":\"https://cdn.example/b.m3u8\",\"codec\":\"avc1\",\"bitrate_kbps\":800}]");
    subject_set(&ad.trackers,
                "{\"impression\":\"https://third.example/i\",\"error\":\"https://third.example/e\","
                "\"click\":\"https://third.example/c\",\"start\":\"https://third.example/s\","
                "\"progress\":\"https://third.example/p\",\"loaded\":\"https://third.example/l\","
                "\"notViewable\":\"https://third.example/n\"}");
    subject_set(&ad.progress_offsets_ms, "[12345,5000]");
    subject_set(&ad.ad_verifications, SUBJECT_VERIFICATIONS);
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

void subject_assert_has(struct ad *ad, enum document_kind version, const char *const *pieces)
{
    char *answer = subject_answer(ad, version);
    subject_has(answer, pieces);
    free(answer);
}

void subject_assert_lacks(struct ad *ad, enum document_kind version, const char *const *pieces)
{
    char *answer = subject_answer(ad, version);
    for (; *pieces != NULL; pieces++)
        ck_assert_msg(strstr(answer, *pieces) == NULL, "%s in %s", *pieces, answer);
    free(answer);
}
