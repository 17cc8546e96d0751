-- Rules of the institution: rest between meetings, cooling-off after a conflict of interest; and weekly
-- hours that are not of every week.
alter table jamund.office
    add column rest_minutes int not null default 0 check (rest_minutes between 0 and 480),
    add column rest_night_hours int not null default 0 check (rest_night_hours between 0 and 24),
    add column cooling_off_months int not null default 0 check (cooling_off_months between 0 and 120);
analyze jamund.office;

-- Conflicts of interest that have an end. key: what the company is compared with.
create table jamund.conflicts_ended (
    expert_id uuid not null references jamund.experts on delete cascade,
    kind      text not null check (kind in ('company', 'affiliation')),
    subject   text not null check (length(subject) between 1 and 200), -- registration number, or name
    last_day  date not null, -- of the conflict, on the office's clock
    key       text not null generated always as
              (case kind when 'company' then subject else jamund.name_key(subject) end) stored,
    primary key (expert_id, kind, subject)
);
create index conflicts_ended_key on jamund.conflicts_ended (key);

-- core/availability.h says what these mean, and which RRULE they are.
alter table jamund.availability
    drop constraint availability_pkey,
    add column every int not null default 1 check (every between 1 and 52), -- n-th week
    add column nth int[] check (cardinality(nth) between 1 and 10
                                and nth <@ array[1, 2, 3, 4, 5, -1, -2, -3, -4, -5]), -- of the month
    add column first_day date,
    add column last_day date,
    add check (first_day <= last_day),
    add check (every = 1 or first_day is not null and nth is null),
    add constraint availability_once unique nulls not distinct
        (expert_id, weekday, from_minute, until_minute, every, nth, first_day, last_day);
