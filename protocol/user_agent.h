/* What a User-Agent says of itself. */
#pragma once

#include "protocol/event.h"

/*
 * VERDICT_DECLARED_BOT where the User-Agent names a bot, a crawler or a tool that no viewer watches
 * with; VERDICT_VALID for any other, and for none (NULL). It is about those that say so: devices,
 * players, and libraries that apps and ad servers send with (okhttp, CFNetwork, Dalvik, Dart,
 * Go-http-client) are none. Case does not matter. One pass, without allocation.
 */
enum event_verdict user_agent_verdict(const char *user_agent);
