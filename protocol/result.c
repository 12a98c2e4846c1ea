/* Puts failures into words. */
#include "protocol/result.h"

#include <stdarg.h>
#include <stdio.h>

enum result error_set(struct error *error, enum result result, const char *format, ...)
{
    if (error == NULL)
        return result;
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(error->text, sizeof error->text, format, arguments) < 0)
        error->text[0] = '\0';
    va_end(arguments);
    return result;
}
