#include "core/span.h"
#include "form/address.h"
#include "form/ical.h"
#include "form/ical_line.h"
#include "form/when.h"
#include "ical_in.h"

static void put_periods(struct ical_line *l, const char *type, const struct spans *spans)
{
    for (size_t i = 0; i < spans->n; i++) {
        ical_line_raw(l, "FREEBUSY;FBTYPE=");
        ical_line_raw(l, type);
        ical_line_raw(l, ":");
        when_utc(&l->text, spans->at[i].from);
        ical_line_raw(l, "/");
        when_utc(&l->text, spans->at[i].until);
        ical_line_end(l);
    }
}

void ical_busy(struct buf *out, const struct ical_busy_head *head, const struct ical_busy *times,
               size_t n)
{
    struct ical_line l;
    struct arena *a = arena_new();
    struct span *sure = arena_array(a, struct span, n + 1),
                *maybe = arena_array(a, struct span, n + 1);
    size_t sures = 0, maybes = 0;
    for (size_t i = 0; i < n; i++)
        *(times[i].tentative ? &maybe[maybes++] : &sure[sures++]) =
            (struct span){times[i].start, times[i].end};
    struct spans busy = span_list(a, sure, sures), tentative = span_list(a, maybe, maybes);
    tentative = span_subtract(a, &tentative, &busy);

    ical_line_init(&l, out);
    ical_head(&l);
    ical_line_put(&l, "METHOD", address_valid(head->organizer.email) ? "PUBLISH" : NULL);
    ical_line_put(&l, "BEGIN", "VFREEBUSY");
    ical_line_put_text(&l, "UID", head->uid);
    ical_instant(&l, "DTSTAMP", head->modified);
    ical_instant(&l, "DTSTART", head->from);
    ical_instant(&l, "DTEND", head->until);
    if (address_valid(head->organizer.email))
        ical_person(&l, "ORGANIZER", &head->organizer);
    put_periods(&l, "BUSY", &busy);
    put_periods(&l, "BUSY-TENTATIVE", &tentative);
    ical_line_put(&l, "END", "VFREEBUSY");
    ical_line_put(&l, "END", "VCALENDAR");
    ical_line_done(&l);
    arena_free(a);
}
