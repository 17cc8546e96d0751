/* form/http_head: golden probes, each fed whole and byte by byte. */
#include "../../src/form/http_head_in.h"
#include "../fuzz/http_drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define H "Host: a\r\n"
#define GET(target) "GET " target " HTTP/1.1\r\n" H "\r\n"
#define FIELD(line) "GET / HTTP/1.1\r\n" H line "\r\n\r\n"
#define POST(fields, body) "POST / HTTP/1.1\r\n" H fields "\r\n" body
#define CHUNKED(body) POST("Transfer-Encoding: chunked\r\n", body)
#define P(name, bytes, outcome)                                                                    \
    {                                                                                              \
        name, bytes, sizeof bytes - 1, outcome                                                     \
    }

static const struct probe {
    const char *name, *bytes;
    size_t len;
    const char *outcome;
} probes[] = {
    /* what must be understood */
    P("plain get", GET("/"), "GET /"),
    P("two in a row", GET("/a") GET("/b"), "GET /a, GET /b"),
    P("query", GET("/v1/x?a=1&b=2+3&c"), "GET /v1/x?a=1&b=2 3&c="),
    P("query decoded", GET("/?q=%EB%98%A0%26"), "GET /?q=똠&"),
    P("empty query", GET("/x?"), "GET /x"),
    P("empty parameters", GET("/x?&&a=1&"), "GET /x?a=1"),
    P("brackets and bar in query", GET("/x?a[]=1|2"), "GET /x?a[]=1|2"),
    P("question mark in query", GET("/x?a=?"), "GET /x?a=?"),
    P("plus in path stays", GET("/a+b"), "GET /a+b"),
    P("encoded path", GET("/%EA%B0%80%20b"), "GET /가 b"),
    P("double encoding is decoded once", GET("/%2541"), "GET /%41"),
    P("double slash stays", GET("//x"), "GET //x"),
    P("three dots are a name", GET("/.../x"), "GET /.../x"),
    P("leading line end", "\r\n" GET("/"), "GET /"),
    P("line end after a body", POST("Content-Length: 1\r\n", "x\r\n") GET("/b"),
      "POST / [x], GET /b"),
    P("space around value", FIELD("X: \t v \t"), "GET /"),
    P("empty value", FIELD("X:"), "GET /"),
    P("obs-text in value", FIELD("X: \xff"), "GET /"),
    P("tab in value", FIELD("X: a\tb"), "GET /"),
    P("connection close", FIELD("Connection: foo, Close"), "GET / close"),
    P("connection close in a second field", FIELD("Connection: foo\r\nConnection: close"),
      "GET / close"),
    P("closed is not close", FIELD("Connection: closed"), "GET /"),
    P("http/1.0 closes", "GET / HTTP/1.0\r\n" H "\r\n", "GET / close"),
    P("http/1.0 keep-alive", "GET / HTTP/1.0\r\n" H "Connection: keep-alive\r\n\r\n", "GET /"),
    P("http/1.0 without host", "GET / HTTP/1.0\r\n\r\n", "GET / close"),
    P("caldav method", "PROPFIND /dav/ HTTP/1.1\r\n" H "Depth: 1\r\n\r\n", "PROPFIND /dav/"),
    P("head", "HEAD / HTTP/1.1\r\n" H "\r\n", "HEAD /"),
    P("ipv6 host", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "GET /"),
    P("counted body", POST("Content-Length: 3\r\n", "abc"), "POST / [abc]"),
    P("counted body and the next", POST("Content-Length: 3\r\n", "abc") GET("/b"),
      "POST / [abc], GET /b"),
    P("empty body", POST("Content-Length: 0\r\n", ""), "POST /"),
    P("leading zeros in the length", POST("Content-Length: 003\r\n", "abc"), "POST / [abc]"),
    P("post without length has no body", POST("", "") GET("/b"), "POST /, GET /b"),
    P("body is not read as a head", POST("Content-Length: 2\r\n", "\n\n"), "POST / [\n\n]"),
    P("expect continue", POST("Expect: 100-continue\r\nContent-Length: 1\r\n", "x"),
      "POST / continue [x]"),
    P("expect without a body", FIELD("Expect: 100-continue"), "GET /"),
    P("chunks", CHUNKED("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), "POST / [abcde]"),
    P("chunks and the next", CHUNKED("1\r\nx\r\n0\r\n\r\n") GET("/b"), "POST / [x], GET /b"),
    P("no chunks", CHUNKED("0\r\n\r\n"), "POST /"),
    P("hexadecimal chunk sizes", CHUNKED("A\r\n0123456789\r\n00b\r\n0123456789a\r\n000\r\n\r\n"),
      "POST / [01234567890123456789a]"),
    P("trailer is dropped", CHUNKED("1\r\nx\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\n") GET("/b"),
      "POST / [x], GET /b"),
    P("coding in capitals", POST("Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n"), "POST /"),

    /* what is not there yet */
    P("half a head", "GET / HTTP/1.1\r\nHost: a\r\n", "..."),
    P("half a body", POST("Content-Length: 3\r\n", "ab"), "POST /, ..."),
    P("half a chunk", CHUNKED("3\r\nab"), "POST /, ..."),
    P("no end of trailer", CHUNKED("0\r\n"), "POST /, ..."),
    P("a lone carriage return so far", "GET / HTTP/1.1\r", "..."),

    /* line ends and control bytes */
    P("bare line feeds", "GET / HTTP/1.1\nHost: a\n\n", "400"),
    P("bare line feed in a field", FIELD("X: a\nY: b"), "400"),
    P("bare line feed at the end", "GET / HTTP/1.1\r\n" H "\n", "400"),
    P("bare carriage return", FIELD("X: a\rb"), "400"),
    P("two carriage returns", "GET / HTTP/1.1\r\r\n" H "\r\n", "400"),
    P("nul in a value", FIELD("X: a\0b"), "400"),
    P("nul in a name", FIELD("X\0: b"), "400"),
    P("nul in the target", GET("/\0"), "400"),
    P("control in a value", FIELD("X: \001"), "400"),
    P("delete in a value", FIELD("X: \177"), "400"),
    P("escape in the target", GET("/\033"), "400"),
    P("two empty lines first", "\r\n\r\n" GET("/"), "400"),
    P("a tls hello", "\026\003\001\002", "400"),
    P("line feed first", "\n" GET("/"), "400"),

    /* the request line */
    P("no version", "GET /\r\n\r\n", "400"),
    P("no target", "GET  HTTP/1.1\r\n" H "\r\n", "400"),
    P("space in the target", GET("/a b"), "400"),
    P("two spaces", "GET  / HTTP/1.1\r\n" H "\r\n", "400"),
    P("tab as a space", "GET\t/\tHTTP/1.1\r\n" H "\r\n", "400"),
    P("space first", " GET / HTTP/1.1\r\n" H "\r\n", "400"),
    P("space last", "GET / HTTP/1.1 \r\n" H "\r\n", "400"),
    P("method not a token", "G@T / HTTP/1.1\r\n" H "\r\n", "400"),
    P("method in small letters", "get / HTTP/1.1\r\n" H "\r\n", "501"),
    P("unknown method", "BREW / HTTP/1.1\r\n" H "\r\n", "501"),
    P("connect", "CONNECT a:443 HTTP/1.1\r\n" H "\r\n", "501"),
    P("http/2 preface", "PRI * HTTP/2.0\r\n\r\n", "505"),
    P("http/1.2", "GET / HTTP/1.2\r\n" H "\r\n", "505"),
    P("http/0.9", "GET / HTTP/0.9\r\n" H "\r\n", "505"),
    P("version in small letters", "GET / http/1.1\r\n" H "\r\n", "400"),
    P("version with more digits", "GET / HTTP/1.10\r\n" H "\r\n", "400"),
    P("version with a plus", "GET / HTTP/+1.1\r\n" H "\r\n", "400"),
    P("absolute form", GET("http://a/"), "400"),
    P("asterisk", "OPTIONS * HTTP/1.1\r\n" H "\r\n", "400"),
    P("no slash", GET("x"), "400"),
    P("fragment", GET("/x#y"), "400"),
    P("quote in the target", GET("/\"x\""), "400"),
    P("backslash in the target", GET("/a\\b"), "400"),
    P("raw utf-8 in the target", GET("/가"), "400"),
    P("brackets in the path", GET("/a[0]"), "400"),
    P("encoded nul", GET("/%00"), "400"),
    P("encoded control", GET("/?a=%1f"), "400"),
    P("encoded line end", GET("/?a=%0d%0aSet-Cookie:x"), "400"),
    P("encoded delete", GET("/%7f"), "400"),
    P("encoded c1 control", GET("/?a=%c2%85"), "400"),
    P("encoded slash", GET("/a%2Fb"), "400"),
    P("half an escape", GET("/%4"), "400"),
    P("escape of no hex", GET("/%zz"), "400"),
    P("escape at the end", GET("/?a=%"), "400"),
    P("escape cut by an ampersand", GET("/?a=%4&1"), "400"),
    P("not utf-8", GET("/%ff"), "400"),
    P("overlong utf-8", GET("/%c0%af"), "400"),
    P("dot segment", GET("/a/../b"), "400"),
    P("dot segment at the end", GET("/a/.."), "400"),
    P("encoded dot segment", GET("/%2e%2e/etc"), "400"),
    P("single dot segment", GET("/./a"), "400"),

    /* header fields */
    P("no host", "GET / HTTP/1.1\r\n\r\n", "400"),
    P("two hosts", FIELD("Host: a"), "400"),
    P("two hosts in other letters", FIELD("hOST: b"), "400"),
    P("empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "400"),
    P("host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "400"),
    P("two hosts in one", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400"),
    P("host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400"),
    P("folded field", FIELD("X: a\r\n b"), "400"),
    P("folded by a tab", FIELD("X: a\r\n\tb"), "400"),
    P("folded first field", "GET / HTTP/1.1\r\n " H "\r\n", "400"),
    P("space before the colon", FIELD("X : a"), "400"),
    P("tab before the colon", FIELD("X\t: a"), "400"),
    P("empty name", FIELD(": a"), "400"),
    P("no colon", FIELD("Xa"), "400"),
    P("name not a token", FIELD("X(y): a"), "400"),
    P("name in utf-8", FIELD("가: a"), "400"),
    P("two authorizations", FIELD("Authorization: a\r\nAuthorization: b"), "400"),
    P("two content types", FIELD("Content-Type: a/b\r\nContent-Type: a/c"), "400"),
    P("another expectation", FIELD("Expect: 200-ok"), "400"),

    /* framing: what smuggling lives on */
    P("two lengths", POST("Content-Length: 3\r\nContent-Length: 5\r\n", "abcde"), "400"),
    P("two equal lengths", POST("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), "400"),
    P("two lengths in one", POST("Content-Length: 3, 3\r\n", "abc"), "400"),
    P("length with a plus", POST("Content-Length: +3\r\n", "abc"), "400"),
    P("length with a minus", POST("Content-Length: -3\r\n", "abc"), "400"),
    P("length in hexadecimal", POST("Content-Length: 0x3\r\n", "abc"), "400"),
    P("empty length", POST("Content-Length:\r\n", "abc"), "400"),
    P("length with a space in it", POST("Content-Length: 1 0\r\n", "abc"), "400"),
    P("length with a fraction", POST("Content-Length: 3.0\r\n", "abc"), "400"),
    P("length over the limit", POST("Content-Length: 65\r\n", ""), "POST /, 413"),
    P("length at the limit", POST("Content-Length: 64\r\n", ""), "POST /, ..."),
    P("length over 64 bits", POST("Content-Length: 18446744073709551619\r\n", "abc"), "413"),
    P("length and coding", POST("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
      "400"),
    P("coding and length", POST("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"),
      "400"),
    P("unknown coding", POST("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), "400"),
    P("coding identity", POST("Transfer-Encoding: identity\r\n", ""), "400"),
    P("two codings in one", POST("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), "400"),
    P("two codings", POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", ""),
      "400"),
    P("quoted coding", POST("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), "400"),
    P("coding with a comma", POST("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n"), "400"),
    P("empty coding", POST("Transfer-Encoding:\r\n", "0\r\n\r\n"), "400"),
    P("coding with a vertical tab", POST("Transfer-Encoding: \013chunked\r\n", "0\r\n\r\n"), "400"),
    P("space before the coding's colon", POST("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
      "400"),
    P("coding in http/1.0", "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400"),

    /* chunks */
    P("chunk size with a plus", CHUNKED("+5\r\nabcde\r\n0\r\n\r\n"), "POST /, 400"),
    P("chunk size with a minus", CHUNKED("-1\r\n"), "POST /, 400"),
    P("chunk size with 0x", CHUNKED("0x5\r\nabcde\r\n0\r\n\r\n"), "POST /, 400"),
    P("chunk size with a space", CHUNKED("5 \r\nabcde\r\n0\r\n\r\n"), "POST /, 400"),
    P("chunk size after a space", CHUNKED(" 5\r\nabcde\r\n0\r\n\r\n"), "POST /, 400"),
    P("chunk extension", CHUNKED("5;a=b\r\nabcde\r\n0\r\n\r\n"), "POST /, 400"),
    P("empty chunk size", CHUNKED("\r\nabcde\r\n0\r\n\r\n"), "POST /, 400"),
    P("chunk size ended by a line feed", CHUNKED("5\nabcde\r\n0\r\n\r\n"), "POST /, 400"),
    P("carriage return within a chunk size", CHUNKED("5\r5"), "POST /, 400"),
    P("chunk longer than said", CHUNKED("3\r\nabcd\r\n0\r\n\r\n"), "POST /, 400"),
    P("chunk ended by a line feed", CHUNKED("3\r\nabc\n0\r\n\r\n"), "POST /, 400"),
    P("chunk ended by two bytes", CHUNKED("3\r\nabcXX0\r\n\r\n"), "POST /, 400"),
    P("chunk size of nine digits", CHUNKED("000000001\r\nx\r\n0\r\n\r\n"), "POST /, 400"),
    P("chunk over 32 bits", CHUNKED("ffffffff\r\n"), "POST /, 413"),
    P("chunk over the limit", CHUNKED("41\r\n"), "POST /, 413"),
    P("chunks over the limit together", CHUNKED("2\r\nxx\r\n3f\r\n"), "POST /, 413"),
    P("bare line feed in the trailer", CHUNKED("0\r\nX: y\n\r\n"), "POST /, 400"),
    P("control in the trailer", CHUNKED("0\r\nX: \001\r\n\r\n"), "POST /, 400"),
    P("no colon in the trailer", CHUNKED("0\r\nXy\r\n\r\n"), "POST /, 400"),
    P("empty name in the trailer", CHUNKED("0\r\n: y\r\n\r\n"), "POST /, 400"),
    P("folded trailer", CHUNKED("0\r\nX: y\r\n z\r\n\r\n"), "POST /, 400"),
    P("the end without a line end", CHUNKED("0\r\nGET / HTTP/1.1\r\n"), "POST /, 400"),
};

static void check(const struct probe *p, size_t step)
{
    struct buf out;
    buf_init(&out, 4096);
    drive(p->bytes, p->len, step, &out);
    if (strcmp(out.data, p->outcome) != 0)
        fail_msg("%s, %zu bytes at once: got \"%s\", not \"%s\"", p->name, step, out.data,
                 p->outcome);
    buf_done(&out);
}

static void probes_give_the_same_whole_and_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        check(&probes[i], probes[i].len);
        check(&probes[i], 1);
        check(&probes[i], 7);
    }
}

/* A head of a repeated line, then the end. */
static void check_repeated(const char *start, const char *line, int times, const char *outcome)
{
    struct buf in;
    buf_init(&in, BUF_MAX_DEFAULT);
    buf_str(&in, start);
    for (int i = 0; i < times; i++)
        buf_str(&in, line);
    buf_str(&in, "\r\n");
    struct probe p = {line, in.data, in.len, outcome};
    check(&p, p.len);
    check(&p, 1);
    buf_done(&in);
}

static void check_line(const char *target, const char *outcome)
{
    struct buf in;
    buf_init(&in, BUF_MAX_DEFAULT);
    buf_printf(&in, "GET %s HTTP/1.1\r\n" H, target);
    check_repeated(in.data, "", 0, outcome);
    buf_done(&in);
}

static void every_maximum_has_its_status(void **state)
{
    (void)state;
    check_repeated("GET / HTTP/1.1\r\n" H, "X: y\r\n", HTTP_FIELDS_MAX - 1, "GET /");
    check_repeated("GET / HTTP/1.1\r\n" H, "X: y\r\n", HTTP_FIELDS_MAX, "431");
    check_repeated("GET / HTTP/1.1\r\n" H "X: ", "0123456789", 1300, "431");
    check_repeated("GET /", "0123456789", 1000, "414");
    char many[] = "/?a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a";
    assert_int_equal(sizeof many - 3, 2 * HTTP_PARAMS_MAX + 1);
    check_line(many, "400");
    many[sizeof many - 2] = '&';
    check_line(many, "GET /?a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a="
                     "&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=&a=");
    check_repeated(CHUNKED("0\r\n"), "X-Trailer: 0123456\r\n", 51, "POST /");
    check_repeated(CHUNKED("0\r\n"), "X-Trailer: 0123456\r\n", 52, "POST /, 431");
    check_repeated(CHUNKED(""), "1\r\nx\r\n", DRIVE_BODY_MAX + 1, "POST /, 413");
}

static void fields_are_found_by_lower_case_name(void **state)
{
    (void)state;
    char head[] = FIELD("If-Match: \"7\" \r\nX: 1\r\nX: 2");
    struct http_request r;
    assert_int_equal(http_head_parse(head, sizeof head - 1, &r), OK);
    assert_string_equal(http_header(&r, "if-match"), "\"7\"");
    assert_string_equal(http_header(&r, "x"), "1");
    assert_null(http_header(&r, "If-Match"));
    assert_null(http_param(&r, "a"));
    assert_string_equal(r.body, "");
}

static void a_failure_says_why(void **state)
{
    (void)state;
    char head[] = "GET / HTTP/1.1\r\n\r\n";
    struct http_request r;
    assert_int_equal(http_head_parse(head, sizeof head - 1, &r), ERR_BAD_REQUEST);
    assert_string_equal(r.why, "No Host.");
}

static void forms_may_have_line_ends(void **state)
{
    (void)state;
    struct http_field params[HTTP_PARAMS_MAX];
    size_t count = 0;
    char body[] = "reason=%EC%B6%9C%EC%9E%A5+%0D%0A2&answer=decline", bad[] = "a=%00",
         raw[] = "a=\xff";
    assert_int_equal(http_form_parse(body, params, &count), OK);
    assert_int_equal(count, 2);
    assert_string_equal(params[0].value, "출장 \r\n2");
    assert_string_equal(params[1].name, "answer");
    assert_int_equal(http_form_parse(bad, params, &count), ERR_BAD_REQUEST);
    assert_int_equal(http_form_parse(raw, params, &count), ERR_BAD_REQUEST);
}

static void reply_fields_refuse_line_ends(void **state)
{
    (void)state;
    assert_true(http_field_ok("Location", "/v1/cases/1"));
    assert_false(http_field_ok("Location", "/a\r\nSet-Cookie: x"));
    assert_false(http_field_ok("Location", "a\nb"));
    assert_false(http_field_ok("Loca tion", "a"));
    assert_false(http_field_ok("", "a"));
}

/* As RFC 9110 and RFC 3986 write them down. */
static void each_byte_stands_where_it_may(void **state)
{
#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define PATH ALNUM "-._~!$&'()*+,;=:@/%"
    static const struct {
        enum http_class class;
        const char *bytes;
    } rows[] = {
        {HTTP_TOKEN, ALNUM "!#$%&'*+-.^_`|~"},
        {HTTP_HOST, ALNUM "-._~:[]"},
        {HTTP_PATH, PATH},
        {HTTP_QUERY, PATH "?[]|"},
    };
    (void)state;
    for (int c = 0; c < 256; c++) {
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (http_is((char)c, rows[i].class) != (c && strchr(rows[i].bytes, c)))
                fail_msg("byte %02x, row %zu", (unsigned)c, i);
        if (http_is((char)c, HTTP_VALUE) != (c == '\t' || (c >= ' ' && c != 0x7f)))
            fail_msg("byte %02x in a value", (unsigned)c);
    }
    assert_int_equal(http_span("ab c", 4, HTTP_TOKEN), 2);
    assert_int_equal(http_span("abc", 2, HTTP_TOKEN), 2);
    assert_true(http_all("ab", HTTP_TOKEN));
    assert_false(http_all("a b", HTTP_TOKEN));
}

/* Where lines are long, the maxima are met within a run of bytes that is taken at once. */
static void a_maximum_is_exact_however_fed(void **state)
{
    enum { PAST = HTTP_LINE_MAX + 8 };
    static char line[PAST + 1];
    (void)state;
    memset(line, 'x', PAST);
    for (size_t max = HTTP_LINE_MAX - 2; max < PAST; max++)
        for (size_t piece = 1; piece <= PAST; piece += PAST - 1) {
            struct http_scan s;
            size_t taken = 0, used = 0;
            bool done;
            http_scan_init(&s, max);
            while (taken < PAST && !http_scan_feed(&s, line + taken, piece, &used, &done))
                taken += used;
            assert_int_equal(s.total, max > HTTP_LINE_MAX + 1 ? HTTP_LINE_MAX + 2 : max + 1);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probes_give_the_same_whole_and_byte_by_byte),
        cmocka_unit_test(every_maximum_has_its_status),
        cmocka_unit_test(each_byte_stands_where_it_may),
        cmocka_unit_test(a_maximum_is_exact_however_fed),
        cmocka_unit_test(fields_are_found_by_lower_case_name),
        cmocka_unit_test(a_failure_says_why),
        cmocka_unit_test(forms_may_have_line_ends),
        cmocka_unit_test(reply_fields_refuse_line_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
