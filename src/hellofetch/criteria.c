/*
 * criteria.c - what the command line wants a page to be
 *
 * Owns the words for pages that are not it. hellofetch is one process, and one
 * more for each pattern that is looked for (match.c).
 */
#include "config.h"

/* System */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* Project */
#include "hellofetch/criteria.h"
#include "hellofetch/match.h"
#include "hellofetch/piece.h"

#define TYPE_MAX 256 /* bytes of a media type, NUL included */

void
criteria_check_header(const struct criteria *criteria, const char *header, size_t len,
		      struct outcome *outcome)
{
	struct piece value = {header, 0};
	char type[TYPE_MAX];
	int count;

	if (criteria->content_type == NULL)
		return;
	count = piece_find_field((struct piece){header, len}, "Content-Type", &value);
	if (!piece_copy(value, type, sizeof(type)) || count != 1)
		type[0] = '\0';
	/* "text/html; charset=utf-8": the parameters are no part of the type. */
	type[strcspn(type, "; \t")] = '\0';
	if (fnmatch(criteria->content_type, type, FNM_CASEFOLD) != 0)
		outcome_fail(outcome, EXIT_POLICY,
			     "the page is of another kind: Content-Type \"%s\", --content-type "
			     "is \"%s\"",
			     type, criteria->content_type);
}

static void
free_pattern(struct pattern *pattern)
{
	if (pattern->text != NULL)
		regfree(&pattern->regex);
	pattern->text = NULL;
}

void
criteria_done(struct criteria *criteria)
{
	free_pattern(&criteria->must_match);
	free_pattern(&criteria->not_match);
}

bool
criteria_want_start(const struct criteria *criteria)
{
	return criteria->must_match.text != NULL || criteria->not_match.text != NULL;
}

/* Does the page have what is looked for, or not, as it should? */
static void
check_pattern(const struct pattern *pattern, const char *option, bool wanted, struct piece start,
	      int64_t until, struct outcome *outcome)
{
	if (pattern->text == NULL || !outcome_good(outcome))
		return;
	switch (match(&pattern->regex, start.at, start.len, until)) {
	case MATCH_YES:
		if (!wanted)
			outcome_fail(outcome, EXIT_POLICY, "the page matches %s \"%s\"", option,
				     pattern->text);
		break;
	case MATCH_NO:
		if (wanted)
			outcome_fail(outcome, EXIT_POLICY,
				     "the page does not match %s \"%s\" in its first %zu bytes",
				     option, pattern->text, start.len);
		break;
	case MATCH_ENDLESS:
		outcome_fail(outcome, EXIT_POLICY,
			     "it takes longer than %d s to look for %s \"%s\" in the page",
			     MATCH_SECONDS, option, pattern->text);
		break;
	case MATCH_OVERDUE:
		outcome_fail(outcome, EXIT_TIME, "it took too long to look for %s \"%s\"", option,
			     pattern->text);
		break;
	case MATCH_FAILED:
		outcome_fail(outcome, EXIT_LOCAL, "cannot look for %s in the page: %s", option,
			     strerror(errno));
		break;
	}
}

void
criteria_check_start(const struct criteria *criteria, struct piece start, int64_t until,
		     struct outcome *outcome)
{
	check_pattern(&criteria->must_match, "--must-match", true, start, until, outcome);
	check_pattern(&criteria->not_match, "--not-match", false, start, until, outcome);
}

void
criteria_check_sha256(const struct criteria *criteria, const char *sha256, struct outcome *outcome)
{
	if (criteria->sha256 != NULL && strcasecmp(criteria->sha256, sha256) != 0)
		outcome_fail(outcome, EXIT_CHECKSUM, "the page is another one: its SHA-256 is %s",
			     sha256);
}

void
criteria_check_shrink(const struct criteria *criteria, int64_t size, int64_t old,
		      struct outcome *outcome)
{
	if (criteria->shrink_limit > 0 && !criteria->force &&
	    (double)size < (double)old * (double)criteria->shrink_limit / 100)
		outcome_fail(outcome, EXIT_POLICY,
			     "the page has shrunk too much: %" PRId64 " bytes, the old one has "
			     "%" PRId64 " and --shrink-limit is %" PRId64 "%%",
			     size, old, criteria->shrink_limit);
}
