/*
 * The shapes of this service: what bodies and queries may hold (src/form/shapes_in.c) and what
 * replies hold (src/form/shapes_out.c). One line of a list here makes a shape known everywhere: to
 * the fuzzer, to the tests and to whoever prints them.
 */
#ifndef FORM_SHAPES_H
#define FORM_SHAPES_H

#include "form/shape.h"

#define SHAPES_IN(X)                                                                               \
    X(expert) /* POST and PUT, and a row of the import */                                          \
    X(availability)                                                                                \
    X(absence)                                                                                     \
    X(pause)                                                                                       \
    X(hand_over)                                                                                   \
    X(company)                                                                                     \
    X(contact)                                                                                     \
    X(place)                                                                                       \
    X(case)                                                                                        \
    X(triage)                                                                                      \
    X(close)                                                                                       \
    X(reopen)                                                                                      \
    X(request)                                                                                     \
    X(withdraw)                                                                                    \
    X(appointment)                                                                                 \
    X(request_reopen)                                                                              \
    X(move)                                                                                        \
    X(reassign)                                                                                    \
    X(counter)                                                                                     \
    X(take)                                                                                        \
    X(refuse)                                                                                      \
    X(drop_out)                                                                                    \
    X(no_show)                                                                                     \
    X(correct)                                                                                     \
    X(accept)                                                                                      \
    X(decline)                                                                                     \
    X(cancel)                                                                                      \
    X(keep)                                                                                        \
    X(report)                                                                                      \
    X(session)                                                                                     \
    X(nothing) /* {}: the path says it all */                                                      \
    X(answer)  /* the form of the link page */                                                     \
    X(company_answer)                                                                              \
    X(rating)                                                                                      \
    X(hours) /* those of an expert's own page */                                                   \
    X(expert_query)                                                                                \
    X(company_query)                                                                               \
    X(case_query)                                                                                  \
    X(request_query)                                                                               \
    X(candidates_query)                                                                            \
    X(appointment_query)                                                                           \
    X(seat_query)                                                                                  \
    X(message_query)                                                                               \
    X(changes_query)                                                                               \
    X(worklist_query)                                                                              \
    X(page_query)

#define SHAPES_OUT(X)                                                                              \
    X(expert)                                                                                      \
    X(availability)                                                                                \
    X(absence)                                                                                     \
    X(absences)                                                                                    \
    X(collisions)                                                                                  \
    X(link)                                                                                        \
    X(hand_over)                                                                                   \
    X(company)                                                                                     \
    X(contact)                                                                                     \
    X(place)                                                                                       \
    X(case)                                                                                        \
    X(request)                                                                                     \
    X(candidates)                                                                                  \
    X(seat)                                                                                        \
    X(appointment)                                                                                 \
    X(report)                                                                                      \
    X(feed)                                                                                        \
    X(message)                                                                                     \
    X(problem)                                                                                     \
    X(experts)                                                                                     \
    X(companies)                                                                                   \
    X(places)                                                                                      \
    X(cases)                                                                                       \
    X(requests)                                                                                    \
    X(appointments)                                                                                \
    X(messages)                                                                                    \
    X(worklist)                                                                                    \
    X(codes)

#define SHAPE_IN(name) extern const struct shape shape_##name;
#define SHAPE_OUT(name) extern const struct shape reply_##name;
SHAPES_IN(SHAPE_IN)
SHAPES_OUT(SHAPE_OUT)
#undef SHAPE_IN
#undef SHAPE_OUT

extern const struct shape *const shapes_in[];  /* every one of SHAPES_IN; ends with NULL */
extern const struct shape *const shapes_out[]; /* every one of SHAPES_OUT; ends with NULL */

#endif
