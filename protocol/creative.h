/*
 * What an ad's own columns in JSON say, read: media files, trackers of third parties, offsets of
 * progress. It is made once, when the ad is loaded, and is the ad's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/document_kind.h"
#include "protocol/event.h"

struct ad;
struct document;

struct media_file {
    char *url;     /* http or https */
    char *type;    /* media type, "video/mp4" */
    char *codec;   /* NULL = not known */
    int32_t width; /* pixels; 0 = not known, as the next two */
    int32_t height;
    int32_t bitrate_kbps;
    bool is_streaming; /* delivery */
    bool is_mezzanine; /* for those who transcode it; VAST 4 alone */
};

struct third_party_tracker {
    enum event_kind kind;
    char *url; /* https */
};

struct creative {
    struct media_file *media; /* that of video_url comes first, where there is one */
    size_t media_count;
    struct third_party_tracker *trackers; /* by kind, in each in the given order */
    size_t tracker_count;
    int32_t *offsets_ms; /* of progress, ascending, each once */
    size_t offset_count;
    bool has_verifications; /* the ad's ad_verifications are fit to be passed on */
    struct document *documents[DOCUMENT_KINDS]; /* by kind; NULL = not rendered yet */
    struct creative_faults *faults;             /* owned; for the caller to set; NULL = none */
    uint32_t references;
};

/* What is wrong with a column, whose value is passed over as if it were not there. */
enum { CREATIVE_FAULTS_MAX = 8 };
struct creative_faults {
    size_t count;
    struct creative_fault {
        const char *column; /* for ever valid, as is the reason */
        const char *reason; /* "an item has no url" */
        size_t item;        /* which one, from 1 on; 0 = it is about the whole */
        const char *part; /* of the column that the item is in, for ever valid; NULL = the whole */
    } faults[CREATIVE_FAULTS_MAX];
};

/* Reads the columns of `ad`. The caller (ad->creative) frees it with creative_free(). Its
 * has_verifications is for the caller to set. */
struct creative *creative_new(const struct ad *ad, struct creative_faults *faults);

/* Takes another reference, for an ad that is equal: to be freed as well. */
struct creative *creative_share(struct creative *creative);

/* Lets one go, and frees it with the last. */
void creative_free(struct creative *creative);

/* Whether the ad has this offset of progress. */
bool creative_has_offset(const struct creative *creative, int32_t offset_ms);
