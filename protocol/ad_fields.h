/*
 * What an ad consists of: the struct, and the table of its fields over which everything goes that
 * reads, compares, keeps or renders ads. A new column is a member here, a row of the table in
 * ad_fields.c and a column in SQL; a new type is one case in each switch over ad_field_type.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct creative;

/* Strings are owned by whoever holds the ad; NULL = the ad has none. */
struct ad {
    int32_t id;
    char *image_url;
    char *target_url;
    char *title;
    char *video_url;
    char *video_type;
    int32_t video_width;  /* pixels; 0 = unknown */
    int32_t video_height; /* pixels; 0 = unknown */
    int32_t duration_ms;  /* 0 = unknown */
    bool active;
    int64_t starts_at_us;  /* INT64_MIN = always was */
    int64_t ends_at_us;    /* first microsecond it is over; INT64_MAX = never */
    int32_t weight;        /* share in the rotation; 0 = never */
    int32_t skip_after_ms; /* -1 = can't be skipped */
    int32_t image_width;   /* pixels; 0 = unknown */
    int32_t image_height;  /* pixels; 0 = unknown */
    char *advertiser;
    char *category;    /* IAB's content taxonomy, "IAB1-6" */
    char *wrapper_url; /* VAST of somebody else, which we wrap */
    char *media_files; /* JSON, as are the next two: see creative_new() */
    char *trackers;
    char *progress_offsets_ms;
    char *ad_verifications;    /* XML, one AdVerifications element */
    int64_t archived_at_us;    /* INT64_MAX = it is not */
    struct creative *creative; /* owned; read from the columns above, NULL = not yet */
};

enum ad_field_type {
    AD_FIELD_ID,     /* int32_t; an ad without it is none */
    AD_FIELD_NUMBER, /* int32_t */
    AD_FIELD_TEXT,   /* char *, owned by the ad; unset = NULL */
    AD_FIELD_JSON,   /* the same; a column of type jsonb or json */
    AD_FIELD_FLAG,   /* bool */
    AD_FIELD_TIME,   /* int64_t, microseconds since 1970 */
};

/* Whether GET /ads gives it. */
enum ad_field_shown {
    AD_SHOWN_ALWAYS, /* "" where a text is unset */
    AD_SHOWN_IF_SET,
    AD_SHOWN_SERVED, /* no, but GET /ads/serve does, where it is set */
    AD_SHOWN_NEVER,
};

struct ad_field {
    const char *name;       /* column of the table ads, key in GET /ads; NULL ends the table */
    const char *saved_name; /* key in the snapshot: its member's name */
    size_t offset;          /* in struct ad */
    enum ad_field_type type;
    enum ad_field_shown shown;
    int64_t unset; /* what a number, flag or time is where the ad has none */
    bool is_later; /* a view in the table's place, made before it, may lack the column */
};

/* There are at most so many. */
enum { AD_FIELDS_MAX = 32 };

/* The fields in the order in which they are rendered; one without a name ends them. */
const struct ad_field *ad_fields(void);

/* Whether it holds a text: its type is text or JSON. */
bool ad_field_has_text(const struct ad_field *field);

/* The type that its column has, in PostgreSQL's words. */
const char *ad_field_type_name(const struct ad_field *field);

/* What a field holds, apart from any ad: `text` of a text, NULL where unset; `number` of others. */
struct ad_value {
    const char *text; /* borrowed */
    int64_t number;
};

struct ad_value ad_field_unset(const struct ad_field *field);
bool ad_field_is_set(const struct ad_field *field, struct ad_value value);
bool ad_field_equal(const struct ad_field *field, struct ad_value one, struct ad_value other);

/* The text is the ad's. */
struct ad_value ad_field_get(const struct ad_field *field, const struct ad *ad);

/* Copies `value` into the ad and frees the text that was there. Returns false, nothing changed,
 * when the number is out of the field's range. */
bool ad_field_set(const struct ad_field *field, struct ad *ad, struct ad_value value);
