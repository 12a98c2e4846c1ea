/* Query strings from any bytes, alone and as the question for analytics. */
#include <stdlib.h>
#include <string.h>

#include "protocol/analytics.h"
#include "protocol/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_found(const char *query, const char *name, size_t value_size)
{
    char *value = malloc(value_size + (value_size == 0));
    size_t value_bytes = 0;
    if (value == NULL)
        abort();
    if (query_find(query, name, value, value_size, &value_bytes) == RESULT_OK &&
        (value_bytes >= value_size || strlen(value) != value_bytes))
        abort();
    free(value);
}

static void check_window(const char *query)
{
    struct analytics_window window;
    struct analytics_totals totals = {.events = {1, 3}};
    if (analytics_window_parse(query, &window, NULL) != RESULT_OK)
        return;
    if (window.end_us < window.start_us || window.ad_id < 0 ||
        (unsigned)window.traffic >= ANALYTICS_TRAFFICS)
        abort();
    free(analytics_render(&window, &totals));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *query = malloc(size + 1);
    if (query == NULL)
        abort();
    if (size > 0)
        memcpy(query, data, size);
    query[size] = '\0';
    for (size_t value_size = 0; value_size < 4; value_size++)
        check_found(query, "start", value_size);
    check_found(query, "start", 128);
    check_found(query, "", 128);
    check_window(query);
    free(query);
    return 0;
}
