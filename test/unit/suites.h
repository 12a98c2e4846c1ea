/* Every suite of the unit tests, one for each module; main.c runs them by name. */
#pragma once

#include <check.h>

Suite *log_suite(void);
Suite *metrics_suite(void);
