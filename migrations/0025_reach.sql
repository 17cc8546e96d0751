-- Of a company's change, too: where a meeting takes place follows from its district. The office's settings are not
-- listed in change_reach: a change of these concerns everybody.
alter table jamund.change_reach drop constraint change_reach_reach_check,
    add constraint change_reach_reach_check check (reach in ('expert', 'appointment', 'request', 'company', 'nobody'));
update jamund.change_reach set reach = 'company' where entity = 'company';
create index appointments_company on jamund.appointments (company_id);

insert into jamund.change_audience (entity, role, shown)
select 'office', v.role, v.shown
  from unnest(array['field', 'coordinator', 'manager', 'admin'], array[false, false, false, true]) v (role, shown);
