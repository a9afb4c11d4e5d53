/*
 * journal.h - does the journal read our standard error?
 */
#ifndef LIB_JOURNAL_H
#define LIB_JOURNAL_H

#include <stdbool.h>

/*
 * True if standard error is the stream that systemd has made for us; a line may
 * then begin with its level, as "<3>" (sd-daemon(3)).
 */
bool journal_reads_stderr(void);

#endif
