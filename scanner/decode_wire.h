/* decode_wire.h: what the decoding process tells the one that started it. What is heard is not trusted. */
#ifndef SCANNER_DECODE_WIRE_H
#define SCANNER_DECODE_WIRE_H

#include "decode.h"

enum wire_kind {
    WIRE_CODE,
    WIRE_FAILED,
    WIRE_DONE,
    WIRE_SILENT /* the other is dead, too slow, or talks nonsense */
};

bool wire_say_code(int file, const struct decode_result *result);
bool wire_say_failed(int file, const struct error *error);
bool wire_say_done(int file, enum decode_rest rest);

/* Waits for the next message until the deadline. Fills in the result, the rest or the error. */
enum wire_kind wire_hear(int file, const struct budget *deadline, struct decode_result *result,
                         enum decode_rest *rest, struct error *error);

/* Writes all of it, whatever interrupts. */
bool wire_write(int file, const void *bytes, size_t length);

/* Reads all of it before the deadline. */
bool wire_read(int file, const struct budget *deadline, void *bytes, size_t length);

#endif
