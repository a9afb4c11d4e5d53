/*
 * url.h - the URL of the command line: may it be fetched, what is its file called?
 *
 * Pure. What is asked at the start ends the program where memory runs out, so
 * that no URL is blamed for it: url_check(), url_is_proxy(), url_has_user() and
 * url_file_name().
 */
#ifndef HELLOFETCH_URL_H
#define HELLOFETCH_URL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Returns NULL if the URL can be fetched, or what is wrong as a fixed text that
 * never repeats the URL: it may have a password in it.
 */
const char *url_check(const char *url);

/* True if it is the URL of a proxy: of HTTP or of SOCKS. */
bool url_is_proxy(const char *url);

/* True if there is a user name or a password in it. */
bool url_has_user(const char *url);

/* The URL fit to be shown, without user name and password. Allocated, or NULL. */
char *url_redact(const char *url);

/* The URL's host as it stands there; allocated, or NULL. */
char *url_host(const char *url);

enum url_likeness {
	URL_SAME_HOST,   /* by the host's name, whatever scheme and port */
	URL_SAME_SERVER, /* by scheme, host and port */
};

/*
 * 1 if location, which may be relative, leads from the URL base to the host, or
 * the server, of the URL home; 0 if not, or if that cannot be told; -1 if there was
 * no memory to look.
 */
int url_leads_home(const char *base, const char *location, const char *home,
		   enum url_likeness wanted);

/*
 * The last segment of the URL's path, percent-decoded; "index.html" if that is
 * empty. Allocated. NULL if it is no safe file name: with a slash, a control
 * byte or a NUL in it, "." or "..", or longer than NAME_MAX.
 */
char *url_file_name(const char *url);

#endif
