/* address.h: the address that `spoord serve` last served, in a file of the state folder, so that commands
 * beside it print the same one into labels and links. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>

#include "shared/arena.h"
#include "shared/error.h"

/* "fix.example.nl:8080" of "https://fix.example.nl:8080", pointing into it: a scheme, a host with an optional
 * port, nothing after it. NULL: it is no such address. */
const char *address_host(const char *address) MUST_USE;

/* Keeps it as a whole file: who reads meanwhile gets the former one or this one. */
bool address_keep(const char *state, const char *address, struct error *error) MUST_USE;

/* The kept one; NULL where there is none that can be read and is an address. */
const char *address_kept(const char *state, struct arena *arena) MUST_USE;

#endif
