-- Of a user's change the log tells, however it was made; migrations/api/people.sql says how.
create function jamund.user_changed() returns trigger language plpgsql as 'begin return null; end';
create trigger users_changed after update of role, active, name on jamund.users for each row
    when ((old.role, old.active, old.name) is distinct from (new.role, new.active, new.name))
    execute function jamund.user_changed();
