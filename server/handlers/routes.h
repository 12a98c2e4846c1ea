/* Every route: a descriptor, route_<name>, beside its handler, and its name here. */
#pragma once

#include "server/http/router.h"

/* clang-format off */
#define ROUTES(X) \
    X(ads) \
    X(analytics) \
    X(click) \
    X(event) \
    X(impression) \
    X(livez) \
    X(metrics) \
    X(readyz) \
    X(root)
/* clang-format on */

#define DECLARE_ROUTE(name) extern const struct route route_##name;
ROUTES(DECLARE_ROUTE)
#undef DECLARE_ROUTE
