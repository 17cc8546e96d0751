/*
 * Every expert's share of the work: in each of their fields the part of all minutes served by
 * experts in office that is due by capacity, hours_per_year times the days they have been there.
 * Days before the term and days of absence do not count: nobody has to make up for them. One pass
 * over everybody; panel_seal() does it, and whoever keeps experts longer does it when facts or the
 * day change.
 */
#ifndef CORE_SHARE_H
#define CORE_SHARE_H

#include "core/panel.h"

void panel_shares(struct arena *a, struct panel *p);
int panel_hours(const struct expert *e);             /* capacity in hours a year */
int panel_days(const struct expert *e, instant now); /* in office until today; 0 outside a term */

#endif
