/* What each version of VAST calls an event. */
#pragma once

#include "protocol/document.h"
#include "protocol/event.h"

/*
 * The name that the version has for events of this kind, in the TrackingEvents of a linear creative
 * or of a nonlinear one; NULL = it has none, and players may reject a document that has one
 * nevertheless. Those that have elements of their own (impression, click, error, viewability) have
 * none here.
 */
const char *vast_event_linear(enum document_kind version, enum event_kind kind);
const char *vast_event_nonlinear(enum document_kind version, enum event_kind kind);
