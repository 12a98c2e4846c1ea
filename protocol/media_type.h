/* Media types (RFC 6838) of what an ad shows. */
#pragma once

#include <stdbool.h>

/* By the ending of the URL's path: video/mp4, image/jpeg where it tells nothing. */
const char *media_type_of_video(const char *url);
const char *media_type_of_image(const char *url);

/* Whether it is a list of pieces, which a player fetches as it goes: HLS or DASH. */
bool media_type_is_streaming(const char *type);
