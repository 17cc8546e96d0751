-- Writes down what each transaction of the daemon changed of the rows that expert_facts reads, by expert, and
-- what it put into the change log: what the log does not say, the panel in memory does not see. A row that
-- was taken away and put back is no change.
create schema witness;
create table witness.rows (xid xid8, expert uuid, what text, doc jsonb, count int);
create table witness.logged (xid xid8, version bigint);

-- Arguments: the column that names the expert ('': those with a seat in the appointment; '*': in any of the company's),
-- then those that matter.
create function witness.touch() returns trigger language plpgsql security definer set search_path = jamund, witness as $$
begin
    if session_user = 'postgres' then return null; end if; -- the test itself
    insert into rows
    select pg_current_xact_id(), x.expert, tg_table_name, d.doc, r.count
      from (values (case when tg_op <> 'DELETE' then to_jsonb(new) end, 1), (case when tg_op <> 'INSERT' then to_jsonb(old) end, -1)) r (doc, count),
           lateral (select jsonb_object_agg(key, value) as doc from jsonb_each(r.doc) where tg_nargs = 1 or key = any (tg_argv)) d,
           lateral (select (r.doc ->> tg_argv[0])::uuid where tg_argv[0] not in ('', '*')
                    union select s.expert_id from seats s join appointments a on a.id = s.appointment_id where tg_argv[0] = '*'
                             and a.company_id = (r.doc ->> 'id')::uuid
                    union select s.expert_id from seats s where tg_argv[0] = ''
                             and s.appointment_id = coalesce(r.doc ->> 'appointment_id', r.doc ->> 'id')::uuid) x (expert)
     where r.doc is not null and coalesce(r.doc ->> 'kind', 'expert') = 'expert';
    return null;
end $$;
create function witness.log() returns trigger language plpgsql security definer set search_path = witness as $$
begin
    insert into logged values (pg_current_xact_id(), new.version);
    return null;
end $$;

create trigger witness after insert on jamund.change_log for each row execute function witness.log();
create trigger witness after insert or delete or update on jamund.experts for each row execute function witness.touch('id', 'name', 'topics',
    'modes', 'languages', 'term_from', 'term_until', 'cap_per_day', 'cap_per_week', 'hours_per_year', 'buffer_before', 'buffer_after',
    'notice_minutes', 'zone', 'affiliation', 'conflict_companies', 'conflict_affiliations');
create trigger witness after insert or delete or update on jamund.expert_fields for each row execute function witness.touch('expert_id');
create trigger witness after insert or delete or update on jamund.expert_prices for each row execute function witness.touch('expert_id');
create trigger witness after insert or delete or update on jamund.expert_districts for each row execute function witness.touch('expert_id');
create trigger witness after insert or delete or update on jamund.availability for each row execute function witness.touch('expert_id');
create trigger witness after insert or delete or update on jamund.availability_dates for each row execute function witness.touch('expert_id');
create trigger witness after insert or delete or update on jamund.absences for each row
    execute function witness.touch('expert_id', 'during', 'cancelled_at');
create trigger witness after insert or delete or update on jamund.calendars for each row
    execute function witness.touch('expert_id', 'busy', 'removed_at');
create trigger witness after insert or delete or update on jamund.seats for each row
    execute function witness.touch('expert_id', 'appointment_id', 'seat', 'state', 'no_show');
create trigger witness after insert or delete or update on jamund.holds for each row execute function witness.touch('subject');
create trigger witness after insert or delete or update on jamund.appointments for each row
    execute function witness.touch('', 'id', 'state', 'during');
create trigger witness after update on jamund.companies for each row execute function witness.touch('*', 'id', 'district');
create trigger witness after insert or delete or update on jamund.reports for each row
    execute function witness.touch('', 'appointment_id', 'minutes');

create view witness.unheard as
select t.what, t.expert, (select string_agg(c.kind, ',') from witness.logged l join jamund.change_log c using (version) where l.xid = t.xid) as log
  from (select xid, expert, what from witness.rows group by 1, 2, 3, doc having sum(count) <> 0) t
 where not exists (select from witness.logged l, lateral jamund.reached_experts(l.version - 1, l.version) r
                    where l.xid = t.xid and (t.expert = any (r) or array_position(r, null) is not null))
 group by 1, 2, t.xid;
