/* Mails leave by SMTP, or without an smtp_url as .eml files in spool_dir. */
#include "base/arena.h"
#include "base/log.h"
#include "carrier.h"
#include "form/mail.h"
#include "smtp.h"
#include "spool.h"
#include "work/secret.h"

#include <stdlib.h>

struct mails {
    struct app *app;
    struct smtp *smtp; /* NULL: the spool */
};

static struct outbox_limits mail_limits(const struct conf *c)
{
    int64_t rounds = conf_int(c, CONF_outbox_lease) / SMTP_TALK_MS;
    int64_t in_time = conf_int(c, CONF_outbox_parallel) * (rounds > 1 ? rounds : 1);
    int64_t batch = conf_int(c, CONF_outbox_batch);
    bool stalls = *conf_str(c, CONF_smtp_url) && in_time < batch;
    return (struct outbox_limits){.most = stalls ? in_time : batch,
                                  .lease_ms = conf_int(c, CONF_outbox_lease),
                                  .attempts_max = conf_int(c, CONF_outbox_attempts_max),
                                  .backoff_ms = conf_int(c, CONF_outbox_backoff)};
}

static void *mail_open(struct app *app)
{
    struct mails *m = calloc(1, sizeof *m);
    if (!m)
        fatal("out of memory");
    m->app = app;
    if (!secret_reply_fits(app->conf))
        fatal("calendar_address (or mail_from) is not an address with room for a secret in it");
    if (*conf_str(app->conf, CONF_smtp_url))
        m->smtp = smtp_new(app->base, app->conf);
    else if (!spool_open(conf_str(app->conf, CONF_spool_dir)))
        fatal("spool_dir %s cannot be written", conf_str(app->conf, CONF_spool_dir));
    return m;
}

static void mail_close(void *way)
{
    struct mails *m = way;
    smtp_free(m->smtp);
    free(m);
}

static void mail_carry(void *way, struct job *j, json_t *message)
{
    struct mails *m = way;
    const struct conf *conf = m->app->conf;
    struct mail_envelope envelope;
    secret_put(conf, m->app->key, j->arena, message);
    if (mail_render(j->arena, m->app->texts, message, &j->bytes, &envelope) != OK ||
        j->bytes.full) {
        job_done(j, &(struct talk_result){.permanent = true, .why = "it cannot be a mail"});
    } else if (m->smtp) {
        smtp_send(m->smtp, envelope.from, envelope.to, j->bytes.data, j->bytes.len, job_done, j);
    } else {
        bool ok = spool_write(conf_str(conf, CONF_spool_dir), j->id, j->bytes.data, j->bytes.len);
        job_done(j, &(struct talk_result){.ok = ok, .why = "the spool cannot be written"});
    }
}

static char *mail_fresh(void *way, size_t n)
{
    struct mails *m = way;
    return secret_replies(m->app->conf, m->app->key, n);
}

const struct carrier mail_carrier = {
    .name = "mail",
    .claim = ASK_outbox_take,
    .sent = ASK_outbox_sent,
    .failed = ASK_outbox_failed,
    .limits = mail_limits,
    .open = mail_open,
    .close = mail_close,
    .fresh = mail_fresh,
    .carry = mail_carry,
};
