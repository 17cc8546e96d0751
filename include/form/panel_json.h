/*
 * The panel's way in and the ranking's way out, as JSON.
 *
 * In: the document that the database makes for one request (PANEL). All members must be there; a
 * list may be null for empty, and deadline, fixed, visit, district, preferred, conflict,
 * cooling_until and each cap may be null for none; of a weekly rule, every, nth, first and last may
 * be missing. Instants are epoch seconds, days "YYYY-MM-DD", times of day minutes. Members that are
 * not known are passed over, so that the database may say more than this daemon reads. The first
 * fault is told with its JSON pointer. Everything is copied: the document may go.
 *
 * Out: the answer of the API (CANDIDATES), a new reference; slots as RFC 3339 with the expert's own
 * offset, ineligible experts with the code and the sentences of core/rule.def; where nobody is
 * left, with the funnel (core/funnel.h).
 */
#ifndef FORM_PANEL_JSON_H
#define FORM_PANEL_JSON_H

#include "base/buf.h"
#include "core/board.h"
#include "core/team.h"

#include <jansson.h>

enum { PANEL_TEXT_MAX = 1000 }; /* bytes of one string */

/* OK and a sealed panel, or ERR_INVALID and in *ret_why "/experts/3/zone: is no time zone". */
enum err panel_from_json(struct arena *a, const json_t *doc, struct panel **ret,
                         const char **ret_why) MUST;

/* In parts, for whoever keeps the experts: all members but `experts` (without `request` the panel
 * has none yet); and one element of `experts`. */
enum err panel_request_from_json(struct arena *a, const json_t *doc, struct panel *ret,
                                 const char **ret_why) MUST;
/* {"fields": ["tax"…], "districts": […]}, of strings; NULL where it is not that. */
const struct known_codes *codes_from_json(struct arena *a, const json_t *doc);
enum err panel_expert_from_json(struct arena *a, const json_t *doc, struct expert *ret,
                                const char **ret_why) MUST;

/* Every fact of an expert as text, a line each; equal facts are equal bytes. */
void panel_expert_print(struct buf *out, const struct expert *e);

/* One request alone, in the same form, into a panel whose other facts are there; sealed. */
enum err request_from_json(struct arena *a, const json_t *doc, struct panel *p,
                           const char **ret_why) MUST;

/* p as that seat sees it (panel_seat); the arena holds what is written meanwhile */
json_t *ranking_json(struct arena *a, const struct panel *p, int seat, const struct ranking *r);
/* One expert's place in it (STANDING); NULL: the panel has no such expert. */
json_t *standing_json(struct arena *a, const struct panel *p, int seat, const struct ranking *r,
                      const char *id);
json_t *teams_json(const struct teams *t); /* starts with the first expert's offset */
/* Why there is no team: nobody for the seat `empty`; 0: no start for all, and what would give one.
 */
json_t *no_team_json(struct arena *a, const struct board *b, const struct panel *p, int empty);

#endif
