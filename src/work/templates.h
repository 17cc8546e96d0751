/* Inside work/ only: the words of mails, with those of templates_dir. */
#ifndef WORK_TEMPLATES_H
#define WORK_TEMPLATES_H

#include "base/conf.h"
#include "form/mail_texts.h"

/* Lives in a. NULL: something is wrong; each file's first fault is on stderr, with its line. */
struct mail_texts *templates_load(const struct conf *c, struct arena *a);

#endif
