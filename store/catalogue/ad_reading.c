/* Rows of the table on their way to be the ads that are served. */
#include "store/catalogue/ad_reading.h"

#include <stdlib.h>

#include "metrics/clock.h"
#include "protocol/ad_array.h"
#include "protocol/ad_snapshot.h"
#include "protocol/memory.h"
#include "store/catalogue/ad_creative.h"
#include "store/catalogue/ad_listing.h"

struct ad_reading {
    PGresult *rows;             /* owned */
    const struct ad_set *known; /* NULL once a difference was found: the rows are being read */
    const struct ad_set *before;
    size_t passed;   /* so many of `before` are behind the row */
    int row;         /* the next one */
    size_t ads;      /* so many came of the rows before it */
    int32_t last_id; /* of the last of them */
    struct ad_listing_draft *listing;
    struct ad_array snapshot;
    struct ad_reading_result result;
};

static void begin(struct ad_reading *reading, const struct ad_set *known)
{
    reading->known = known;
    reading->row = 0;
    reading->ads = 0;
    reading->passed = 0;
    ad_set_init(&reading->result.ads, (size_t)PQntuples(reading->rows));
    if (known != NULL)
        return;
    reading->result.is_changed = true;
    reading->result.list_bytes = PQresultMemorySize(reading->rows);
    reading->listing = ad_listing_begin(clock_wall_us(), reading->result.list_bytes);
    ad_array_begin(&reading->snapshot, reading->result.list_bytes);
}

/* A difference was found: from the first row on, whatever was compared so far. */
static void start_over(struct ad_reading *reading)
{
    ad_set_clear(&reading->result.ads);
    reading->result = (struct ad_reading_result){.is_changed = true};
    begin(reading, NULL);
}

struct ad_reading *ad_reading_new(PGresult *rows, const struct ad_set *before, bool is_stale)
{
    struct ad_reading *reading = memory_zeroed(sizeof *reading);
    reading->rows = rows;
    reading->before = before;
    begin(reading, is_stale ? NULL : before);
    return reading;
}

void ad_reading_free(struct ad_reading *reading)
{
    if (reading == NULL)
        return;
    PQclear(reading->rows);
    ad_listing_discard(reading->listing);
    ad_array_clear(&reading->snapshot);
    ad_set_clear(&reading->result.ads);
    ad_listing_release(reading->result.listing);
    free(reading->result.snapshot.text);
    free(reading);
}

struct ad_reading_result *ad_reading_result(struct ad_reading *reading)
{
    return &reading->result;
}

/* The ad that there is already, if nothing of the row has changed. Both ascend. */
static const struct ad *find_same(struct ad_reading *reading, int32_t id)
{
    const struct ad_set *before = reading->before;
    while (before != NULL && reading->passed < before->count) {
        const struct ad *ad = &before->ads[reading->passed];
        if (ad->id >= id)
            return ad_row_equals(reading->rows, reading->row, ad) ? ad : NULL;
        reading->passed++;
    }
    return NULL;
}

static void add_ad(struct ad_reading *reading)
{
    struct ad *ad = &reading->result.ads.ads[reading->result.ads.count++];
    ad_row_read(reading->rows, reading->row, ad);
    const struct ad *same = find_same(reading, ad->id);
    if (same != NULL)
        ad_creative_share(ad, same);
    else
        ad_creative_read(ad);
    ad_faults_add_parts(&reading->result.parts, ad);
    ad_listing_add(reading->listing, ad);
    ad_array_add(&reading->snapshot, ad, ad_save);
}

/* What the row is. */
enum row_kind {
    ROW_KNOWN,     /* the next of the ads that are known, unchanged */
    ROW_AD,        /* another one */
    ROW_DUPLICATE, /* an ad with its id is there already */
    ROW_UNREAD,
};

/* `fault` is set for the last two. */
static enum row_kind look_at_row(const struct ad_reading *reading, struct ad_row_fault *fault)
{
    const struct ad_set *known = reading->known;
    int32_t id;
    if (known != NULL && reading->ads < known->count &&
        ad_row_equals(reading->rows, reading->row, &known->ads[reading->ads]))
        return ROW_KNOWN;
    if (reading->ads > 0 && ad_row_id(reading->rows, reading->row, &id) && id == reading->last_id) {
        ad_row_set_fault(fault, reading->rows, reading->row, "id", "another row has it");
        return ROW_DUPLICATE;
    }
    return ad_row_check(reading->rows, reading->row, fault) ? ROW_AD : ROW_UNREAD;
}

static void take_fault(struct ad_reading *reading, const struct ad_row_fault *fault)
{
    int32_t id;
    ad_faults_add(&reading->result.faults, fault);
    if (ad_row_id(reading->rows, reading->row, &id))
        ad_set_add_unread(&reading->result.ads, id);
}

static void take_ad(struct ad_reading *reading, bool is_known)
{
    if (!is_known)
        add_ad(reading);
    reading->ads++;
    (void)ad_row_id(reading->rows, reading->row, &reading->last_id);
}

/* Returns false when the row shows that the ads are others than those known. */
static bool take_row(struct ad_reading *reading)
{
    struct ad_row_fault fault;
    enum row_kind kind = look_at_row(reading, &fault);
    if (kind == ROW_AD && reading->known != NULL)
        return false;
    if (kind == ROW_DUPLICATE || kind == ROW_UNREAD)
        take_fault(reading, &fault);
    else
        take_ad(reading, kind == ROW_KNOWN);
    return true;
}

static bool has_all_known(const struct ad_reading *reading)
{
    return reading->ads == reading->known->count &&
           ad_set_has_same_unread(&reading->result.ads, reading->known);
}

/* Returns whether that was all. */
static bool finish(struct ad_reading *reading)
{
    struct ad_reading_result *result = &reading->result;
    if (reading->known != NULL) {
        bool is_unchanged = has_all_known(reading);
        if (!is_unchanged)
            start_over(reading);
        return is_unchanged;
    }
    result->listing = ad_listing_finish(reading->listing);
    reading->listing = NULL;
    result->snapshot.text =
        ad_array_finish(&reading->snapshot, &result->snapshot.text_bytes, result->snapshot.digest);
    return true;
}

bool ad_reading_step(struct ad_reading *reading)
{
    int count = PQntuples(reading->rows);
    size_t bytes = 0;
    for (int done = 0; done < AD_SLICE_ADS && bytes < AD_SLICE_BYTES; done++) {
        if (reading->row == count)
            return finish(reading);
        bytes += ad_row_bytes(reading->rows, reading->row);
        if (!take_row(reading)) {
            start_over(reading);
            return false;
        }
        reading->row++;
    }
    return false;
}
