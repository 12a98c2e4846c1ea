/* The columns of a creative, each read into it. Internal to protocol/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct creative;
struct creative_faults;

enum {
    CREATIVE_COLUMN_MAX_BYTES = 1024 * 1024, /* of its JSON: it is read in one turn of the loop */
    CREATIVE_MEDIA_MAX = 50,
    CREATIVE_TRACKERS_MAX = 200,
    CREATIVE_TRACKERS_BYTES_MAX = 65536, /* of their URLs: each progress has all of its own */
    CREATIVE_OFFSETS_MAX = 20,
    CREATIVE_OFFSET_MAX_MS = 24 * 3600 * 1000,
};

/* A column that is being read. */
struct creative_column {
    const char *name;
    struct creative_faults *faults; /* where its own go */
    size_t item;                    /* what is being read of it, as creative_fault has both */
    const char *part;
};

/* Adds a fault of the column, unless it was there already or there are too many; both texts are
 * for ever valid. Returns false. */
bool creative_fault(const struct creative_column *column, const char *reason);

/* The names of the members that an item of media_files may have, from 0 on; NULL behind the last.
 */
const char *creative_media_member(size_t index);

/* The column's value: a new reference, NULL where it is unset, null, or no JSON, which is a fault.
 */
json_t *creative_column_value(const struct creative_column *column, const char *text);

/* Each appends what the column says, an item with a fault passed over, and adds those faults. The
 * creative's own number of items may be above 0 already. */
void creative_read_media(struct creative *creative, const struct creative_column *column,
                         json_t *value);
void creative_read_trackers(struct creative *creative, const struct creative_column *column,
                            json_t *value);
void creative_read_offsets(struct creative *creative, const struct creative_column *column,
                           json_t *value);
