/* Parameters that are most likely a slip of one of ours. Internal to protocol/analytics/. */
#pragma once

/* The parameter (or several, in words) that `name`, which is none of ours, is most likely meant as:
 * by a list, or one edit away (a character more, less, another, or two exchanged) from one of five
 * characters or more. Case makes no difference. NULL = it is nobody's. */
const char *analytics_slip_of(const char *name);
