-- Follow-up until solved: meetings entered afterwards, what a company asks for by its link, its rating.
update jamund.lifecycles set sentence = 'The meeting did take place after all, or was entered afterwards.'
 where entity = 'request' and from_state = 'open' and to_state = 'done';

alter table jamund.office
    add column rating_delay_hours int not null default 20 check (rating_delay_hours between 0 and 720),
    add column rating_days int not null default 30 check (rating_days between 1 and 365);

insert into jamund.message_kinds (kind, standing, sentence) values
('wished', null, 'The owner: the company asks for another time.'),
('called_off', null, 'The owner: the company cancelled.'),
('kept', null, 'The company: the time it asked to leave stays.'),
('rating', null, 'The company: how was the consultation?');

-- Another time that a company asked for by its link; its last word counts. during: the time it asked
-- to leave. Open while that time stands, is to come, and the owner has not said that it stays.
create table jamund.wishes (
    appointment_id uuid primary key references jamund.appointments,
    during         tstzrange not null,
    proposals      timestamptz[] not null check (cardinality(proposals) <= 3),
    note           text check (length(note) <= 2000),
    times          int not null check (times between 1 and 5), -- how often it was said of this time
    wished_at      timestamptz not null,
    settled_at     timestamptz
);

create table jamund.ratings (
    appointment_id uuid primary key references jamund.appointments,
    stars          int not null check (stars between 1 and 5),
    comment        text check (length(comment) <= 2000),
    times          int not null check (times between 1 and 20), -- how often it was said
    rated_at       timestamptz not null
);

insert into jamund.disclosures (fact, viewer, shown)
select fact, v.viewer, v.shown
  from (values --                 expert company field  coord. manager admin
               ('wish.note',      array[false, true,  true,  true, true, false]),
               ('rating.comment', array[false, true,  false, true, true, false])) m (fact, cells),
  lateral (select * from unnest(
    array['expert', 'company', 'field', 'coordinator', 'manager', 'admin'], m.cells) as u (viewer, shown)) v;
