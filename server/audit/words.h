/* words.h: the names that go with the numbers in entries: the kinds, and the steps and reasons every desk
 * starts with. */
#ifndef AUDIT_WORDS_H
#define AUDIT_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/* NULL: a number that a desk gave out itself. */
const char *words_kind(uint64_t number);
const char *words_kind_plain(uint64_t number); /* "Handed over", as the service's pages say it */
const char *words_step(uint64_t number);
const char *words_reason(uint64_t number);

/* Whether name and number belong to each other; those that a desk gave out itself are not the built-in ones.
 */
bool words_fit(const char *(*words)(uint64_t), const char *name, uint64_t number);

#endif
