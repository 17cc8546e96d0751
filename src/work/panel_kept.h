/* The experts that the panel's cache keeps, by id, each in an arena of its own. */
#ifndef WORK_PANEL_KEPT_H
#define WORK_PANEL_KEPT_H

#include "form/panel_json.h"

struct panel_kept;

struct panel_kept *panel_kept_new(void);
void panel_kept_free(struct panel_kept *k);

/* As the database says it (one of `experts`); in place of what was known of them. False: it cannot
 * be understood, or there are PANEL_EXPERTS_MAX already (logged). */
bool panel_kept_put(struct panel_kept *k, const json_t *expert);
void panel_kept_drop(struct panel_kept *k, const char *id); /* where there is such a one */

/* All are put again, one by one; at the end those that were not are dropped. */
void panel_kept_begin(struct panel_kept *k);
void panel_kept_end(struct panel_kept *k);

size_t panel_kept_count(const struct panel_kept *k);
struct expert *panel_kept_experts(struct panel_kept *k, size_t *ret_n); /* until the next change */

#endif
