/*
 * contents.h: what the characters of a code of lines stand for, where it is not themselves.
 *
 * Only for `decode`: a hand scanner gives the characters as they are, and a scan must give the same text
 * whichever way it came in.
 */
#ifndef SCANNER_CONTENTS_H
#define SCANNER_CONTENTS_H

#include "decoded.h"

/* Rewrites the text where one of these fits:
 * - Code 39 full ASCII: "+A" is "a" and so on; only when every shift character makes a pair and some pair is
 * of + or %: a slash, a dollar and a blank are common characters of serial numbers too;
 * - Code 32, the Italian pharmacode: six characters of Code 39 that are "A" and nine digits, if the last one
 * checks;
 * - a vehicle identification number after the "I" of an imported one, if its check digit is right. */
void contents_convert(struct decoded *code);

#endif
