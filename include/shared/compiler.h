/* compiler.h: the compiler attributes we use, under names that say what they promise. */
#ifndef SHARED_COMPILER_H
#define SHARED_COMPILER_H

#define MUST_USE                __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, args) __attribute__((format(printf, text, args)))
#define CLEANUP(release)        __attribute__((cleanup(release)))
#define WRITTEN_FIRST           __attribute__((uninitialized)) /* not zeroed for nothing where it is hot */
#define COUNT_OF(array)         (sizeof(array) / sizeof((array)[0]))

#endif
