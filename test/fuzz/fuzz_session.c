/* A Cookie field from any bytes: nothing that we have not signed is a session, and what is written
 * is found among whatever else there is. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/access/cookie.h"
#include "server/access/hosts.h"
#include "server/access/own_origin.h"
#include "server/access/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW_S = 1767225600 };

static void check_cookies(const char *field)
{
    const char *end = field + strlen(field);
    struct cookie cookie;
    while (cookie_next(&field, &cookie)) {
        if (field > end || cookie.value + cookie.value_bytes > field ||
            cookie.name + cookie.name_bytes >= cookie.value)
            abort();
    }
}

static void check_session(struct session_key *key, const char *field)
{
    enum session_verdict verdict = SESSION_NONE;
    int64_t ends_s = 0;
    char text[SESSION_TEXT_SIZE];
    session_find(key, field, NOW_S, &verdict, &ends_s);
    if (verdict != SESSION_NONE && verdict != SESSION_FORGED)
        abort();
    session_write(key, NOW_S + 1, text);
    size_t all_bytes = strlen(field) + strlen(session_name(key)) + sizeof text + 8;
    char *all = malloc(all_bytes);
    if (all == NULL)
        abort();
    (void)snprintf(all, all_bytes, "%s;%s=%s", field, session_name(key), text);
    session_find(key, all, NOW_S, &verdict, &ends_s);
    if (verdict != SESSION_VALID || ends_s != NOW_S + 1)
        abort();
    free(all);
}

static void check_names(const char *text)
{
    const struct host_list none = {.count = 0};
    const struct own_origin request = {.origin = text, .host = text, .public_url = text};
    bool is_local = host_list_admits(&none, text);
    if (own_origin_is_ours(&request) && is_local) /* it is an origin and no host */
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct session_key *key;
    if (key == NULL)
        key = session_key_new("rrrrrrrrrrrrrrrrrrrrrrrr");
    char *text = malloc(size + 1);
    if (text == NULL)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    check_cookies(text);
    check_session(key, text);
    check_names(text);
    free(text);
    return 0;
}
