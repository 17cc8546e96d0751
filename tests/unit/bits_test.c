/* core/bits against one bit after the other. */
#include "core/bits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MOST = 5, MOST = WORDS_MOST * BITS };

static uint64_t dice = 1;

static uint64_t draw(void)
{
    dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return dice >> 32;
}

/* Runs of members and of none, of any length. */
static void draw_set(uint64_t *set, size_t words)
{
    memset(set, 0, words * sizeof *set);
    for (size_t at = draw() % 100; at < words * BITS;) {
        size_t run = draw() % (draw() % 3 ? 20 : 200), end = at + run;
        bits_fill(set, at, end < words * BITS ? end : words * BITS);
        at = end + 1 + draw() % 30;
    }
}

static void ranges_are_filled_and_wiped(void **state)
{
    (void)state;
    for (int round = 0; round < 2000; round++) {
        uint64_t set[WORDS_MOST], was[WORDS_MOST];
        draw_set(set, WORDS_MOST);
        memcpy(was, set, sizeof set);
        size_t from = draw() % (MOST + 1), until = draw() % (MOST + 1);
        bool fill = round % 2;
        if (fill)
            bits_fill(set, from, until);
        else
            bits_wipe(set, from, until);
        size_t count = 0;
        for (size_t i = 0; i < MOST; i++) {
            bool in = i >= from && i < until;
            assert_int_equal(bit_is(set, i), in ? fill : bit_is(was, i));
            count += bit_is(set, i);
        }
        assert_int_equal(bits_count(set, WORDS_MOST), count);
        assert_int_equal(bits_any(set, WORDS_MOST), count > 0);
    }
}

static void the_next_member_and_the_next_gap_are_found(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        uint64_t set[WORDS_MOST];
        size_t bits = draw() % (MOST + 1);
        draw_set(set, WORDS_MOST);
        for (size_t from = 0; from <= bits; from++) {
            size_t member = from, gap = from;
            while (member < bits && !bit_is(set, member))
                member++;
            while (gap < bits && bit_is(set, gap))
                gap++;
            assert_int_equal(bits_next(set, from, bits), member);
            assert_int_equal(bits_next_gap(set, from, bits), gap);
        }
    }
}

static void starts_have_members_enough_behind_them(void **state)
{
    (void)state;
    for (int round = 0; round < 2000; round++) {
        uint64_t set[WORDS_MOST], was[WORDS_MOST];
        size_t words = 1 + draw() % WORDS_MOST, length = 1 + draw() % (draw() % 2 ? 20 : 300);
        draw_set(set, words);
        memcpy(was, set, sizeof set);
        bits_starts(set, words, length);
        for (size_t i = 0; i < words * BITS; i++) {
            size_t end = i;
            while (end < words * BITS && bit_is(was, end))
                end++;
            assert_int_equal(bit_is(set, i), end - i >= length);
        }
    }
}

static void what_two_sets_share_is_left(void **state)
{
    (void)state;
    for (int round = 0; round < 500; round++) {
        uint64_t set[WORDS_MOST], other[WORDS_MOST], both[WORDS_MOST];
        draw_set(set, WORDS_MOST);
        draw_set(other, WORDS_MOST);
        memcpy(both, set, sizeof set);
        bool any = bits_and(both, other, WORDS_MOST);
        assert_int_equal(any, bits_any(both, WORDS_MOST));
        for (size_t i = 0; i < MOST; i++)
            assert_int_equal(bit_is(both, i), bit_is(set, i) && bit_is(other, i));
    }
}

static void a_square_is_turned(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        uint64_t square[BITS], was[BITS];
        for (size_t i = 0; i < BITS; i++)
            square[i] = draw() << 32 ^ draw();
        memcpy(was, square, sizeof square);
        bits_turn(square);
        for (size_t i = 0; i < BITS; i++)
            for (size_t j = 0; j < BITS; j++)
                assert_int_equal(bit_is(&square[j], i), bit_is(&was[i], j));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_filled_and_wiped),
        cmocka_unit_test(the_next_member_and_the_next_gap_are_found),
        cmocka_unit_test(starts_have_members_enough_behind_them),
        cmocka_unit_test(what_two_sets_share_is_left),
        cmocka_unit_test(a_square_is_turned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
