#include "form/ical_busy.h"

#include "form/when.h"

static void put(struct buf *out, const char *name, instant t)
{
    buf_str(out, name);
    when_utc(out, t);
    buf_str(out, "\r\n");
}

void ical_busy_begin(struct buf *out, const struct ical_busy *b)
{
    buf_str(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Jamund//Jamund//KO\r\n"
                 "BEGIN:VFREEBUSY\r\n");
    put(out, "DTSTAMP:", b->stamp);
    put(out, "DTSTART:", b->from);
    put(out, "DTEND:", b->until);
}

void ical_busy_add(struct buf *out, const struct ical_busy *b, instant from, instant until,
                   bool tentative)
{
    from = from < b->from ? b->from : from;
    until = until > b->until ? b->until : until;
    if (from >= until)
        return;
    buf_printf(out, "FREEBUSY;FBTYPE=BUSY%s:", tentative ? "-TENTATIVE" : "");
    when_utc(out, from);
    buf_str(out, "/");
    put(out, "", until);
}

void ical_busy_end(struct buf *out)
{
    buf_str(out, "END:VFREEBUSY\r\nEND:VCALENDAR\r\n");
}
