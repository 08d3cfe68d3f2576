/* endpoints.h: every handler that routes.c may name; one file for each thing that a person does. */
#ifndef ENDPOINTS_ENDPOINTS_H
#define ENDPOINTS_ENDPOINTS_H

#include "web/router.h"

handler health_show, metrics_show, static_show, home_show;
handler sign_in_form, sign_in, sign_out, setup_form, setup_make;
handler account_show, account_sessions_end, account_language, account_password;
handler track_show, sticker_show;
handler device_show, device_csv, device_json, devices_list, exceptions_show, exceptions_settle,
    exceptions_nothing;
handler audit_search, audit_device_show, audit_device_csv, audit_device_json, ledger_csv, api_ledger;
handler api_events_record, api_device, api_device_events, api_description, api_words, api_scanner_enroll;
handler return_receipt, audit_device_evidence, audit_evidence;
handler log_checkpoint, log_tile, log_key, api_receipt, event_receipt, audit_receipt;
handler accounts_show, accounts_add, accounts_enable, accounts_disable;
handler scanners_show, scanners_add, scanners_revoke, places_show, places_add, places_label;
handler labels_show, labels_mint, labels_sheet, label_show, label_picture;
handler bench_show, bench_record, intake_form, intake_record, repair_new_link;

extern const struct route routes[];
extern const size_t       route_count;

#endif
