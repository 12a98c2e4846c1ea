/* Who the viewer is, behind proxies or not. */
#include "server/http/client_address.h"

#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

bool client_is_among(const struct address *address, const struct peer_list *peers)
{
    for (size_t i = 0; i < peers->count; i++) {
        if (address_block_contains(&peers->blocks[i], address))
            return true;
    }
    return false;
}

/* An entry may carry a port, and be quoted, as it would have to be in Forwarded (RFC 7239 section
 * 4): 192.0.2.1:4711, "[2001:db8::1]:4711". */
static bool parse_entry(const char *text, size_t length, struct address *address)
{
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text++;
        length -= 2;
    }
    const char *bracket = length > 0 && text[0] == '[' ? memchr(text, ']', length) : NULL;
    const char *colon = memchr(text, ':', length);
    if (bracket != NULL)
        return address_parse(text + 1, (size_t)(bracket - text) - 1, address) == RESULT_OK;
    if (colon != NULL && memrchr(text, ':', length) == colon)
        length = (size_t)(colon - text);
    return address_parse(text, length, address) == RESULT_OK;
}

/* Walks one header value from its right end. Returns false when the walk ends in it. Empty elements
 * of the list are passed over (RFC 9110 section 5.6.1.2). */
static bool walk(const struct peer_list *trusted, const char *value, struct address *client)
{
    const char *end = value + strlen(value);
    while (end > value) {
        const char *start = end;
        while (start > value && start[-1] != ',')
            start--;
        const char *text = start + strspn(start, " \t");
        size_t length = text < end ? (size_t)(end - text) : 0;
        while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
            length--;
        end = start > value ? start - 1 : value;
        if (length == 0)
            continue;
        struct address hop;
        if (!parse_entry(text, length, &hop))
            return false;
        *client = address_unmap(hop);
        if (!client_is_among(client, trusted))
            return false;
    }
    return true;
}

/* ADDRESS_NONE where it is unknown. */
static struct address peer_address(const struct evhttp_request *request)
{
    struct address peer = {.family = ADDRESS_NONE};
    const char *text = request->remote_host;
    if (text == NULL || address_parse(text, strcspn(text, "%"), &peer) != RESULT_OK)
        return (struct address){.family = ADDRESS_NONE};
    return address_unmap(peer);
}

bool client_is_proxy(const struct evhttp_request *request, const struct peer_list *trusted)
{
    struct address peer = peer_address(request);
    return client_is_among(&peer, trusted);
}

struct address client_address(struct evhttp_request *request, const struct peer_list *trusted)
{
    struct address client = peer_address(request);
    if (!client_is_among(&client, trusted))
        return client;
    struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
    struct evkeyval *header;
    bool goes_on = true;
    /* A field given more than once counts as one list; its last line is the nearest. */
    for (header = TAILQ_LAST(headers, evkeyvalq); header != NULL && goes_on;
         header = TAILQ_PREV(header, evkeyvalq, next)) {
        if (strcasecmp(header->key, "X-Forwarded-For") == 0)
            goes_on = walk(trusted, header->value, &client);
    }
    return client;
}
