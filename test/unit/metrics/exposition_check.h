/* Finds what Prometheus refuses in a rendering as a whole: families apart, series twice. */
#pragma once

/*
 * Returns NULL when each family of `text` has its HELP and TYPE once, all its series directly below
 * them, and no series twice; else the fault in words.
 */
const char *exposition_fault(const char *text);
