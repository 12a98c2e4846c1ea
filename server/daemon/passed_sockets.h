/*
 * Listening sockets that the service manager has opened and passes on (sd_listen_fds(3)):
 * LISTEN_FDS says how many, from descriptor 3 on, LISTEN_FDNAMES what they are called. They outlive
 * the process, so that no client is refused while it restarts.
 */
#pragma once

#include "protocol/result.h"

enum passed_socket {
    PASSED_PUBLIC,    /* "public": where clients connect; a single one without a known name too */
    PASSED_OPERATORS, /* "operators": as OPS_LISTEN */
    PASSED_SOCKETS
};

struct passed_sockets {
    int fds[PASSED_SOCKETS]; /* 0 = there is none */
};

/*
 * Takes those that are meant for this process (LISTEN_PID), and the variables out of the
 * environment; they are closed on exec from then on. Returns RESULT_INVALID with an error when what
 * is passed is no listening TCP socket, or it is not clear what it is for.
 */
MUST_CHECK enum result passed_sockets_take(struct passed_sockets *sockets, struct error *error);
