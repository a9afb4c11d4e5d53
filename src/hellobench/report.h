/*
 * report.h - what is printed at the end
 */
#ifndef HELLOBENCH_REPORT_H
#define HELLOBENCH_REPORT_H

/* Project */
#include "hellobench/options.h"
#include "hellobench/result.h"
#include "hellobench/target.h"

/* Prints the result in the form that was asked for. Returns -1 with errno on failure. */
int report_print(const struct options *options, const struct target *target,
		 const struct result *result);

#endif
