/* Inside form/ only: lines that more than one kind of calendar object has. */
#ifndef FORM_ICAL_IN_H
#define FORM_ICAL_IN_H

#include "form/ical_line.h"
#include "form/revision.h"

void ical_head(struct ical_line *l); /* BEGIN:VCALENDAR to CALSCALE */
void ical_instant(struct ical_line *l, const char *name, instant t);
void ical_person(struct ical_line *l, const char *name, const struct person *p); /* valid address */

#endif
