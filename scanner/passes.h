/*
 * passes.h: the ways to read a picture, from cheap to dear, as a table. The first that finds something ends
 * it.
 *
 * To add a way: a function that puts what it finds into the reading, a row in passes.c, and a picture in the
 * tests that it alone reads.
 */
#ifndef SCANNER_PASSES_H
#define SCANNER_PASSES_H

#include "budget.h"
#include "decoded.h"
#include "picture.h"
#include "qr_pass.h"

enum effort { EFFORT_QUICK, EFFORT_NORMAL, EFFORT_THOROUGH };

typedef bool code_wanted(const struct decoded *code);

/* One picture on its way through the passes. What they find out on the way is kept for those that follow. */
struct reading {
    const struct picture *picture;
    const struct budget  *budget;
    code_wanted          *wanted; /* NULL: any code */
    struct line_regions  *regions;
    struct qr_tried      *tried;
    struct decoded       *codes;
    size_t                most, count;
};

struct pass {
    const char *name;
    enum effort cost;
    bool (*applies)(const struct reading *reading); /* NULL: always */
    void (*run)(struct reading *reading);           /* NULL: the QR reader, with these settings */
    const struct qr_settings *qr;
};

/* The table, for tests and benches; ends with a nameless row. */
extern const struct pass passes[];

/* Runs what the effort allows, from a row of the table, until a code is found or the budget is spent. Returns
 * the pass that found it, NULL: none. The caller frees what the reading kept. */
const struct pass *passes_run(struct reading *reading, enum effort effort, const struct pass *from);

/* Runs one of those that the effort does not allow and that apply: the nth, and from the first again. */
const struct pass *passes_run_beyond(struct reading *reading, enum effort effort, unsigned n);
void               passes_free(struct reading *reading);

/* Keeps those of the newly written codes[count .. count + found) that are wanted and not there yet. */
void reading_keep(struct reading *reading, size_t found);

#endif
