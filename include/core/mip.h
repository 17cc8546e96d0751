/*
 * A mixed-integer programme, as plain arrays: maximise the sum of value * x, each x between 0 and 1
 * and whole, where it says so; each row's sum of coef * x at most (or exactly) its limit; a row has
 * one entry for a column at most. What the core cannot prove by itself it hands over in this form
 * (core/plan.h), and tests judge with it.
 */
#ifndef CORE_MIP_H
#define CORE_MIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mip_end {
    MIP_NONE,    /* no solver, no time, no answer: nothing is known */
    MIP_BETTER,  /* a better solution, proved best */
    MIP_FOUND,   /* a better solution, not proved */
    MIP_NOTHING, /* proved: there is none better */
};

struct mip_entry {
    int row, column;
    int64_t coef;
};

struct mip {
    const int64_t *value; /* by column */
    const bool *whole;
    int columns;
    const int64_t *limit; /* by row */
    const bool *exactly;
    int rows;
    const struct mip_entry *entry;
    size_t entries;
};

#endif
