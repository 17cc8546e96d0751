-- A holiday is a thing of its own: it can be named, and taken away.
alter table jamund.holidays
    add column id uuid not null unique default gen_random_uuid(),
    add column at timestamptz, -- since when it is one; null: since before this was kept
    add constraint holidays_names check (length(ko) between 1 and 100 and length(en) between 1 and 100);

-- It concerns everybody whose hours it closes, and no calendar of meetings: those stay where they are.
alter table jamund.change_reach alter column reach drop not null; -- null: everybody
insert into jamund.change_reach (entity, reach, feeds) values ('holiday', null, 'nobody');
insert into jamund.change_audience (entity, role, shown)
select 'holiday', v.role, true from unnest(array['field', 'coordinator', 'manager', 'admin']) v (role);
