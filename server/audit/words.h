/* words.h: the names that go with the numbers in entries: the kinds, and the steps and reasons every desk
 * starts with. */
#ifndef VERIFY_WORDS_H
#define VERIFY_WORDS_H

#include <stdint.h>

/* NULL: a number that a desk gave out itself. */
const char *words_kind(uint64_t number);
const char *words_kind_plain(uint64_t number); /* "Handed over", as the service's pages say it */
const char *words_step(uint64_t number);
const char *words_reason(uint64_t number);

#endif
