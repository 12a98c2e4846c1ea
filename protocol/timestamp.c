/* RFC 3339 times by calendar arithmetic of our own: the C library's depends on locale and zone. */
#include "protocol/timestamp.h"

#include "protocol/calendar.h"

enum { DAY_SECONDS = 86400, SECOND_US = 1000000 };

/* What RFC 3339 can write begins and ends with these. */
static const int64_t year_0_us = -62167219200000000;
static const int64_t year_10000_us = 253402300800000000;

struct reader {
    const char *text;
    size_t length;
    size_t at;
};

struct time_of_day {
    int hour;
    int minute;
    int second; /* 60 in a leap second */
    int fraction_us;
    bool cut;
};

static bool at_digit(const struct reader *reader)
{
    return reader->at < reader->length && reader->text[reader->at] >= '0' &&
           reader->text[reader->at] <= '9';
}

/* Reads exactly `digits` digits, a number from `low` to `high`. */
static bool read_number(struct reader *reader, int digits, int low, int high, int *number)
{
    *number = 0;
    for (int i = 0; i < digits; i++) {
        if (!at_digit(reader))
            return false;
        *number = *number * 10 + (reader->text[reader->at++] - '0');
    }
    return *number >= low && *number <= high;
}

static bool read_char(struct reader *reader, char wanted)
{
    if (reader->at == reader->length || reader->text[reader->at] != wanted)
        return false;
    reader->at++;
    return true;
}

static bool read_date(struct reader *reader, struct calendar_date *date)
{
    int year = 0;
    bool read = read_number(reader, 4, 0, 9999, &year) && read_char(reader, '-') &&
                read_number(reader, 2, 1, 12, &date->month) && read_char(reader, '-') &&
                read_number(reader, 2, 1, 31, &date->day);
    date->year = year;
    return read && date->day <= calendar_month_days(year, date->month);
}

static bool read_fraction(struct reader *reader, struct time_of_day *time)
{
    int unit_us = SECOND_US / 10;
    if (!at_digit(reader))
        return false;
    for (; at_digit(reader); reader->at++, unit_us /= 10) {
        int digit = reader->text[reader->at] - '0';
        time->fraction_us += digit * unit_us;
        time->cut = time->cut || (unit_us == 0 && digit != 0);
    }
    return true;
}

static bool read_time(struct reader *reader, struct time_of_day *time)
{
    bool read = read_number(reader, 2, 0, 23, &time->hour) && read_char(reader, ':') &&
                read_number(reader, 2, 0, 59, &time->minute) && read_char(reader, ':') &&
                read_number(reader, 2, 0, 60, &time->second);
    return read && (!read_char(reader, '.') || read_fraction(reader, time));
}

static bool read_offset(struct reader *reader, int *offset_seconds)
{
    *offset_seconds = 0;
    if (read_char(reader, 'Z') || read_char(reader, 'z'))
        return true;
    bool west = read_char(reader, '-');
    if (!west && !read_char(reader, '+') && !read_char(reader, ' '))
        return false;
    int hours = 0;
    int minutes = 0;
    if (!read_number(reader, 2, 0, 23, &hours) || !read_char(reader, ':') ||
        !read_number(reader, 2, 0, 59, &minutes))
        return false;
    *offset_seconds = (west ? -1 : 1) * (hours * 60 + minutes) * 60;
    return true;
}

static bool starts_month(int64_t time_s)
{
    return time_s % DAY_SECONDS == 0 && calendar_date(time_s / DAY_SECONDS).day == 1;
}

enum result timestamp_parse(const char *text, size_t length, int64_t *time_us, bool *cut)
{
    struct reader reader = {.text = text, .length = length};
    struct calendar_date date = {0};
    struct time_of_day time = {0};
    int offset_seconds = 0;
    if (!read_date(&reader, &date))
        return RESULT_MALFORMED;
    if (!read_char(&reader, 'T') && !read_char(&reader, 't') && !read_char(&reader, ' '))
        return RESULT_MALFORMED;
    if (!read_time(&reader, &time) || !read_offset(&reader, &offset_seconds) || reader.at != length)
        return RESULT_MALFORMED;
    int second_of_day = time.hour * 3600 + time.minute * 60 + time.second;
    int64_t time_s = calendar_days(date) * DAY_SECONDS + second_of_day - offset_seconds;
    if (time.second == 60 && !starts_month(time_s))
        return RESULT_MALFORMED;
    *time_us = time_s * SECOND_US + time.fraction_us;
    if (cut != NULL)
        *cut = time.cut;
    return RESULT_OK;
}

/* Writes `width` digits and then `after`. Returns the place behind them. */
static char *write_number(char *at, int64_t number, int width, char after)
{
    for (int i = width; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    at[width] = after;
    return at + width + 1;
}

static int64_t within(int64_t time_us, int64_t earliest_us, int64_t latest_us)
{
    if (time_us < earliest_us)
        return earliest_us;
    return time_us < latest_us ? time_us : latest_us;
}

void timestamp_format(int64_t time_us, char text[static TIMESTAMP_TEXT_SIZE])
{
    time_us = within(time_us, year_0_us, year_10000_us - 1);
    int64_t time_s = calendar_floor_divide(time_us, SECOND_US);
    int64_t days = calendar_floor_divide(time_s, DAY_SECONDS);
    int64_t second_of_day = calendar_floor_remainder(time_s, DAY_SECONDS);
    int64_t fraction_us = calendar_floor_remainder(time_us, SECOND_US);
    struct calendar_date date = calendar_date(days);
    char *at = write_number(text, date.year, 4, '-');
    at = write_number(at, date.month, 2, '-');
    at = write_number(at, date.day, 2, 'T');
    at = write_number(at, second_of_day / 3600, 2, ':');
    at = write_number(at, second_of_day / 60 % 60, 2, ':');
    at = write_number(at, second_of_day % 60, 2, fraction_us == 0 ? 'Z' : '.');
    if (fraction_us != 0)
        at = write_number(at, fraction_us, 6, 'Z');
    *at = '\0';
}
