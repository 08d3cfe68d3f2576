/* evidence.h: downloads of the auditor's bundle leave nothing behind. */
#ifndef ENDPOINTS_EVIDENCE_H
#define ENDPOINTS_EVIDENCE_H

/* At the start: removes what a service that was killed left in the state folder. */
void evidence_sweep(const char *state);

#endif
