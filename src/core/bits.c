#include "core/bits.h"

static void mask_range(uint64_t *set, size_t from, size_t until, bool fill)
{
    while (from < until) {
        size_t in = from % BITS, n = BITS - in < until - from ? BITS - in : until - from;
        uint64_t mask = (n == BITS ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1) << in;
        if (fill)
            set[from / BITS] |= mask;
        else
            set[from / BITS] &= ~mask;
        from += n;
    }
}

void bits_fill(uint64_t *set, size_t from, size_t until)
{
    mask_range(set, from, until, true);
}

void bits_wipe(uint64_t *set, size_t from, size_t until)
{
    mask_range(set, from, until, false);
}

bool bits_and(uint64_t *set, const uint64_t *other, size_t words)
{
    uint64_t any = 0;
    for (size_t i = 0; i < words; i++)
        any |= set[i] &= other[i];
    return any != 0;
}

bool bits_any(const uint64_t *set, size_t words)
{
    uint64_t any = 0;
    for (size_t i = 0; i < words; i++)
        any |= set[i];
    return any != 0;
}

size_t bits_count(const uint64_t *set, size_t words)
{
    size_t n = 0;
    for (size_t i = 0; i < words; i++)
        n += (size_t)__builtin_popcountll(set[i]);
    return n;
}

/* The first bit >= from of the words, each turned around by `flip`. */
static size_t next(const uint64_t *set, size_t from, size_t bits, uint64_t flip)
{
    for (size_t i = from / BITS; from < bits; from = ++i * BITS) {
        uint64_t word = (set[i] ^ flip) >> from % BITS;
        if (word) {
            size_t at = from + (size_t)__builtin_ctzll(word);
            return at < bits ? at : bits;
        }
    }
    return bits;
}

size_t bits_next(const uint64_t *set, size_t from, size_t bits)
{
    return next(set, from, bits, 0);
}

size_t bits_next_gap(const uint64_t *set, size_t from, size_t bits)
{
    return next(set, from, bits, ~UINT64_C(0));
}

/* set &= set >> by, where 0 < by: the words ahead are read before they change. */
static void and_shifted(uint64_t *set, size_t words, size_t by)
{
    size_t skip = by / BITS, low = by % BITS, i = 0;
    if (low == 0)
        for (; i + skip < words; i++)
            set[i] &= set[i + skip];
    else
        for (; i + skip + 1 < words; i++)
            set[i] &= set[i + skip] >> low | set[i + skip + 1] << (BITS - low);
    for (; i < words; i++)
        set[i] &= low && i + skip < words ? set[i + skip] >> low : 0;
}

void bits_starts(uint64_t *set, size_t words, size_t length)
{
    for (size_t have = 1; have < length;) {
        size_t by = have < length - have ? have : length - have;
        and_shifted(set, words, by);
        have += by;
    }
}

/* Blocks off the diagonal change places, then those within each block, half as large each time. */
void bits_turn(uint64_t square[BITS])
{
    uint64_t low = UINT64_C(0xffffffff);
    for (size_t half = BITS / 2; half > 0; half /= 2, low ^= low << half)
        for (size_t i = 0; i < BITS; i += 2 * half)
            for (size_t j = i; j < i + half; j++) {
                uint64_t swap = ((square[j] >> half) ^ square[j + half]) & low;
                square[j + half] ^= swap;
                square[j] ^= swap << half;
            }
}
