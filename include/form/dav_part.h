/*
 * A part of a calendar object: what a calendar-data of RFC 4791 9.6 asks for. Text is of our own
 * writing (form/ical_line.h), so its lines need no reading: a name, parameters, a value, folded.
 * Pure.
 */
#ifndef FORM_DAV_PART_H
#define FORM_DAV_PART_H

#include "base/buf.h"
#include "form/dav_out.h"

/* Components and properties that data names, an element without any naming all; in UTC and without
 * a time zone where data says so. What it yields is a part, and need not be a calendar. */
void dav_part(struct buf *out, const struct dav_data *data, const struct dav_item *item);

#endif
