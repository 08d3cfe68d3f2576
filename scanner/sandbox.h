/* sandbox.h: a process that may compute and write to open files, and nothing else. */
#ifndef SCANNER_SANDBOX_H
#define SCANNER_SANDBOX_H

/* For a child process, after it has opened what it needs: limits on processor time and memory, no new files,
 * no network, no processes; a system call that is not on the list kills it. Ends the process where the kernel
 * has no seccomp. */
void sandbox_enter(unsigned cpu_seconds);

#endif
