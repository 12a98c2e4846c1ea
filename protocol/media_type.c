/* Media types of what an ad shows. */
#include "protocol/media_type.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

struct ending {
    const char *text;
    const char *type;
};

static const struct ending videos[] = {
    {".mp4", "video/mp4"},
    {".webm", "video/webm"},
    {".mov", "video/quicktime"},
    {".m3u8", "application/x-mpegURL"},
    {".mpd", "application/dash+xml"},
    {NULL, "video/mp4"},
};

static const struct ending images[] = {
    {".jpg", "image/jpeg"},    {".jpeg", "image/jpeg"}, {".png", "image/png"},
    {".gif", "image/gif"},     {".webp", "image/webp"}, {".avif", "image/avif"},
    {".svg", "image/svg+xml"}, {NULL, "image/jpeg"},
};

static const char *type_of(const char *url, const struct ending *endings)
{
    size_t path = strcspn(url, "?#");
    for (; endings->text != NULL; endings++) {
        size_t bytes = strlen(endings->text);
        if (path > bytes && strncasecmp(url + path - bytes, endings->text, bytes) == 0)
            break;
    }
    return endings->type;
}

const char *media_type_of_video(const char *url)
{
    return type_of(url, videos);
}

const char *media_type_of_image(const char *url)
{
    return type_of(url, images);
}

bool media_type_is_streaming(const char *type)
{
    static const char *const types[] = {"application/x-mpegURL", "application/vnd.apple.mpegurl",
                                        "audio/mpegurl", "application/dash+xml"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcasecmp(type, types[i]) == 0)
            return true;
    }
    return false;
}
