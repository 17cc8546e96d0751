-- A wish of a company for another time waits for the owner, too.
insert into jamund.waiting_kinds (kind, place, ko, en) values
('other_time', 45, '기업의 시간 변경 요청', 'Company asks for another time');
