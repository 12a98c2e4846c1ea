/* Routes from any path: what is found was bounded, and every parameter is what its type says. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/http/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

static void handle(struct exchange *exchange)
{
    (void)exchange;
}

static const struct route ads = {.method = HTTP_GET, .path = "/ads", .handle = handle};
static const struct route click = {.method = HTTP_POST, .path = "/ads/click", .handle = handle};
static const struct route kind = {
    .method = HTTP_POST, .path = "/ads/{kind:word}", .handle = handle};
static const struct route ad = {.method = HTTP_GET, .path = "/ads/{id:number}", .handle = handle};
static const struct route both = {
    .method = HTTP_GET, .path = "/{a:word}/{b:number}", .handle = handle};
static const struct route tracker = {
    .method = HTTP_GET, .path = "/t/{kind:word}/{token:text}", .handle = handle};
static const struct route *const routes[] = {&ads, &click, &kind, &ad, &both, &tracker};

static void check_word(const char *word)
{
    size_t bytes = strnlen(word, ROUTE_WORD_MAX_BYTES + 1);
    require(bytes >= 1 && bytes <= ROUTE_WORD_MAX_BYTES);
    require(strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
            bytes);
}

static void check_number(const struct route_param *param)
{
    check_word(param->text);
    require(strspn(param->text, "0123456789") == strlen(param->text));
    require(param->number >= 1 && strtoll(param->text, NULL, 10) == param->number);
}

/* Whether `path` spells `plain`, which is in bytes that may be encoded. */
static bool spells(const char *path, const char *plain)
{
    for (; *plain != '\0'; plain++) {
        char encoded[4];
        (void)snprintf(encoded, sizeof encoded, "%%%02X", (unsigned)*plain);
        if (*plain != '/' && strncasecmp(path, encoded, 3) == 0)
            path += 3;
        else if (*path++ != *plain)
            return false;
    }
    return strcmp(path, "") == 0 || strcmp(path, "/") == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct route_match match;
    struct router *router = router_new(routes, sizeof routes / sizeof routes[0]);
    char *path = malloc(size + 1);
    if (path == NULL)
        abort();
    memcpy(path, data, size);
    path[size] = '\0';
    router_match(router, path, HTTP_GET, ROUTE_EVERYBODY, &match);
    require((match.allow == NULL) == (strcmp(router_labels(router)[match.endpoint], "other") == 0));
    require(match.route == NULL || match.allow != NULL);
    require((match.route == &ads) == spells(path, ads.path));
    if (match.route == &ad)
        check_number(&match.params[0]);
    if (match.route == &both) {
        check_word(match.params[0].text);
        check_number(&match.params[1]);
    }
    if (match.route == &tracker) {
        check_word(match.params[0].text);
        require(strnlen(match.params[1].text, ROUTE_TEXT_MAX_BYTES + 1) <= ROUTE_TEXT_MAX_BYTES);
    }
    router_match(router, path, HTTP_POST, ROUTE_EVERYBODY, &match);
    require((match.route == &click) == spells(path, click.path));
    if (match.route == &kind)
        check_word(match.params[0].text);
    free(path);
    router_free(router);
    return 0;
}
