/*
 * Time zones of the C library, which knows but one, that of TZ. Asking it costs a third of a
 * microsecond, so a stretch without a change is remembered: what lies in it is arithmetic.
 */
#include "protocol/analytics/zone.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "protocol/calendar.h"
#include "protocol/memory.h"

enum {
    MINUTE_S = 60,
    DAY_S = 86400,
    /* No zone of tzdata has changed its offset and gone back within less than 95 hours, so that two
     * moments of one offset, so far apart, have it between them as well. */
    STEADY_S = 3 * DAY_S,
    MONDAY = 3, /* days before the first one since 1970, from a Thursday on */
};

static const int64_t second_us = 1000000;
/* What four digits of a year can write, as local time. */
static const int64_t year_0_us = -62167219200000000;
static const int64_t year_10000_us = 253402300800000000;

struct zone {
    bool is_utc;
    bool is_known;  /* the stretch is */
    int64_t from_s; /* a stretch of one offset, not the whole one */
    int64_t last_s; /* the last second known of it */
    int offset_s;
};

/* The environment keeps the array itself (putenv()): a name written into it is TZ at once, and
 * nothing is allocated, so that questions do not make the environment grow. */
static char environment[sizeof "TZ=:" + ZONE_NAME_SIZE];
static bool is_open;

static void use(const char *zone)
{
    (void)snprintf(environment, sizeof environment, "TZ=%s", zone);
    /* This fails without memory alone, and the zone must not be another one unnoticed. */
    if (putenv(environment) != 0)
        memory_exhausted(sizeof environment);
    tzset();
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '/';
}

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* Whether it may be the name of a file with a zone. Those of posix/ are the same once more; those
 * of right/ count leap seconds, which our times do not; two more are no zones but copies of one. */
static bool is_name(const char *name)
{
    size_t bytes = strlen(name);
    if (bytes == 0 || bytes >= ZONE_NAME_SIZE || name[0] == '/')
        return false;
    for (size_t i = 0; i < bytes; i++) {
        if (!is_name_character(name[i]))
            return false;
    }
    return strstr(name, "//") == NULL && !begins_with(name, "posix/") &&
           !begins_with(name, "right/") && strcmp(name, "localtime") != 0 &&
           strcmp(name, "posixrules") != 0;
}

/* Where the C library looks. */
static const char *directory(void)
{
    const char *given = getenv("TZDIR");
    return given != NULL && given[0] != '\0' ? given : "/usr/share/zoneinfo";
}

static bool has_file(const char *name)
{
    char path[4096];
    char magic[4];
    int length = snprintf(path, sizeof path, "%s/%s", directory(), name);
    if (length < 0 || (size_t)length >= sizeof path)
        return false;
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return false;
    bool is_zone = fread(magic, 1, sizeof magic, file) == sizeof magic &&
                   memcmp(magic, "TZif", sizeof magic) == 0;
    (void)fclose(file);
    return is_zone;
}

static bool is_installed(void)
{
    struct stat status;
    return stat(directory(), &status) == 0;
}

struct zone *zone_open(const char *name, struct error *error)
{
    char text[sizeof ":" + ZONE_NAME_SIZE];
    bool is_utc = strcmp(name, "UTC") == 0;
    assert(!is_open);
    if (!is_utc && is_name(name) && !is_installed()) {
        (void)error_set(error, RESULT_MALFORMED,
                        "tz can be nothing but UTC here: tzdata is missing on this server");
        return NULL;
    }
    if (!is_utc && (!is_name(name) || !has_file(name))) {
        (void)error_set(error, RESULT_MALFORMED,
                        "tz must be the IANA name of a time zone, such as Europe/Berlin");
        return NULL;
    }
    if (!is_utc) {
        (void)snprintf(text, sizeof text, ":%s", name);
        use(text);
    }
    struct zone *zone = memory_zeroed(sizeof *zone);
    zone->is_utc = is_utc;
    is_open = true;
    return zone;
}

void zone_close(struct zone *zone)
{
    if (zone == NULL)
        return;
    if (!zone->is_utc)
        use("UTC0");
    is_open = false;
    free(zone);
}

/* How far ahead of UTC the zone is, in seconds. Both the moment and the offset are taken down to
 * the minute: before about 1930 either could have seconds. */
static int ask_offset(int64_t time_s)
{
    struct tm date;
    time_t time = (time_t)(time_s - calendar_floor_remainder(time_s, MINUTE_S));
    if (localtime_r(&time, &date) == NULL)
        return 0; /* no year of ours */
    return (int)(calendar_floor_divide(date.tm_gmtoff, MINUTE_S) * MINUTE_S);
}

/* Makes the stretch reach to a moment that has its offset too, where it is near enough. */
static bool stretch(struct zone *zone, int64_t time_s, int offset_s)
{
    if (!zone->is_known || offset_s != zone->offset_s)
        return false;
    if (time_s > zone->last_s && time_s - zone->last_s <= STEADY_S)
        zone->last_s = time_s;
    else if (time_s < zone->from_s && zone->from_s - time_s <= STEADY_S)
        zone->from_s = time_s;
    else
        return false;
    return true;
}

static int offset_at(struct zone *zone, int64_t time_s)
{
    if (zone->is_utc)
        return 0;
    if (zone->is_known && time_s >= zone->from_s && time_s <= zone->last_s)
        return zone->offset_s;
    int offset_s = ask_offset(time_s);
    if (!stretch(zone, time_s, offset_s)) {
        zone->is_known = true;
        zone->from_s = time_s;
        zone->last_s = time_s;
        zone->offset_s = offset_s;
    }
    return offset_s;
}

/* The first second with another offset than `from_s` has, as `to_s`, which is after it, has. */
static int64_t bisect(int offset_s, int64_t from_s, int64_t to_s)
{
    while (to_s - from_s > 1) {
        int64_t middle_s = from_s + (to_s - from_s) / 2;
        if (ask_offset(middle_s) == offset_s)
            from_s = middle_s;
        else
            to_s = middle_s;
    }
    return to_s;
}

/* The same as zone_next_change(), in seconds. What lies before is remembered. */
static int64_t next_change(struct zone *zone, int64_t time_s, int64_t until_s)
{
    int offset_s = offset_at(zone, time_s);
    int64_t at_s = zone->is_utc ? until_s : time_s;
    while (at_s < until_s) {
        int64_t next_s = until_s - at_s > STEADY_S ? at_s + STEADY_S : until_s;
        if (offset_at(zone, next_s) != offset_s) {
            int64_t change_s = bisect(offset_s, at_s, next_s);
            *zone = (struct zone){false, true, time_s, change_s - 1, offset_s};
            return change_s;
        }
        at_s = next_s;
    }
    return until_s;
}

int64_t zone_next_change(struct zone *zone, int64_t time_us, int64_t until_us)
{
    int64_t time_s = calendar_floor_divide(time_us, second_us);
    int64_t until_s = calendar_floor_divide(until_us - 1, second_us) + 1;
    int64_t change_s = next_change(zone, time_s, until_s);
    return change_s < until_s ? change_s * second_us : until_us;
}

int64_t zone_days_of(struct zone_date date)
{
    int64_t months = (int64_t)date.year * 12 + date.month - 1;
    struct calendar_date first = {
        .year = calendar_floor_divide(months, 12),
        .month = (int)calendar_floor_remainder(months, 12) + 1,
        .day = 1,
    };
    return calendar_days(first) + date.day - 1;
}

struct zone_date zone_date_of_days(int64_t days)
{
    struct calendar_date date = calendar_date(days);
    return (struct zone_date){.year = (int)date.year, .month = date.month, .day = date.day};
}

struct zone_date zone_date_of(struct zone *zone, int64_t time_us, int *offset_s, int *weekday)
{
    int64_t time_s = calendar_floor_divide(time_us, second_us);
    int ahead_s = offset_at(zone, time_s);
    int64_t days = calendar_floor_divide(time_s + ahead_s, DAY_S);
    int64_t second = calendar_floor_remainder(time_s + ahead_s, DAY_S);
    struct zone_date date = zone_date_of_days(days);
    date.hour = (int)(second / 3600);
    date.minute = (int)(second / MINUTE_S % MINUTE_S);
    if (offset_s != NULL)
        *offset_s = ahead_s;
    if (weekday != NULL)
        *weekday = (int)calendar_floor_remainder(days + MONDAY, 7);
    return date;
}

int64_t zone_time_of(struct zone *zone, struct zone_date date)
{
    int64_t local_s =
        zone_days_of(date) * DAY_S + (int64_t)date.hour * 3600 + (int64_t)date.minute * MINUTE_S;
    if (zone->is_utc)
        return local_s * second_us;
    /* No offset is a day. From one change to the next the clocks run on, so the moment is in the
     * first stretch that does not end before them; where they were put on beyond them, its start.
     */
    int64_t from_s = local_s - DAY_S;
    int64_t until_s = local_s + DAY_S;
    for (;;) {
        int64_t wanted_s = local_s - offset_at(zone, from_s);
        int64_t change_s = next_change(zone, from_s, until_s);
        if (wanted_s < change_s || change_s == until_s)
            return (wanted_s > from_s ? wanted_s : from_s) * second_us;
        from_s = change_s;
    }
}

static int64_t within(int64_t time_us, int64_t earliest_us, int64_t latest_us)
{
    if (time_us < earliest_us)
        return earliest_us;
    return time_us < latest_us ? time_us : latest_us;
}

/* Writes `width` digits and then `after`. Returns the place behind them. */
static char *write_number(char *at, int64_t number, int width, char after)
{
    for (int i = width; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    at[width] = after;
    return at + width + 1;
}

void zone_format_date(struct zone_date date, char text[static ZONE_TIME_TEXT_SIZE])
{
    static const struct zone_date first = {.year = 0, .month = 1, .day = 1};
    static const struct zone_date last = {.year = 9999, .month = 12, .day = 31};
    int64_t days = within(zone_days_of(date), zone_days_of(first), zone_days_of(last));
    struct calendar_date written = calendar_date(days);
    char *at = write_number(text, written.year, 4, '-');
    at = write_number(at, written.month, 2, '-');
    (void)write_number(at, written.day, 2, '\0');
}

void zone_format(struct zone *zone, int64_t time_us, char text[static ZONE_TIME_TEXT_SIZE])
{
    int offset_s = offset_at(zone, calendar_floor_divide(time_us, second_us));
    int64_t local_us = within(time_us + offset_s * second_us, year_0_us, year_10000_us - 1);
    int64_t local_s = calendar_floor_divide(local_us, second_us);
    int64_t second = calendar_floor_remainder(local_s, DAY_S);
    int64_t fraction_us = calendar_floor_remainder(local_us, second_us);
    int ahead_min = offset_s < 0 ? -offset_s / MINUTE_S : offset_s / MINUTE_S;
    zone_format_date(zone_date_of_days(calendar_floor_divide(local_s, DAY_S)), text);
    char *at = text + strlen(text);
    *at++ = 'T';
    at = write_number(at, second / 3600, 2, ':');
    at = write_number(at, second / 60 % 60, 2, ':');
    at = write_number(at, second % 60, 2, '.');
    if (fraction_us != 0)
        at = write_number(at, fraction_us, 6, '.');
    at[-1] = offset_s < 0 ? '-' : '+';
    if (zone->is_utc) {
        memcpy(at - 1, "Z", sizeof "Z");
        return;
    }
    at = write_number(at, ahead_min / 60, 2, ':');
    (void)write_number(at, ahead_min % 60, 2, '\0');
}
