/*
 * Who goes first where a server has no session left for all of ours (SQLSTATE 53300): of the
 * connections to one target whichever was made first. One that is refused a session has those
 * behind it give theirs up, and none of them asks for another before it has its own.
 */
#pragma once

#include <stdbool.h>
#include <sys/queue.h>

/* The connections to a target, in the order in which they were made. */
TAILQ_HEAD(db_precedence, db_place);

/* A connection's place among them. */
struct db_place {
    TAILQ_ENTRY(db_place) entry;
    struct db_precedence *all;   /* borrowed */
    void (*give_way)(void *arg); /* gives up its session, where it has one or asks for one */
    void *arg;                   /* borrowed */
    bool is_refused;             /* there was no session for it the last time that it asked */
};

/* Takes the last place; to be left before `all` goes. `give_way` leaves all places as they are. */
void db_place_take(struct db_place *place, struct db_precedence *all, void (*give_way)(void *arg),
                   void *arg);
void db_place_leave(struct db_place *place);

/* How asking for a session ended: it was refused for want of one, or in any other way. */
void db_place_refused(struct db_place *place);
void db_place_settled(struct db_place *place);

/* Whether it must not ask now: one ahead of it has to have its session first. */
bool db_place_must_wait(const struct db_place *place);
