/* receipt_tell.h: what the entry of a receipt says, for people. */
#ifndef VERIFY_RECEIPT_TELL_H
#define VERIFY_RECEIPT_TELL_H

#include <stdio.h>

#include "audit/receipt.h"

/* A line for each thing: what happened, to which device, when; then the values that were opened. Only for a
 * receipt that was checked. */
void receipt_tell(const struct receipt *receipt, struct arena *arena, FILE *out);

#endif
