/* Time zones by their IANA names, out of the system's tzdata. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/result.h"

enum { ZONE_NAME_SIZE = 64, ZONE_TIME_TEXT_SIZE = sizeof "9999-12-31T23:59:59.999999+23:59" };

/* A calendar's time of the zone: month 1 to 12, day 1 to 31 (beyond them, or below, it is carried,
 * as by mktime()). */
struct zone_date {
    int year, month, day, hour, minute;
};

struct zone;

/* Opens the zone called `name` ("UTC" needs no tzdata). Returns NULL with an error in words for
 * clients when there is no such zone. To be closed with zone_close(). One is open at a time. */
struct zone *zone_open(const char *name, struct error *error);
void zone_close(struct zone *zone);

/* The calendar's time of `time_us`, and how many seconds the zone is ahead of UTC then. */
struct zone_date zone_date_of(struct zone *zone, int64_t time_us, int *offset_s, int *weekday);

/* The first moment at or after which the zone's clocks show `date`: where they skip it the moment
 * of the skip, where they show it twice the first. */
int64_t zone_time_of(struct zone *zone, struct zone_date date);

/* Writes RFC 3339 with the zone's offset, "Z" in UTC; six fraction digits where they are not all 0.
 */
void zone_format(struct zone *zone, int64_t time_us, char text[static ZONE_TIME_TEXT_SIZE]);
