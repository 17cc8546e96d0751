-- What companies ask for by their link waits on the worklist, too.
insert into jamund.waiting_kinds (kind, place, ko, en) values
('wished', 70, '기업의 시간 변경 요청', 'Another time asked for');
create index wishes_open on jamund.wishes (appointment_id) where settled_at is null;
