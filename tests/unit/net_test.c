/* base/net and base/sign: whom we call, and how they know that it is us. */
#include "base/id.h"
#include "base/net.h"
#include "base/sign.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

static bool allowed(const struct net_list *also, const char *text)
{
    struct sockaddr_storage room = {0};
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
        memcpy(&room, &in, sizeof in);
    else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
        memcpy(&room, &in6, sizeof in6);
    else
        fail_msg("%s is no address", text);
    bool literal, ok = net_allowed(also, (struct sockaddr *)&room);
    assert_int_equal(net_host_allowed(also, text, &literal), ok);
    assert_true(literal);
    return ok;
}

static const struct {
    const char *address;
    bool is_public;
} rows[] = {
    {"1.1.1.1", true},
    {"8.8.8.8", true},
    {"0.0.0.0", false},
    {"0.1.2.3", false},
    {"9.255.255.255", true},
    {"10.0.0.0", false},
    {"10.255.255.255", false},
    {"11.0.0.0", true},
    {"100.63.255.255", true},
    {"100.64.0.0", false},
    {"100.127.255.255", false},
    {"100.128.0.0", true},
    {"126.255.255.255", true},
    {"127.0.0.1", false},
    {"127.255.255.255", false},
    {"128.0.0.1", true},
    {"169.253.255.255", true},
    {"169.254.169.254", false},
    {"169.255.0.0", true},
    {"172.15.255.255", true},
    {"172.16.0.0", false},
    {"172.31.255.255", false},
    {"172.32.0.0", true},
    {"192.0.0.1", false},
    {"192.0.1.1", true},
    {"192.0.2.1", false},
    {"192.88.99.1", false},
    {"192.167.255.255", true},
    {"192.168.0.0", false},
    {"192.168.255.255", false},
    {"192.169.0.0", true},
    {"198.17.255.255", true},
    {"198.18.0.0", false},
    {"198.19.255.255", false},
    {"198.20.0.0", true},
    {"198.51.100.7", false},
    {"203.0.113.7", false},
    {"223.255.255.255", true},
    {"224.0.0.1", false},
    {"239.255.255.255", false},
    {"240.0.0.1", false},
    {"255.255.255.255", false},
    {"::", false},
    {"::1", false},
    {"::ffff:8.8.8.8", false},
    {"::ffff:127.0.0.1", false},
    {"::8.8.8.8", false},
    {"64:ff9b::808:808", false},
    {"100::1", false},
    {"1fff:ffff::1", false},
    {"2000::1", true},
    {"2001::1", false},
    {"2001:1ff:ffff::1", false},
    {"2001:200::1", true},
    {"2001:db8::1", false},
    {"2001:db9::1", true},
    {"2002:7f00:1::1", false},
    {"2606:4700:4700::1111", true},
    {"3ffe::1", true},
    {"3fff::1", false},
    {"3fff:fff::1", false},
    {"3fff:1000::1", true},
    {"4000::1", false},
    {"fc00::1", false},
    {"fd12:3456::1", false},
    {"fe80::1", false},
    {"fec0::1", false},
    {"ff02::1", false},
};

static void only_public_addresses_are_called(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (allowed(NULL, rows[i].address) != rows[i].is_public)
            fail_msg("%s", rows[i].address);
    struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/tmp/x"};
    assert_false(net_allowed(NULL, (struct sockaddr *)&local));
    bool literal;
    assert_true(net_host_allowed(NULL, "sms.example.kr", &literal));
    assert_false(literal);
}

static void a_setting_lets_others_in(void **state)
{
    (void)state;
    struct net_list also;
    assert_true(net_list_read(" 127.0.0.0/8,10.1.2.3, 172.16.0.0/30  fd00::/8,::1", &also));
    assert_int_equal(also.count, 5);
    static const char *const in[] = {"127.1.2.3", "10.1.2.3", "172.16.0.3",  "fd99::1",
                                     "::1",       "1.1.1.1",  "2606:4700::1"};
    static const char *const out[] = {"10.1.2.4", "172.16.0.4",       "fc00::1",
                                      "::2",      "::ffff:127.0.0.1", "169.254.169.254"};
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        assert_true(allowed(&also, in[i]));
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        assert_false(allowed(&also, out[i]));
    assert_true(net_list_read("0.0.0.0/0", &also));
    assert_true(allowed(&also, "10.0.0.1"));
    assert_false(allowed(&also, "::1"));
    assert_true(net_list_read("::/0", &also));
    assert_false(allowed(&also, "::ffff:10.0.0.1")); /* never, whatever the list */
}

static void a_list_that_cannot_be_read_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "localhost",
        "127.0.0.1/33",
        "127.0.0.1/",
        "127.0.0.1/a",
        "::1/129",
        "1.2.3",
        "1.2.3.4/-1",
        "1.2.3.4/8/8",
        "0x7f.0.0.1",
        "1.2.3.4;5.6.7.8",
        "1.2.3.4/000008",
        "fd00::/8:1",
        ("1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 "
         "1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1"),
        "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111/1"};
    struct net_list list = {.count = 7};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (net_list_read(bad[i], &list))
            fail_msg("%s", bad[i]);
    assert_int_equal(list.count, 7);
    assert_true(net_list_read("", &list));
    assert_int_equal(list.count, 0);
    assert_true(net_list_read(" , ", &list));
    assert_int_equal(list.count, 0);
}

/* The example of the specification. */
static void signatures_are_the_standards(void **state)
{
    (void)state;
    static const char secret[] = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    static const char body[] = "{\"test\": 2432232314}";
    uint8_t key[64];
    char out[SIGN_LEN + 1];
    size_t n;
    assert_int_equal(sodium_base642bin(key, sizeof key, secret, strlen(secret), NULL, &n, NULL,
                                       sodium_base64_VARIANT_ORIGINAL),
                     0);
    sign_body(key, n, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
              (struct sign_part){body, strlen(body)}, out);
    assert_string_equal(out, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert_int_equal(strlen(out), SIGN_LEN);
    char other[SIGN_LEN + 1];
    sign_body(key, n, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265331,
              (struct sign_part){body, strlen(body)}, other);
    assert_string_not_equal(out, other);
}

static void secrets_derive_and_are_shown_as_the_standard_says(void **state)
{
    (void)state;
    static const char hook[] = "7b0f3b5e-2b1e-4c5e-9a59-0a4c3f0f8a11";
    uint8_t key[ID_KEY_BYTES] = {1}, one[SIGN_SECRET_BYTES], two[SIGN_SECRET_BYTES],
            back[SIGN_SECRET_BYTES];
    char text[SIGN_SECRET_LEN + 1];
    size_t n;
    id_derive(key, "webhook 1", hook, one);
    id_derive(key, "webhook 2", hook, two);
    assert_memory_not_equal(one, two, sizeof one);
    sign_secret_text(one, text);
    assert_int_equal(strlen(text), SIGN_SECRET_LEN);
    assert_memory_equal(text, "whsec_", 6);
    assert_int_equal(sodium_base642bin(back, sizeof back, text + 6, strlen(text + 6), NULL, &n,
                                       NULL, sodium_base64_VARIANT_ORIGINAL),
                     0);
    assert_memory_equal(back, one, sizeof one);
}

int main(void)
{
    id_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_public_addresses_are_called),
        cmocka_unit_test(a_setting_lets_others_in),
        cmocka_unit_test(a_list_that_cannot_be_read_is_refused),
        cmocka_unit_test(signatures_are_the_standards),
        cmocka_unit_test(secrets_derive_and_are_shown_as_the_standard_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
