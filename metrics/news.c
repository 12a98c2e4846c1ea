/* What is news. */
#include "metrics/news.h"

#include <stddef.h>

static const int64_t MINUTE_US = INT64_C(60) * 1000000;

/* FNV-1a: two texts that are told apart by nothing else cost a line at worst. */
static uint64_t digest_of(const char *text)
{
    uint64_t digest = UINT64_C(0xcbf29ce484222325);
    for (; *text != '\0'; text++)
        digest = (digest ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return digest;
}

bool news_is(struct news *news, const char *text, int64_t now_us)
{
    uint64_t digest = digest_of(text);
    size_t place = NEWS_TEXTS_MAX;
    for (size_t i = 0; i < NEWS_TEXTS_MAX; i++) {
        bool is_free = news->told[i].told_us == 0 || now_us - news->told[i].told_us >= MINUTE_US;
        if (is_free)
            place = i;
        else if (news->told[i].digest == digest)
            return false;
    }
    if (place == NEWS_TEXTS_MAX)
        return false;
    news->told[place].digest = digest;
    news->told[place].told_us = now_us;
    return true;
}
