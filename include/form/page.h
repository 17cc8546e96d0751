/*
 * The pages that people reach without an account: the link in an expert's mail. Korean first,
 * English second; no script; styled by one file of ours, so that PAGE_CSP holds. Pure: facts in,
 * HTML out, everything escaped. Serve with Cache-Control: no-store and Referrer-Policy:
 * no-referrer.
 *
 * facts, from the database (which leaves out what the expert may not see):
 *     {"state": "offered|accepted|declined|expired|withdrawn|cancelled|over",
 *      "utc_offset_minutes": 540, "respond_by": epoch | null, "reason": text | null,
 *      "notice": null | "changed" | "reason" | "unreadable", "token" (both put in by the daemon),
 *      "office": name,
 *      "revision": REVISION (number, start, end, zone, mode, place, online_url, field, company,
 * case, owner)} Every member but state and revision may be missing. The forms post
 * answer=accept|decline, reason and revision (shape_answer) to the page's own address.
 */
#ifndef FORM_PAGE_H
#define FORM_PAGE_H

#include "base/err.h"

#include <jansson.h>
#include <stddef.h>

struct buf;

#define PAGE_MEDIA "text/html; charset=utf-8"
#define PAGE_CSP                                                                                   \
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "                  \
    "frame-ancestors 'none'"

enum err page_link(struct buf *out, const json_t *facts) MUST;

/* A company's page of its appointment. state: confirmed|tentative|begun|cancelled|over; "wish":
 * {"note", "proposals": [epoch …]} | null: the other time it asked for; "notice", "office" and
 * "revision" as above. The forms post answer=other_time|cancel, reason, proposal_1 … and revision
 * (shape_company_answer). */
enum err page_company(struct buf *out, const json_t *facts) MUST;

/* What the company thought of it. state: open|rated|closed|void; "stars": 1–5, "comment", "until":
 * epoch, each | null. The form posts stars and comment (shape_rating). */
enum err page_rating(struct buf *out, const json_t *facts) MUST;

/* 자문확인서, to print. {"number", "code", "office", "expert", "field", "company", "case",
 * "contact", "owner", "minutes", "sessions": [{"start", "end", "utc_offset_minutes", "minutes",
 * "mode", "place"} …]}; contact may be null. */
enum err page_certificate(struct buf *out, const json_t *facts) MUST;

/* An expert's own page of hours, in wall clock seconds and lines of hours ("09:00-12:00,
 * 13:00-18:00"):
 *     {"name", "zone", "version", "paused", "today": date, "week": {"mon": line …},
 *      "dates": [{"date", "hours": line} …], "absences": [{"id", "from", "until" | null, "reason"}
 * …], "coming": [{"start", "end", "state", "field": {"ko", "en"}, "company", "collides"} …],
 *      "notice": null | what came of a form, "form": it, where it was refused, "wrong": its field,
 *      "email", "dav_url", "app_passwords": [{"id", "label", "used" | null} …],
 *      "password": null | one that was just made}
 * Its forms post change=week|date|date_off|absence|absence_off|pause|resume|app_password|
 * app_password_off and version (shape_hours). */
enum err page_availability(struct buf *out, const json_t *facts) MUST;

/* Says kindly what went wrong: a stale link (NOT_FOUND, GONE), a service away, anything else. */
enum err page_error(struct buf *out, enum err why) MUST;

struct arena;

/* For tests: NULL, or what the templates name that facts (an offer with a notice) do not give. */
const char *page_check(struct arena *a, const json_t *facts);
const char *page_company_check(struct arena *a, const json_t *facts); /* both of the company's */
const char *page_certificate_check(struct arena *a, const json_t *facts);
const char *page_availability_check(struct arena *a, const json_t *facts);

struct page_asset {
    const char *path; /* "/assets/page.css" */
    const char *media;
    const char *text;
    size_t len;
};

const struct page_asset *page_asset(const char *path); /* NULL: there is no such file */

#endif
