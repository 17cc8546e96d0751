/*
 * What an IMAP server says (RFC 3501, RFC 9051), as far as reading one mailbox needs it: where a
 * response ends, and what stands in it. Pure: bytes may be anything and come in any pieces. Nothing
 * of what is read here is believed beyond its form; work/imap.h says what it is read for.
 *
 * A response is a line, but a literal may stand at its end, {n} and n bytes, and then the line goes
 * on (4.3):
 *     * 12 FETCH (UID 7 BODY[] {5}\r\n
 *     Hello FLAGS (\Seen))\r\n
 */
#ifndef FORM_IMAP_H
#define FORM_IMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IMAP_LINE_MAX = 1 << 20, /* bytes of a line: a SEARCH names at least 95,000 messages in it */
    IMAP_TAG_MAX = 15,
    IMAP_FOLDER_MAX = 200,
    IMAP_DEPTH_MAX = 32, /* parentheses */
};

enum imap_end {
    IMAP_MORE,    /* bytes are missing */
    IMAP_WHOLE,   /* ret_len of them are a response */
    IMAP_LONG,    /* it announces a literal of more than literal_max */
    IMAP_ENDLESS, /* a line is too long, or no number stands where one must */
};

/* Where the first response of bytes ends. *at begins as 0 and belongs to that response: asked again
 * with more bytes, it goes on there. */
enum imap_end imap_response_end(const char *bytes, size_t len, size_t literal_max, size_t *at,
                                size_t *ret_len);

enum imap_word {
    IMAP_OTHER, /* whatever else: it may come at any time, and is passed over (7) */
    IMAP_OK,
    IMAP_NO,
    IMAP_BAD,
    IMAP_BYE,
    IMAP_SEARCH,
    IMAP_FETCH,
};

/* One response taken apart; points into its bytes. */
struct imap_response {
    enum imap_word word;
    bool tagged;           /* ends the command; it has the command's tag */
    bool read_only;        /* OK [READ-ONLY] */
    uint32_t uid_validity; /* OK [UIDVALIDITY n]; 0: not told */
    uint32_t uid;          /* of FETCH; 0: not told */
    int64_t size;          /* of FETCH: RFC822.SIZE; -1: not told */
    const char *body;      /* of FETCH: BODY[], NULL: not told or NIL */
    size_t body_len;
};

/* bytes: whole, as imap_response_end() found it. A FETCH that breaks off or nests too deeply is
 * IMAP_OTHER. */
void imap_response_read(const char *bytes, size_t len, const char *tag, struct imap_response *ret);

/* The numbers of a SEARCH response above `after`: at most max of them, the least, in order; more
 * says whether there were others. */
size_t imap_search_read(const char *bytes, size_t len, uint32_t after, uint32_t *uids, size_t max,
                        bool *ret_more);

/* A folder's name can be sent: printable ASCII, in modified UTF-7 beyond that (5.1.3), as the
 * server lists it. */
bool imap_folder_valid(const char *name);
/* As a quoted string (4.3): room for 2 * IMAP_FOLDER_MAX + 3 bytes. */
void imap_folder_quote(const char *name, char ret[2 * IMAP_FOLDER_MAX + 3]);

#endif
