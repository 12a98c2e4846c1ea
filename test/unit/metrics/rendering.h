/* A registry for each test and what it renders. */
#pragma once

struct metrics;

/* Makes an empty registry, which lives until rendering_tear_down(). */
struct metrics *rendering_set_up(void);
void rendering_tear_down(void);

/* Renders that registry; valid until the next rendering. */
const char *render(void);
