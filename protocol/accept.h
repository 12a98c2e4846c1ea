/* What a client's Accept field says of a type (RFC 9110 section 12.5.1). */
#pragma once

/* How exactly it is named: not at all, by any type, by any of its kind ("text" and any), itself. */
enum accept_exactness { ACCEPT_NOT, ACCEPT_ANY, ACCEPT_BY_KIND, ACCEPT_BY_NAME };

struct accept_wish {
    enum accept_exactness exactness;
    int weight; /* as of weight.h; 0 where it is not named, or not wanted */
};

/* Of the ranges that fit `type` the most exact one counts. `accept` NULL = no field: not named. */
struct accept_wish accept_wish_for(const char *accept, const char *type);
