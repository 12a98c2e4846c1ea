/* A registry for each test and what it renders. */
#include "test/unit/metrics/rendering.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "metrics/metrics.h"

static struct metrics *metrics;
static char *rendered;

struct metrics *rendering_set_up(void)
{
    metrics = metrics_new();
    rendered = NULL;
    return metrics;
}

void rendering_tear_down(void)
{
    free(rendered);
    metrics_free(metrics);
}

const char *render(void)
{
    size_t text_bytes = 0;
    free(rendered);
    rendered = metrics_render(metrics, &text_bytes);
    ck_assert_uint_eq(text_bytes, strlen(rendered));
    return rendered;
}
