/* What each version of VAST calls an event: by IAB's schemas, and for the choice between linear and
 * nonlinear by its texts (VAST 2.0 and 3.0 section 2.3.1.7, 4.2 section 3.14). An image plays
 * nothing: no start, quartile or progress of it is told. */
#include "protocol/vast_events.h"

#include <assert.h>
#include <stddef.h>

enum { VERSIONS = DOCUMENT_JSON }; /* the kinds before it */

struct names {
    const char *linear[VERSIONS]; /* 2.0, 3.0, 4.2 */
    const char *nonlinear[VERSIONS];
};

#define NONE                                                                                       \
    {                                                                                              \
        NULL, NULL, NULL                                                                           \
    }
#define EVERY(name)                                                                                \
    {                                                                                              \
        name, name, name                                                                           \
    }

/* clang-format off */
static const struct names names[EVENT_KINDS] = {
    [EVENT_LOADED] = {{NULL, NULL, "loaded"}, NONE},
    [EVENT_START] = {EVERY("start"), NONE},
    [EVENT_FIRST_QUARTILE] = {EVERY("firstQuartile"), NONE},
    [EVENT_MIDPOINT] = {EVERY("midpoint"), NONE},
    [EVENT_THIRD_QUARTILE] = {EVERY("thirdQuartile"), NONE},
    [EVENT_COMPLETE] = {EVERY("complete"), NONE},
    [EVENT_PROGRESS] = {{NULL, "progress", "progress"}, NONE},
    [EVENT_MUTE] = {EVERY("mute"), {NULL, NULL, "mute"}},
    [EVENT_UNMUTE] = {EVERY("unmute"), {NULL, NULL, "unmute"}},
    [EVENT_PAUSE] = {EVERY("pause"), {NULL, NULL, "pause"}},
    [EVENT_RESUME] = {EVERY("resume"), {NULL, NULL, "resume"}},
    [EVENT_REWIND] = {EVERY("rewind"), {NULL, NULL, "rewind"}},
    [EVENT_SKIP] = {{NULL, "skip", "skip"}, {NULL, NULL, "skip"}},
    [EVENT_PLAYER_EXPAND] = {{"fullscreen", "fullscreen", "playerExpand"},
                             {NULL, NULL, "playerExpand"}},
    [EVENT_PLAYER_COLLAPSE] = {{NULL, "exitFullscreen", "playerCollapse"},
                               {NULL, NULL, "playerCollapse"}},
    [EVENT_CLOSE_LINEAR] = {{"close", "closeLinear", "closeLinear"}, EVERY("close")},
    [EVENT_OTHER_AD_INTERACTION] = {{NULL, NULL, "otherAdInteraction"},
                                    {NULL, NULL, "otherAdInteraction"}},
    [EVENT_ACCEPT_INVITATION] = {{"acceptInvitation", "acceptInvitationLinear", NULL},
                                 EVERY("acceptInvitation")},
};
/* clang-format on */

const char *vast_event_linear(enum document_kind version, enum event_kind kind)
{
    assert(version < DOCUMENT_JSON);
    return names[kind].linear[version];
}

const char *vast_event_nonlinear(enum document_kind version, enum event_kind kind)
{
    assert(version < DOCUMENT_JSON);
    return names[kind].nonlinear[version];
}
