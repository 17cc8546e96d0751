/* Inside work/ only: what the routes of webhooks share with their deliveries. */
#ifndef WORK_HOOKS_H
#define WORK_HOOKS_H

#include "base/conf.h"
#include "base/id.h"
#include "base/sign.h"
#include "flow/call.h"

/* The n-th secret of a webhook. It derives from its id and the service's key: nothing is stored. */
void hook_secret(const uint8_t key[ID_KEY_BYTES], const char *id, int64_t n,
                 uint8_t ret[SIGN_SECRET_BYTES]);

/* In a step: the body's url, if any, is one that may be called; which ones may beside public
 * addresses is a setting's. Its grammar was checked with the body. What it resolves to is judged
 * when it is called. */
enum step check_url(struct call *c, enum conf_key networks);

#endif
