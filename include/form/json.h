/* Small helps around Jansson that several floors need. */
#ifndef FORM_JSON_H
#define FORM_JSON_H

#include <jansson.h>

/* json_decref in the shape of an arena hook. */
static inline void json_hook(void *doc)
{
    json_decref(doc);
}

#endif
