/* How people meet, in words: "기업 방문" for `visit`; the code itself where it is not known. */
#ifndef FORM_MODE_NAME_H
#define FORM_MODE_NAME_H

const char *mode_name_ko(const char *code);

#endif
