/*
 * room.h: whether the disk of the private PostgreSQL has room left, looked at four times a second.
 *
 * PostgreSQL ends in a panic when its log finds no room, and starts again only when there is some. So records
 * are refused before: below the reserve. A ballast file of half the reserve is given up when less than a
 * quarter is free, so that what was begun can end cleanly; it is made again when there is twice the reserve.
 */
#ifndef DB_ROOM_H
#define DB_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/compiler.h"

struct room;

/* `state`: the folder of the private cluster (state/pg) and of the ballast (state/ballast). */
struct room *room_start(const char *state, uint64_t reserve_bytes) MUST_USE;
void         room_stop(struct room *room); /* NULL is allowed */

/* Less than the reserve is free; NULL is a database that is somebody else's: never. */
bool room_is_low(struct room *room);

/* Bytes that are free for the database: the least of where its files and its log are. */
uint64_t room_free(struct room *room);

#endif
