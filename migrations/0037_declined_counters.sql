-- A COUNTER that came by mail is refused by DECLINECOUNTER (RFC 5546 3.2.8), and an owner hears when an expert's own
-- calendar begins to collide with a meeting.
insert into jamund.message_kinds (kind, standing, sentence) values
('counter_declined', null, 'The time that the reader''s calendar proposed cannot be taken; what stood stands.'),
('collision', null, 'The owner: an expert''s own calendar says that they are busy at the time of a meeting.');

alter table jamund.messages
    add column sequence int, -- the SEQUENCE that it answers; null: its revision's
    add column seat_id uuid; -- whose calendar it is about; no foreign key: it would lock the seat out of the order of all else
create index messages_collision on jamund.messages (seat_id) where kind = 'collision';
