/* Who goes first where a server has no session left for all of ours. */
#include "store/database/precedence.h"

#include <stddef.h>

void db_place_take(struct db_place *place, struct db_precedence *all, void (*give_way)(void *arg),
                   void *arg)
{
    *place = (struct db_place){.all = all, .give_way = give_way, .arg = arg};
    TAILQ_INSERT_TAIL(all, place, entry);
}

void db_place_leave(struct db_place *place)
{
    TAILQ_REMOVE(place->all, place, entry);
}

void db_place_refused(struct db_place *place)
{
    place->is_refused = true;
    for (struct db_place *next = TAILQ_NEXT(place, entry); next != NULL;
         next = TAILQ_NEXT(next, entry))
        next->give_way(next->arg);
}

void db_place_settled(struct db_place *place)
{
    place->is_refused = false;
}

bool db_place_must_wait(const struct db_place *place)
{
    const struct db_place *ahead;
    TAILQ_FOREACH(ahead, place->all, entry)
    {
        if (ahead == place)
            break;
        if (ahead->is_refused)
            return true;
    }
    return false;
}
