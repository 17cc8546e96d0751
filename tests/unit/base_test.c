/* base: arena, buf, err, log, id, utf8. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/id.h"
#include "base/log.h"
#include "base/memfile.h"
#include "base/seal.h"
#include "base/utf8.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static char order[8];

static void note(void *thing)
{
    strcat(order, (char *)thing);
}

static void arena_runs_hooks_in_reverse(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    char one[] = "1", two[] = "2";
    arena_hook(a, note, one);
    arena_hook(a, note, NULL);
    arena_hook(a, note, two);
    char *big = arena_alloc(a, 100000);
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(big[i], 0);
    assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
    arena_free(a);
    assert_string_equal(order, "21");
}

static void count(void *n)
{
    ++*(int *)n;
}

static void an_arena_that_was_reset_is_as_new(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    int ended = 0;
    for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < 5; i++) {
            char *s = arena_alloc(a, 3000);
            for (int k = 0; k < 3000; k++)
                assert_int_equal(s[k], 0);
            memset(s, 'x', 3000);
        }
        memset(arena_alloc(a, 100000), 'y', 100000);
        arena_hook(a, count, &ended);
        arena_reset(a);
        assert_int_equal(ended, round);
    }
    arena_free(a);
    assert_int_equal(ended, 3);
}

static void buf_stops_at_its_maximum(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 5);
    buf_str(&b, "abc");
    buf_printf(&b, "%d", 42);
    assert_false(b.full);
    buf_char(&b, '!');
    assert_true(b.full);
    assert_string_equal(b.data, "abc42");
    buf_cut(&b, 3);
    assert_string_equal(b.data, "42");
    buf_reset(&b);
    memcpy(buf_room(&b, 5), "vwxyz", 5);
    assert_string_equal(b.data, "vwxyz");
    assert_null(buf_room(&b, 1));
    assert_true(b.full);
    buf_done(&b);
}

static void a_memory_file_cannot_change(void **state)
{
    (void)state;
    struct memfile *m = memfile_new("abc", 3);
    int fd = m->fd;
    assert_memory_equal(m->bytes, "abc", 3);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_ptr_equal(mmap(NULL, 3, PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_ptr_equal(memfile_hold(m), m);
    memfile_let_go(m);
    assert_memory_equal(m->bytes, "abc", 3); /* held still */
    memfile_let_go(m);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    memfile_let_go(NULL);
}

static void there_may_be_no_memory_file(void **state)
{
    (void)state;
    static const struct {
        int what;
        rlim_t most;
    } rows[] = {{RLIMIT_NOFILE, 0}, {RLIMIT_FSIZE, 2}}; /* no descriptor; two bytes and no more */
    int free_fd = dup(STDIN_FILENO);
    close(free_fd);
    assert_null(memfile_new("", 0));
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rlimit was;
        getrlimit(rows[i].what, &was);
        setrlimit(rows[i].what, &(struct rlimit){rows[i].most, was.rlim_max});
        struct memfile *m = memfile_new("abc", 3);
        setrlimit(rows[i].what, &was);
        assert_null(m);
    }
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(dup(STDIN_FILENO), free_fd); /* nothing stays open */
    close(free_fd);
}

static void sqlstates_map_to_rows(void **state)
{
    (void)state;
    assert_int_equal(err_from_sqlstate("23P01"), ERR_SLOT_TAKEN);
    assert_int_equal(err_from_sqlstate("23505"), ERR_DUPLICATE);
    assert_int_equal(err_from_sqlstate("40P01"), ERR_RETRY);
    assert_int_equal(err_from_sqlstate("57014"), ERR_DEADLINE);
    assert_int_equal(err_from_sqlstate("P0002"), ERR_NOT_FOUND);
    assert_int_equal(err_from_sqlstate("22007"), ERR_VALUE);
    assert_int_equal(err_from_sqlstate("08006"), ERR_UNAVAILABLE);
    assert_int_equal(err_from_sqlstate("57P03"), ERR_UNAVAILABLE);
    assert_int_equal(err_from_sqlstate("XX000"), ERR_INTERNAL);
    assert_int_equal(err_row(ERR_SLOT_TAKEN)->status, 409);
}

static void error_codes_are_unique(void **state)
{
    (void)state;
    for (int i = 0; i < ERR_COUNT; i++)
        for (int j = i + 1; j < ERR_COUNT; j++)
            assert_string_not_equal(err_row((enum err)i)->code, err_row((enum err)j)->code);
}

static void a_log_line_cannot_be_forged(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 4096);
    log_capture(&out);
    clock_fake(1782864000123);
    log_info("door.bad", F_STR("what", "a\r\nlevel=error \"x\""), F_INT("n", -3));
    clock_fake(-1);
    log_capture(NULL);
    assert_string_equal(out.data, "ts=2026-07-01T00:00:00.123Z level=info event=door.bad "
                                  "what=\"a\\x0d\\x0alevel=error \\\"x\\\"\" n=-3\n");
    buf_done(&out);
}

static void tokens_are_derived_and_checked(void **state)
{
    (void)state;
    uint8_t key[ID_KEY_BYTES] = {1, 2, 3};
    char a[ID_TOKEN_LEN + 1], b[ID_TOKEN_LEN + 1], h[ID_HASH_LEN + 1];
    id_derive_token(key, "feed", "x", a);
    id_derive_token(key, "feed", "x", b);
    assert_string_equal(a, b);
    id_derive_token(key, "link", "x", b);
    assert_string_not_equal(a, b);
    assert_true(id_is_token(a));
    assert_false(id_is_token("short"));
    id_hash("abc", 3, h);
    assert_string_equal(h, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(id_is_uuid("01234567-89ab-cdef-0123-456789abcdef"));
    assert_false(id_is_uuid("01234567-89ab-cdef-0123-456789abcde"));
    assert_false(id_is_uuid("01234567-89ab-cdef-0123-456789abcdefa"));
}

static void a_tag_survives_the_loss_of_case(void **state)
{
    (void)state;
    uint8_t key[ID_KEY_BYTES] = {1, 2, 3};
    uint8_t mac[32];
    char a[ID_TAG_LEN + 1], b[ID_TAG_LEN + 1];
    id_derive(key, "reply", "x", mac);
    id_derive_tag(key, "reply", "x", a);
    assert_int_equal(strlen(a), ID_TAG_LEN);
    assert_int_equal(strspn(a, "abcdefghijklmnopqrstuvwxyz234567"), ID_TAG_LEN);
    for (size_t bit = 0; bit < 128; bit++) { /* all 128 bits are in it, in order */
        const char *digits = "abcdefghijklmnopqrstuvwxyz234567";
        size_t digit = (size_t)(strchr(digits, a[bit / 5]) - digits);
        assert_int_equal(digit >> (4 - bit % 5) & 1, mac[bit / 8] >> (7 - bit % 8) & 1);
    }
    id_derive_tag(key, "reply", "x", b);
    assert_string_equal(a, b);
    id_derive_tag(key, "reply", "y", b);
    assert_string_not_equal(a, b);
    id_derive_tag(key, "seat", "x", b);
    assert_string_not_equal(a, b);
}

static void a_signed_token_opens_one_thing_for_one_purpose(void **state)
{
    (void)state;
    static const char id[] = "01234567-89ab-4def-8123-456789abcdef";
    uint8_t key[ID_KEY_BYTES] = {1, 2, 3}, other[ID_KEY_BYTES] = {1, 2, 4};
    char token[ID_SIGNED_LEN + 2], got[ID_UUID_LEN + 1];
    id_sign(key, "seat", id, token);
    assert_true(id_signed(key, "seat", token, got));
    assert_string_equal(got, id);
    assert_false(id_signed(key, "expert", token, got));
    assert_false(id_signed(other, "seat", token, got));
    assert_false(id_signed(key, "seat", "", got));
    for (size_t i = 0; i < ID_SIGNED_LEN; i++) {
        char was = token[i];
        token[i] = was == 'A' ? 'B' : 'A';
        assert_false(id_signed(key, "seat", token, got));
        token[i] = '\0';
        assert_false(id_signed(key, "seat", token, got));
        token[i] = was;
    }
    strcat(token, "A");
    assert_false(id_signed(key, "seat", token, got));
}

static void a_seal_opens_for_one_thing_under_one_key(void **state)
{
    (void)state;
    uint8_t key[ID_KEY_BYTES] = {1}, other[ID_KEY_BYTES] = {2};
    struct arena *a = arena_new();
    const char *sealed = seal_text(key, a, "calendar", "1", "https://x.kr/1");
    assert_string_equal(seal_open(key, a, "calendar", "1", sealed), "https://x.kr/1");
    assert_string_equal(seal_open(key, a, "", "", seal_text(key, a, "", "", "")), "");
    assert_string_not_equal(seal_text(key, a, "calendar", "1", "https://x.kr/1"), sealed);
    assert_null(seal_open(other, a, "calendar", "1", sealed));
    assert_null(seal_open(key, a, "calendar", "2", sealed));
    assert_null(seal_open(key, a, "feed", "1", sealed));
    for (size_t i = 0; i <= strlen(sealed); i++) {
        char *changed = arena_strdup(a, sealed);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_null(seal_open(key, a, "calendar", "1", changed));
        changed[i] = '\0';
        assert_true(i == strlen(sealed) || !seal_open(key, a, "calendar", "1", changed));
    }
    arena_free(a);
}

static void utf8_is_strict(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        bool valid;
    } rows[] = {
        {"똠방각하", true},      {"\xc0\x80", false},
        {"\xed\xa0\x80", false}, {"\xf4\x90\x80\x80", false},
        {"\xe0\x80\x80", false}, {"\xf0\x9f\x98\x80", true},
        {"\xff", false},         {"a\xe3\x81", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(utf8_valid(rows[i].s, strlen(rows[i].s)), rows[i].valid);
    assert_int_equal(utf8_count("똠방a", strlen("똠방a")), 3);
    assert_true(utf8_has_control("a\rb", 3));
    assert_true(utf8_has_control("\xe2\x80\xa8", 3));
    assert_false(utf8_has_control("가 b", strlen("가 b")));
}

int main(void)
{
    id_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_runs_hooks_in_reverse),
        cmocka_unit_test(an_arena_that_was_reset_is_as_new),
        cmocka_unit_test(buf_stops_at_its_maximum),
        cmocka_unit_test(a_memory_file_cannot_change),
        cmocka_unit_test(there_may_be_no_memory_file),
        cmocka_unit_test(sqlstates_map_to_rows),
        cmocka_unit_test(error_codes_are_unique),
        cmocka_unit_test(a_log_line_cannot_be_forged),
        cmocka_unit_test(tokens_are_derived_and_checked),
        cmocka_unit_test(a_tag_survives_the_loss_of_case),
        cmocka_unit_test(a_signed_token_opens_one_thing_for_one_purpose),
        cmocka_unit_test(a_seal_opens_for_one_thing_under_one_key),
        cmocka_unit_test(utf8_is_strict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
