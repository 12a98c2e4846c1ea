/*
 * In the place of Check's own, which writes into a file where each assertion stands that holds: a
 * system call for each of millions. One that fails tells its place by itself.
 */
#include <check.h>

void _mark_point(const char *file, int line)
{
    (void)file;
    (void)line;
}
