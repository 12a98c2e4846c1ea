/* RFC 3339 times by calendar arithmetic of our own: the C library's depends on locale and zone. */
#include "protocol/timestamp.h"

enum { DAY_SECONDS = 86400, SECOND_US = 1000000 };

/* What RFC 3339 can write begins and ends with these. */
static const int64_t year_0_us = -62167219200000000;
static const int64_t year_10000_us = 253402300800000000;

struct reader {
    const char *text;
    size_t length;
    size_t at;
};

struct date {
    int64_t year;
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
};

struct time_of_day {
    int hour;
    int minute;
    int second; /* 60 in a leap second */
    int fraction_us;
    bool cut;
};

/* Days since 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that
 * the leap day is a year's last. */
static int64_t days_from_date(struct date date)
{
    int64_t year = date.year - (date.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = (date.month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static struct date date_from_days(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (int)((5 * day_of_year + 2) / 153);
    int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct date){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = (int)(day_of_year - (153 * month_from_march + 2) / 5) + 1,
    };
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

static int64_t floor_divide(int64_t dividend, int64_t divisor)
{
    return dividend / divisor - (dividend % divisor < 0);
}

static int64_t floor_remainder(int64_t dividend, int64_t divisor)
{
    int64_t remainder = dividend % divisor;
    return remainder < 0 ? remainder + divisor : remainder;
}

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

static bool read_date(struct reader *reader, struct date *date)
{
    int year = 0;
    bool read = read_number(reader, 4, 0, 9999, &year) && read_char(reader, '-') &&
                read_number(reader, 2, 1, 12, &date->month) && read_char(reader, '-') &&
                read_number(reader, 2, 1, 31, &date->day);
    date->year = year;
    return read && date->day <= days_in_month(year, date->month);
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
    return time_s % DAY_SECONDS == 0 && date_from_days(time_s / DAY_SECONDS).day == 1;
}

enum result timestamp_parse(const char *text, size_t length, int64_t *time_us, bool *cut)
{
    struct reader reader = {.text = text, .length = length};
    struct date date = {0};
    struct time_of_day time = {0};
    int offset_seconds = 0;
    if (!read_date(&reader, &date))
        return RESULT_MALFORMED;
    if (!read_char(&reader, 'T') && !read_char(&reader, 't') && !read_char(&reader, ' '))
        return RESULT_MALFORMED;
    if (!read_time(&reader, &time) || !read_offset(&reader, &offset_seconds) || reader.at != length)
        return RESULT_MALFORMED;
    int second_of_day = time.hour * 3600 + time.minute * 60 + time.second;
    int64_t time_s = days_from_date(date) * DAY_SECONDS + second_of_day - offset_seconds;
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
    int64_t time_s = floor_divide(time_us, SECOND_US);
    int64_t days = floor_divide(time_s, DAY_SECONDS);
    int64_t second_of_day = floor_remainder(time_s, DAY_SECONDS);
    int64_t fraction_us = floor_remainder(time_us, SECOND_US);
    struct date date = date_from_days(days);
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
