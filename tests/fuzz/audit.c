/*
 * audit.c - hellofetch's look at a header: any bytes
 */
#include "config.h"

/* Project */
#include "fuzz.h"
#include "hellofetch/audit.h"

FUZZ_TARGET(audit)
{
	struct answer answer = {0};
	const char *fault = audit_header((const char *)bytes, size, &answer);

	if (fault)
		return 0;
	must(answer.status >= 100 && answer.status <= 999);
	must(answer.length >= -1);
	answer_is_framed(&answer);
	return 0;
}
