/*
 * Sets of small numbers as bits in words of 64, the lowest bit first. A set has no length of its
 * own: whoever owns the words knows how many there are, and asks for none beyond them.
 */
#ifndef CORE_BITS_H
#define CORE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BITS = 64 };

static inline size_t bits_words(size_t bits)
{
    return (bits + BITS - 1) / BITS;
}

static inline bool bit_is(const uint64_t *set, size_t i)
{
    return set[i / BITS] >> i % BITS & 1;
}

static inline void bit_set(uint64_t *set, size_t i)
{
    set[i / BITS] |= UINT64_C(1) << i % BITS;
}

static inline void bit_clear(uint64_t *set, size_t i)
{
    set[i / BITS] &= ~(UINT64_C(1) << i % BITS);
}

/* [from, until); nothing where until <= from. */
void bits_fill(uint64_t *set, size_t from, size_t until);
void bits_wipe(uint64_t *set, size_t from, size_t until);

bool bits_and(uint64_t *set, const uint64_t *other, size_t words); /* false: nothing is left */
bool bits_any(const uint64_t *set, size_t words);
size_t bits_count(const uint64_t *set, size_t words);

/* The first member >= from, or the first number that is none; `bits` where there is no such. */
size_t bits_next(const uint64_t *set, size_t from, size_t bits);
size_t bits_next_gap(const uint64_t *set, size_t from, size_t bits);

/* Rows become columns: bit j of square[i] goes to bit i of square[j]. */
void bits_turn(uint64_t square[BITS]);

/* Of each run of members only those stay that `length` members begin with, themselves included: by
 * shifting and intersecting, twice as far each time. What lies beyond the words is no member. */
void bits_starts(uint64_t *set, size_t words, size_t length);

#endif
