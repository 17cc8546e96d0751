-- A COUNTER that came by mail is refused by DECLINECOUNTER (RFC 5546 3.2.8).
insert into jamund.message_kinds (kind, standing, sentence) values
('counter_declined', null, 'The time that the reader''s calendar proposed cannot be taken; what stood stands.');

alter table jamund.messages
    add column sequence int; -- the SEQUENCE that it answers; null: its revision's
