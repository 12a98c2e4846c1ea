/* Every route: a descriptor, route_<name>, beside its handler, and its name here. */
#pragma once

#include "server/http/router.h"

/* clang-format off */
#define ROUTES(X) \
    X(ad) \
    X(ad_create) \
    X(ad_delete) \
    X(ad_modify) \
    X(ad_replace) \
    X(ad_vast) \
    X(ads) \
    X(analytics) \
    X(click) \
    X(click_through) \
    X(event) \
    X(events) \
    X(export) \
    X(impression) \
    X(livez) \
    X(metrics) \
    X(openapi) \
    X(page) \
    X(readyz) \
    X(root) \
    X(serve) \
    X(session) \
    X(session_begin) \
    X(session_end) \
    X(status) \
    X(tracker) \
    X(tracker_post) \
    X(vast) \
    X(vat_js)
/* clang-format on */

#define DECLARE_ROUTE(name) extern const struct route route_##name;
ROUTES(DECLARE_ROUTE)
#undef DECLARE_ROUTE
