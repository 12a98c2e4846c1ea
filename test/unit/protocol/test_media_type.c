/* Media types by the endings of URLs. */
#include <check.h>

#include "protocol/media_type.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct {
    const char *url;
    const char *video;
    const char *image;
} ENDINGS[] = {
    {"https://a/b.mp4", "video/mp4", "image/jpeg"},
    {"https://a/b.WebM", "video/webm", "image/jpeg"},
    {"https://a/b.mov?x=.webm", "video/quicktime", "image/jpeg"},
    {"https://a/b.m3u8#t=1", "application/x-mpegURL", "image/jpeg"},
    {"https://a/b.mpd?x", "application/dash+xml", "image/jpeg"},
    {"https://a/b", "video/mp4", "image/jpeg"},
    {"https://a/b?c.webm", "video/mp4", "image/jpeg"},
    {"https://a/b.webmx", "video/mp4", "image/jpeg"},
    {"https://a/webm", "video/mp4", "image/jpeg"},
    {"", "video/mp4", "image/jpeg"},
    {"https://a/b.jpeg", "video/mp4", "image/jpeg"},
    {"https://a/b.PNG?v=2", "video/mp4", "image/png"},
    {"https://a/b.gif", "video/mp4", "image/gif"},
    {"https://a/b.webp", "video/mp4", "image/webp"},
    {"https://a/b.avif", "video/mp4", "image/avif"},
    {"https://a/b.svg", "video/mp4", "image/svg+xml"},
};

START_TEST(is_found_by_the_paths_ending)
{
    ck_assert_str_eq(media_type_of_video(ENDINGS[_i].url), ENDINGS[_i].video);
    ck_assert_str_eq(media_type_of_image(ENDINGS[_i].url), ENDINGS[_i].image);
}
END_TEST

START_TEST(tells_what_is_streamed)
{
    ck_assert(media_type_is_streaming("application/x-mpegURL"));
    ck_assert(media_type_is_streaming("application/x-mpegurl"));
    ck_assert(media_type_is_streaming("application/vnd.apple.mpegurl"));
    ck_assert(media_type_is_streaming("application/dash+xml"));
    ck_assert(!media_type_is_streaming("video/mp4"));
    ck_assert(!media_type_is_streaming(""));
}
END_TEST

Suite *media_type_suite(void)
{
    Suite *suite = suite_create("media_type");
    TCase *tcase = tcase_create("media_type");
    tcase_add_loop_test(tcase, is_found_by_the_paths_ending, 0, COUNT(ENDINGS));
    tcase_add_test(tcase, tells_what_is_streamed);
    suite_add_tcase(suite, tcase);
    return suite;
}
