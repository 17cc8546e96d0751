-- Whom a change of an entity may concern of what the daemons keep of the experts in memory
-- (api/panel.sql): the expert itself, those who have or had a seat in the appointment or in any of
-- the request's, or nobody. A change of an entity that is not listed concerns everybody.
create table jamund.change_reach (
    entity text primary key,
    reach  text not null check (reach in ('expert', 'appointment', 'request', 'nobody'))
);
insert into jamund.change_reach (entity, reach) values
('expert', 'expert'),
('appointment', 'appointment'),
('request', 'request'), -- withdrawn, its meeting ends
('place', 'nobody'),
('company', 'nobody'),
('case', 'nobody'),
('message', 'nobody'),
('webhook', 'nobody'),
('user', 'nobody'),
('token', 'nobody');
