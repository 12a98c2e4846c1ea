/* Time zones by their IANA names, out of the system's tzdata. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/result.h"

enum { ZONE_NAME_SIZE = 64, ZONE_TIME_TEXT_SIZE = sizeof "9999-12-31T23:59:59.999999+23:59" };

/* A calendar's time of the zone: month 1 to 12, day 1 to 31 (beyond them, or below, it is carried,
 * as by mktime(); so are hours and minutes). */
struct zone_date {
    int year, month, day, hour, minute;
};

struct zone;

/*
 * Opens the zone called `name` ("UTC" needs no tzdata). Returns NULL with an error in words for
 * clients when there is no such zone. To be closed with zone_close(). One is open at a time: it is
 * the C library's own, TZ of the environment, which is UTC again when it is closed. Offsets and
 * their changes are taken to the whole minute, which is as fine as RFC 3339 and our counts are.
 */
struct zone *zone_open(const char *name, struct error *error);
void zone_close(struct zone *zone); /* NULL is fine */

/* The calendar's time of `time_us`, and how many seconds the zone is ahead of UTC then, and the day
 * of the week, 0 = Monday; both may be NULL. */
struct zone_date zone_date_of(struct zone *zone, int64_t time_us, int *offset_s, int *weekday);

/* The first moment at or after which the zone's clocks show `date`: where they skip it the moment
 * of the skip, where they show it twice the first. */
int64_t zone_time_of(struct zone *zone, struct zone_date date);

/* The first moment after `time_us`, and before `until_us`, at which the offset is another than at
 * `time_us`; `until_us` when there is none. */
int64_t zone_next_change(struct zone *zone, int64_t time_us, int64_t until_us);

/* Days from 1970-01-01 to the date, whatever its day; and the date as that many days. */
int64_t zone_days_of(struct zone_date date);
struct zone_date zone_date_of_days(int64_t days);

/* Writes the date, "2025-04-20": a year has four digits, as in zone_format(). */
void zone_format_date(struct zone_date date, char text[static ZONE_TIME_TEXT_SIZE]);

/* Writes RFC 3339 with the zone's offset, "Z" in UTC; six fraction digits where they are not all 0.
 * Beyond the years 0 to 9999 the nearest that has four digits. */
void zone_format(struct zone *zone, int64_t time_us, char text[static ZONE_TIME_TEXT_SIZE]);
