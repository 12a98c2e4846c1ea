/* The states of a connection to PostgreSQL. */
#include "store/database/conn_state.h"

static const bool legal[DB_CHECKING + 1][DB_CHECKING + 1] = {
    [DB_STOPPED] = {[DB_RESOLVING] = true},
    [DB_WAITING] = {[DB_STOPPED] = true, [DB_RESOLVING] = true},
    [DB_RESOLVING] = {[DB_STOPPED] = true, [DB_WAITING] = true, [DB_CONNECTING] = true},
    [DB_CONNECTING] = {[DB_STOPPED] = true, [DB_WAITING] = true, [DB_SETTING_UP] = true},
    [DB_SETTING_UP] =
        {[DB_STOPPED] = true, [DB_WAITING] = true, [DB_PROVING] = true, [DB_READY] = true},
    [DB_PROVING] = {[DB_STOPPED] = true, [DB_WAITING] = true, [DB_ENDING] = true},
    [DB_ENDING] = {[DB_STOPPED] = true, [DB_WAITING] = true, [DB_DOUBTING] = true},
    [DB_DOUBTING] = {[DB_STOPPED] = true, [DB_WAITING] = true},
    [DB_READY] = {[DB_STOPPED] = true, [DB_WAITING] = true, [DB_BUSY] = true},
    [DB_BUSY] = {[DB_STOPPED] = true, [DB_WAITING] = true, [DB_READY] = true, [DB_CHECKING] = true},
    [DB_CHECKING] = {[DB_STOPPED] = true, [DB_WAITING] = true, [DB_READY] = true},
};

bool db_state_may_become(enum db_state state, enum db_state next)
{
    return legal[state][next];
}
