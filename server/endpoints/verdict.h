/* verdict.h: what an auditor's page says first: whether the rows beneath are what was sealed. */
#ifndef ENDPOINTS_VERDICT_H
#define ENDPOINTS_VERDICT_H

#include "endpoints/log_keys.h"
#include "endpoints/service.h"
#include "ledger/seal_check.h"
#include "render/view.h"
#include "web/request.h"

struct verdict {
    struct note_key           keys[LOG_KEYS_MOST];
    struct seal_check_options options;
    struct seal_check         check;
};

/* Before the rows are read. Fills in the alarms of sealing, which stand on every auditor's page. */
bool verdict_begin(struct verdict *verdict, const struct service *service, const struct request *request,
                   struct session *session, struct view *view, struct error *error) MUST_USE;

/* After seal_check_rows and seal_check_gaps: the view "verdict". `numbers`: the column by which the page
 * calls its rows, and `first` what the page adds to it. */
void verdict_add(const struct verdict *verdict, const struct request *request, const char *numbers,
                 int64_t first, struct view *page);

/* proof_tone, proof_icon (flags), proof_words, leaf of one row; fault_… of verdict_fault when it is broken.
 */
void verdict_proof(const struct request *request, const struct seal_result *result, struct view *item);

/* "erased on 26 Nov (at the person's request)" when an erasure took the value of this tag from the event; or
 * NULL. */
const char *verdict_erased(const struct verdict *verdict, const struct request *request, int64_t seq,
                           unsigned tag);

/* first, last, several: the records that a database lost when it was restored. */
void verdict_lost(const struct rows *incidents, size_t i, struct view *lost);

/* The name in an opening "<id> <name>". */
const char *verdict_name(const char *value);

#endif
