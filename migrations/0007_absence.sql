-- Hours of single dates, absences as things of their own, and the expert's page.

-- The hours of one date in the expert's own zone, minutes of the local day; they replace the weekly
-- ones, on a holiday too. None: closed that day.
create table jamund.availability_dates (
    expert_id uuid not null references jamund.experts on delete cascade,
    day       date not null,
    windows   int4multirange not null check (windows <@ '{[0,1440)}'),
    primary key (expert_id, day)
);

-- When hours may have changed last: what was booked later is within them.
alter table jamund.experts add column hours_at timestamptz;
-- Whether somebody set them here: then a roster that is imported again leaves them alone.
alter table jamund.experts add column hours_own boolean not null default false;

-- An absence that ends before its time is shortened; one that never began is cancelled.
alter table jamund.absences
    add column version int not null default 1,
    add column created_at timestamptz,
    add column cancelled_at timestamptz,
    add constraint absences_reason check (length(reason) <= 2000);
update jamund.absences set created_at = lower(during);
alter table jamund.absences alter column created_at set not null;

insert into jamund.disclosures (fact, viewer, shown)
select 'absence.reason', v.viewer, v.shown
  from unnest(array['expert', 'company', 'field', 'coordinator', 'manager', 'admin'],
              array[true, false, false, true, true, true]) v (viewer, shown);

-- A link may be revoked: an expert's, when a new one is made.
alter table jamund.links add column revoked_at timestamptz;
drop index jamund.links_expert;
create unique index links_expert on jamund.links (expert_id, purpose) where revoked_at is null;
