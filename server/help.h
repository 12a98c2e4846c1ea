/* What people are told of the command line and of the variables: --help, and the tables out of
 * which the manual page is made (packaging/manual.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* An argument of the program. */
struct help_option {
    const char *name;
    const char *operands; /* that follow it; "" = none */
    const char *meaning;  /* in lines of 64 characters at most */
};

/* Describes the option `index`; its strings are never freed. Returns false, `*option` unchanged,
 * where there are no more. */
bool help_option_at(size_t index, struct help_option *option);

/* What the program is, in a sentence without a full stop, and its version. Never freed. */
const char *help_purpose(void);
const char *help_version(void);

/* Writes what --help says. */
void help_print(FILE *out);
