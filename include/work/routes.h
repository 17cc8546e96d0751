/* The two route tables: the API with its pages and feeds, and the admin listener's. */
#ifndef WORK_ROUTES_H
#define WORK_ROUTES_H

#include "flow/route.h"

extern const struct route routes[];
extern const size_t route_count;
extern const struct route dav_routes[]; /* CalDAV's: any method, outside the OpenAPI document */
extern const size_t dav_route_count;
extern const struct route admin_routes[];
extern const size_t admin_route_count;

json_t *routes_openapi(void); /* the OpenAPI document of `routes`; a new reference */

/* Steps of resources for which C must think, one file each in src/work. */
extern step_fn *const request_candidates[], *const request_standing[];
extern step_fn *const weights_show[], *const weights_set[];
extern step_fn *const slots_list[];
extern step_fn *const request_slots[];
extern step_fn *const changes_follow[];
extern step_fn *const feed_rotate[], *const feed_add[], *const feed_renew[]; /* feed_urls.c */
extern step_fn *const feed_serve[], *const feed_busy[];                      /* feeds.c */
extern step_fn *const certificate_show[];
extern step_fn *const holidays_import[];
extern step_fn *const availability_ics[], *const availability_take[];
extern step_fn *const link_show[];
extern step_fn *const link_take[];
extern step_fn *const hours_show[], *const hours_take[], *const link_leave[], *const expert_link[];
extern step_fn *const calendar_add[], *const webhook_add[], *const webhook_change[],
                                                                *const webhook_rotate[];
extern step_fn *const dav_steps[], *const dav_well_known[];
extern step_fn *const app_password_add[];
extern step_fn *const plan_walk_in[];
extern step_fn *const openapi_serve[];
extern step_fn *const style_serve[];
extern step_fn *const admin_live[];
extern step_fn *const admin_ready[];
extern step_fn *const admin_metrics[];
extern step_fn *const admin_panel[];

#endif
