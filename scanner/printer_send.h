/* printer_send.h: bytes on their way to a printer. */
#ifndef SCANNER_PRINTER_SEND_H
#define SCANNER_PRINTER_SEND_H

#include <stdbool.h>

#include "shared/buffer.h"
#include "shared/error.h"

/* "HOST", "HOST:PORT", "[2001:db8::7]:9100": as such printers listen, by itself on 9100. */
bool printer_send_network(const char *printer, const struct buffer *bytes, struct error *error) MUST_USE;

/* Through `lp`, which hands the bytes on as they are. */
bool printer_send_cups(const char *queue, const struct buffer *bytes, struct error *error) MUST_USE;

#endif
