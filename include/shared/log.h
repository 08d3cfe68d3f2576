/*
 * log.h: one line a fact on stderr, logfmt, with the syslog priority that journald understands.
 *
 *   log_line(LOG_LEVEL_WARNING, "msg", "cannot reach the database", "error", error.message, NULL);
 *
 * Values are quoted and control bytes escaped, so that one record is always one line. Never pass a secret.
 */
#ifndef SHARED_LOG_H
#define SHARED_LOG_H

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_INFO = 6 };

/* Pairs of name and value (const char *), ended by NULL. Safe to call from any thread. */
void log_line(enum log_level level, ...) __attribute__((sentinel));

#endif
