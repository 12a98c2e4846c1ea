/* Dates of the proleptic Gregorian calendar as numbers of days, and back. Internal to protocol/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct calendar_date {
    int64_t year;
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
};

/* Days since 1970-01-01. Years are counted from March, so that
 * the leap day is a year's last. */
static inline int64_t calendar_days(struct calendar_date date)
{
    int64_t year = date.year - (date.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = (date.month + 9) % 12;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static inline struct calendar_date calendar_date(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (int)((5 * day_of_year + 2) / 153);
    int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct calendar_date){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = (int)(day_of_year - (153 * month_from_march + 2) / 5) + 1,
    };
}

static inline int calendar_month_days(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* A quotient downwards, and what is left of it, which is never negative: `divisor` is above 0. */
static inline int64_t calendar_floor_divide(int64_t dividend, int64_t divisor)
{
    return dividend / divisor - (dividend % divisor < 0);
}

static inline int64_t calendar_floor_remainder(int64_t dividend, int64_t divisor)
{
    int64_t remainder = dividend % divisor;
    return remainder < 0 ? remainder + divisor : remainder;
}
