-- Whose stream of changes (GET /v1/changes) shows which entity's. An entity that is not listed is
-- shown to nobody. The reading routes say the same of the things themselves; a test compares.
create table jamund.change_audience (
    entity text not null,
    role   text not null check (role in ('field', 'coordinator', 'manager', 'admin')),
    shown  boolean not null,
    primary key (entity, role)
);
insert into jamund.change_audience (entity, role, shown)
select entity, v.role, v.shown
  from (values
    --             field  coord. manager admin
    ('expert',      array[true,  true,  true,  true]),
    ('place',       array[true,  true,  true,  true]),
    ('company',     array[true,  true,  true,  false]),
    ('case',        array[true,  true,  true,  false]),
    ('request',     array[true,  true,  true,  false]),
    ('appointment', array[true,  true,  true,  false]),
    ('message',     array[false, true,  true,  false]),
    ('webhook',     array[false, false, true,  true]),
    ('user',        array[false, false, false, true]),
    ('token',       array[false, false, false, true])
  ) m (entity, cells),
  lateral (select * from unnest(array['field', 'coordinator', 'manager', 'admin'], m.cells) as u (role, shown)) v;

-- Both go into lines of an event stream.
alter table jamund.change_log
    add constraint change_log_entity check (entity ~ '^[a-z_]{1,40}$'),
    add constraint change_log_kind check (kind ~ '^[a-z_.-]{1,80}$');
