/* What a User-Agent says of itself. It is read a word at a time; a word is letters alone. */
#include "protocol/user_agent.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

enum { LETTERS = 26, NAMES_MAX = 4, WORD_MIN_BYTES = 2 };

/* Words that end so: Googlebot/2.1, AhrefsBot, Baiduspider-render. */
static const struct ending {
    const char *text;
    size_t bytes;
} endings[] = {{"bot", 3},     {"bots", 4},    {"spider", 6},
               {"spiders", 7}, {"crawler", 7}, {"crawlers", 8}};

/* Words that begin with these, by their first letter, and have no letter behind it. */
static const char *const names[LETTERS][NAMES_MAX] = {
    ['a' - 'a'] = {"apachebench", "aiohttp"},
    ['b' - 'a'] = {"bingpreview"},
    ['c' - 'a'] = {"curl", "chrome-lighthouse", "censysinspect"},
    ['d' - 'a'] = {"datadogsynthetics"},
    ['f' - 'a'] = {"facebookexternalhit", "feedfetcher-google"},
    ['g' - 'a'] = {"google-inspectiontool", "googleother", "gtmetrix"},
    ['h' - 'a'] = {"headlesschrome", "heritrix", "httpie", "httrack"},
    ['i' - 'a'] = {"ia_archiver"},
    ['l' - 'a'] = {"libcurl", "libwww-perl"},
    ['m' - 'a'] = {"mediapartners-google", "masscan"},
    ['n' - 'a'] = {"nutch", "nikto", "nmap"},
    ['p' - 'a'] = {"python-requests", "python-urllib", "postmanruntime", "phantomjs"},
    ['s' - 'a'] = {"scrapy", "slurp", "selenium", "sqlmap"},
    ['w' - 'a'] = {"wget"},
    ['z' - 'a'] = {"zgrab"},
};

static bool is_letter(char c)
{
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'z';
}

/* CUBOT makes phones. */
static bool is_phone(const char *word, size_t bytes)
{
    return bytes == 5 && strncasecmp(word, "cubot", bytes) == 0;
}

static bool ends_as_bots_do(const char *word, size_t bytes)
{
    /* The last letter tells nearly all other words apart. */
    char last = (char)(word[bytes - 1] | 0x20);
    if (last != 't' && last != 's' && last != 'r')
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t length = endings[i].bytes;
        if (bytes >= length && strncasecmp(word + bytes - length, endings[i].text, length) == 0)
            return !is_phone(word, bytes);
    }
    return false;
}

static bool begins_a_name(const char *word)
{
    const char *const *candidates = names[(word[0] | 0x20) - 'a'];
    for (int i = 0; i < NAMES_MAX && candidates[i] != NULL; i++) {
        if (candidates[i][1] != (word[1] | 0x20)) /* letters both, in every name */
            continue;
        size_t length = strlen(candidates[i]);
        if (strncasecmp(word, candidates[i], length) == 0 && !is_letter(word[length]))
            return true;
    }
    return false;
}

enum event_verdict user_agent_verdict(const char *user_agent)
{
    if (user_agent == NULL)
        return VERDICT_VALID;
    for (const char *at = user_agent; *at != '\0';) {
        const char *word = at;
        while (is_letter(*at))
            at++;
        size_t bytes = (size_t)(at - word);
        if (bytes >= WORD_MIN_BYTES && (ends_as_bots_do(word, bytes) || begins_a_name(word)))
            return VERDICT_DECLARED_BOT;
        at += bytes == 0;
    }
    return VERDICT_VALID;
}
