-- Run by a superuser when a cluster is made (again: changes nothing). The owner migrates; the
-- daemon's role owns nothing and may do only what the migrations grant it: execute in schema api.
set client_min_messages = warning;
do $$
begin
    if not exists (select from pg_roles where rolname = 'jamund_owner') then
        create role jamund_owner login;
    end if;
    if not exists (select from pg_roles where rolname = 'jamund') then
        create role jamund login;
    end if;
end
$$;
