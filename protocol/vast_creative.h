/* The Creative elements of a VAST document. Internal to protocol/. */
#pragma once

struct vast;

/* The ad's media, which it has: VAST 4.2 sections 3.8 and 3.9. */
void vast_linear_creative(const struct vast *vast);

/* The ad's image, which it has: section 3.10. */
void vast_nonlinear_creative(const struct vast *vast);

/* Our trackers for what is wrapped, linear or not: section 3.19. */
void vast_wrapped_creatives(const struct vast *vast);
