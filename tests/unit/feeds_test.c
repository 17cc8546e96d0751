/* What feeds are made of: Accept-Encoding, gzip, busy times, and what is kept. */
#include "base/buf.h"
#include "base/gzip.h"
#include "base/memfile.h"
#include "form/accept.h"
#include "form/ical.h"
#include "work/feeds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static void gzip_is_sent_to_who_takes_it(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        bool wanted;
    } rows[] = {
        {NULL, false},
        {"", false},
        {"identity", false},
        {"gzip", true},
        {"GZIP", true},
        {"x-gzip", true},
        {"gzip, deflate, br", true},
        {"br;q=1.0, gzip;q=0.8, *;q=0.1", true},
        {"deflate,gzip;q=0.001", true},
        {"gzip;q=0", false},
        {"gzip; q=0.000", false},
        {"gzip ;q=0, *", false},
        {"*", true},
        {"*;q=0", false},
        {"br", false},
        {"gzipped", false},
        {"notgzip", false},
        {",,;,gzip", true},
        {"gzip;", true},
        {"gzip;q=", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (accept_gzip(rows[i].header) != rows[i].wanted)
            fail_msg("%s", rows[i].header);
}

static void what_is_packed_is_unpacked_the_same(void **state)
{
    (void)state;
    static char text[100000], back[sizeof text];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i % 7 == 0 ? (int)(i * 7919 % 251) : 'a' + (int)(i % 26));
    const size_t sizes[] = {0, 1, 1000, sizeof text};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *packed, *again;
        size_t len, len_again;
        assert_true(gzip_bytes(text, sizes[i], &packed, &len));
        assert_true(gzip_bytes(text, sizes[i], &again, &len_again));
        assert_int_equal(len, len_again);
        assert_memory_equal(packed, again, len);
        z_stream z = {.next_in = (Bytef *)packed,
                      .avail_in = (uInt)len,
                      .next_out = (Bytef *)back,
                      .avail_out = sizeof back};
        assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
        assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
        assert_int_equal(z.total_out, sizes[i]);
        assert_memory_equal(back, text, sizes[i]);
        inflateEnd(&z);
        free(packed);
        free(again);
    }
}

static void busy_times_are_joined(void **state)
{
    (void)state;
    const struct ical_busy times[] = {
        {3600, 7200, false}, {5400, 9000, false},  /* overlap */
        {9000, 9900, false},                       /* touches */
        {7200, 10800, true}, {86400, 90000, true}, /* what is sure covers what is not */
    };
    struct ical_busy_head head = {.uid = "1",
                                  .organizer = {.name = "센터", .email = "panel@example.kr"},
                                  .from = 0,
                                  .until = 172800,
                                  .modified = 1};
    struct buf out;
    buf_init(&out, 1 << 16);
    ical_busy(&out, &head, times, sizeof times / sizeof *times);
    const char *from = strstr(out.data, "FREEBUSY;");
    assert_non_null(from);
    assert_string_equal(from, "FREEBUSY;FBTYPE=BUSY:19700101T010000Z/19700101T024500Z\r\n"
                              "FREEBUSY;FBTYPE=BUSY-TENTATIVE:19700101T024500Z/19700101T030000Z\r\n"
                              "FREEBUSY;FBTYPE=BUSY-TENTATIVE:19700102T000000Z/19700102T010000Z\r\n"
                              "END:VFREEBUSY\r\nEND:VCALENDAR\r\n");
    assert_non_null(strstr(out.data, "\r\nMETHOD:PUBLISH\r\n"));
    buf_reset(&out);
    head.organizer = (struct person){0};
    ical_busy(&out, &head, times, 1);
    assert_null(strstr(out.data, "METHOD")); /* RFC 5546 3.3.1: only with an ORGANIZER */
    buf_done(&out);
}

static char *token_of(int n)
{
    static char token[16];
    snprintf(token, sizeof token, "token %d", n);
    return token;
}

static struct feed_body *put(struct feed_cache *f, int n, const char *bytes, const char *keys)
{
    struct feed_body b = {
        .bytes = strdup(bytes), .len = strlen(bytes), .keys = strdup(keys), .until = 1};
    return feed_cache_put(f, token_of(n), FEED_EVENTS, &b, 0);
}

static struct feed_body *get(struct feed_cache *f, int n)
{
    return feed_cache_get(f, token_of(n), FEED_EVENTS);
}

static void other_bytes_have_another_date(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        long long modified, told;
    } rows[] = {{"a", 100, 100}, {"a", 100, 100}, {"b", 100, 101}, {"b", 100, 101},
                {"c", 101, 102}, {"d", 200, 200}, {"d", 150, 200}};
    struct feed_cache *f = feed_cache_new(2, 1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct feed_body b = {.bytes = strdup(rows[i].bytes), .len = 1, .keys = strdup("k")};
        const struct feed_body *k =
            feed_cache_put(f, token_of(1), FEED_EVENTS, &b, rows[i].modified);
        assert_int_equal(k->modified_at, rows[i].told);
    }
    feed_cache_free(f);
}

static void reach(struct feed_cache *f, const char *keys)
{
    json_t *set = feed_keys(keys);
    feed_cache_reach(f, set);
    json_decref(set);
}

static void a_change_reaches_whose_keys_it_names(void **state)
{
    (void)state;
    struct feed_cache *f = feed_cache_new(10, 1 << 20);
    put(f, 1, "one", "expert:1 feed:1");
    put(f, 2, "two", "panel user:7 feed:2");
    put(f, 3, "three", "expert:11 feed:3");
    reach(f, "");
    assert_false(get(f, 1)->stale || get(f, 2)->stale || get(f, 3)->stale);
    reach(f, "field:tax expert:1 user:77");
    assert_true(get(f, 1)->stale);
    assert_false(get(f, 2)->stale || get(f, 3)->stale);
    reach(f, "user:7");
    assert_true(get(f, 2)->stale);
    assert_false(put(f, 1, "new", "expert:1 feed:1")->stale);
    reach(f, NULL);
    assert_true(get(f, 1)->stale && get(f, 3)->stale);
    assert_null(feed_cache_get(f, token_of(1), FEED_BUSY));
    feed_cache_drop(f, token_of(1));
    assert_null(get(f, 1));
    feed_cache_free(f);
}

static void the_least_recently_fetched_goes(void **state)
{
    (void)state;
    char text[4000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct feed_cache *f = feed_cache_new(100, 20000);
    for (int i = 0; i < 50; i++) {
        assert_string_equal(put(f, i, text, "panel")->bytes, text);
        assert_non_null(get(f, 0)); /* it is asked for all the time */
    }
    assert_null(get(f, 1));
    assert_non_null(get(f, 49));
    feed_cache_free(f);
    f = feed_cache_new(3, 1 << 20);
    for (int i = 0; i < 5; i++)
        put(f, i, "x", "panel");
    assert_null(get(f, 1));
    assert_non_null(get(f, 2));
    feed_cache_free(f);
}

static void a_fetch_is_told_once(void **state)
{
    (void)state;
    char hash[ID_HASH_LEN + 1];
    struct feed_cache *f = feed_cache_new(10, 1 << 20);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 5; k++)
            feed_cache_note(f, i == 0 && k > 0 ? get(f, 0) : put(f, i, "x", "panel"), k,
                            "a\r\n\x80z");
    json_t *notes = feed_cache_notes(f, 2);
    assert_int_equal(json_array_size(notes), 2);
    const json_t *first = json_array_get(notes, 0);
    assert_string_equal(json_string_value(json_object_get(first, "agent")), "a???z");
    assert_int_equal(json_integer_value(json_object_get(first, "at")), 4);
    id_hash(token_of(0), strlen(token_of(0)), hash); /* what the database knows it by */
    assert_string_equal(json_string_value(json_object_get(first, "hash")), hash);
    json_decref(notes);
    feed_cache_drop(f, token_of(2));
    notes = feed_cache_notes(f, 2);
    assert_int_equal(json_array_size(notes), 0);
    json_decref(notes);
    feed_cache_free(f);
}

/* A long body; every n has its own. */
static struct feed_body *put_long(struct feed_cache *f, int n)
{
    static char text[FEED_FILE_MIN + 1];
    memset(text, 'a' + n % 26, FEED_FILE_MIN);
    return put(f, n, text, "panel");
}

static void a_long_body_that_is_sent_again_has_a_file(void **state)
{
    (void)state;
    struct feed_cache *f = feed_cache_new(10, 1 << 20);
    struct feed_body *b = put(f, 1, "short", "panel");
    for (instant now = 1; now < 4; now++)
        assert_null(feed_cache_file(f, b, now));
    b = put_long(f, 2);
    assert_null(feed_cache_file(f, b, 1));
    struct memfile *file = memfile_hold(feed_cache_file(f, b, 2));
    assert_ptr_equal(feed_cache_file(f, b, 3), file);
    assert_ptr_equal(b->bytes, file->bytes);
    assert_int_equal(file->len, FEED_FILE_MIN);
    char etag[sizeof b->etag];
    snprintf(etag, sizeof etag, "%s", b->etag);
    assert_true(feed_cache_zip(f, b));
    b = put_long(f, 2); /* the same bytes, made anew: they are compared with the file's */
    assert_string_equal(b->etag, etag);
    assert_null(b->file);
    assert_int_equal(b->modified_at, 0);
    assert_null(feed_cache_file(f, b, 4));
    assert_non_null(feed_cache_file(f, b, 5));
    feed_cache_drop(f, token_of(2));
    assert_int_equal(file->bytes[FEED_FILE_MIN - 1], 'c'); /* whoever is sending it has it still */
    assert_int_equal(file->holders, 1);
    memfile_let_go(file);
    feed_cache_free(f);
}

static void files_are_few_and_go_to_who_is_sent(void **state)
{
    (void)state;
    enum { LAST = FEED_FILES_MAX, IDLE = 1 + FEED_FILE_IDLE };
    struct feed_cache *f = feed_cache_new(2 * FEED_FILES_MAX, 1 << 30);
    for (int i = 0; i <= LAST; i++)
        for (int k = 0; k < 2; k++)
            assert_true(!feed_cache_file(f, k ? get(f, i) : put_long(f, i), 1) ==
                        (k == 0 || i == LAST));
    assert_null(feed_cache_file(f, get(f, LAST), IDLE - 1));
    assert_non_null(feed_cache_file(f, get(f, 0), IDLE - 1));
    assert_non_null(
        feed_cache_file(f, get(f, LAST), IDLE)); /* the one that was sent longest ago is without */
    assert_null(get(f, 1)->file);
    assert_memory_equal(get(f, 1)->bytes, "bbb", 3);
    assert_non_null(get(f, 0)->file);
    feed_cache_drop(f, token_of(0)); /* gives its file back */
    assert_non_null(feed_cache_file(f, get(f, 1), IDLE));
    feed_cache_free(f);
}

static void texts_are_kept_as_long_as_there_is_room(void **state)
{
    (void)state;
    struct feed_texts *t = feed_texts_new(2000);
    char key[64];
    size_t len;
    for (int i = 0; i < 100; i++) {
        snprintf(key, sizeof key, "%04x-uuid 1 expert Asia/Seoul", (unsigned)(i * 40503) & 0xffff);
        feed_texts_put(t, key, key, strlen(key));
        assert_memory_equal(feed_texts_get(t, key, &len), key, strlen(key));
        assert_int_equal(len, strlen(key));
    }
    assert_null(feed_texts_get(t, "0000-uuid 1 expert Asia/Seoul", &len));
    feed_texts_put(t, key, "new", 3);
    assert_memory_equal(feed_texts_get(t, key, &len), "new", 3);
    feed_texts_clear(t);
    assert_null(feed_texts_get(t, key, &len));
    feed_texts_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_is_sent_to_who_takes_it),
        cmocka_unit_test(what_is_packed_is_unpacked_the_same),
        cmocka_unit_test(busy_times_are_joined),
        cmocka_unit_test(other_bytes_have_another_date),
        cmocka_unit_test(a_change_reaches_whose_keys_it_names),
        cmocka_unit_test(the_least_recently_fetched_goes),
        cmocka_unit_test(a_fetch_is_told_once),
        cmocka_unit_test(a_long_body_that_is_sent_again_has_a_file),
        cmocka_unit_test(files_are_few_and_go_to_who_is_sent),
        cmocka_unit_test(texts_are_kept_as_long_as_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
