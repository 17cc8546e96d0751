-- A holiday is a thing of its own: it can be named, and taken away.
alter table jamund.holidays
    add column id uuid not null unique default gen_random_uuid(),
    add constraint holidays_names check (length(ko) between 1 and 100 and length(en) between 1 and 100);

-- Listed in no change_reach: it concerns everybody.
insert into jamund.change_audience (entity, role, shown)
select 'holiday', v.role, true from unnest(array['field', 'coordinator', 'manager', 'admin']) v (role);
