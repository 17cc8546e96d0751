-- What comes in by mail: answers of calendar programs (RFC 5546, 6047), reports that a mail of ours could
-- not be delivered (RFC 3464), and what is neither.

-- Why something that came in waits for somebody, or changed nothing; a row for each reason that is given.
create table jamund.reply_reasons (
    reason text primary key check (reason ~ '^[a-z_]{3,20}$'),
    ko     text not null,
    en     text not null
);
insert into jamund.reply_reasons (reason, ko, en) values
('unknown_token', '이 회신 주소를 발급한 적이 없습니다.', 'The address it was sent to was never given to anybody.'),
('no_token', '초대 메일의 회신 주소로 온 답이 아닙니다.', 'It did not come to the address that the invitation gave.'),
('unknown_uid', '이 일정은 저희가 보낸 일정이 아닙니다.', 'It is about an appointment that is not ours.'),
('other_uid', '회신 주소와 일정이 서로 맞지 않습니다.', 'The address it was sent to belongs to another appointment.'),
('other_sender', '초대받은 분이 아닌 다른 사람이 보냈습니다.', 'It was sent by somebody who was not invited.'),
('other_attendee', '초대받은 분이 아닌 다른 참석자의 답입니다.', 'It answers for somebody who was not invited.'),
('attendees', '답하는 참석자가 한 사람이 아닙니다.', 'It does not answer for exactly one attendee.'),
('delegated', '다른 사람에게 위임했습니다.', 'The expert delegates it to somebody else.'),
('recurrence', '되풀이되는 일정의 한 회차에 대한 답입니다.', 'It answers for one occurrence of a meeting that does not recur.'),
('older', '더 나중의 답이 이미 있습니다.', 'A later answer has been taken already.'),
('moved', '그 뒤에 시간이나 장소가 바뀌었습니다.', 'The time or the place has changed since.'),
('gone', '이미 끝난 부탁이나 취소된 일정에 대한 답입니다.', 'It answers an offer or a meeting that has ended.'),
('over', '이미 지난 일정에 대한 답입니다.', 'It answers a meeting that is over.'),
('guest', '초대받은 기업이나 직원이 참석하지 않겠다거나 시간을 바꾸자고 합니다.', 'A guest of the meeting does not come, or wants another time.'),
('unsure', '수락하신 분이 미정으로 바꾸었습니다.', 'An expert who had accepted is not sure any more.'),
('times', '받아들일 수 없는 시간을 제안했습니다.', 'It proposes a time that cannot be taken.'),
('no_time', '시간 제안이 아닌 변경을 요청했습니다.', 'It asks for a change that is not another time.'),
('accepted', '이미 수락한 일정의 시간 변경을 제안했습니다.', 'It proposes another time for a meeting that had been accepted.'),
('refused', '규칙에 걸려 답을 반영하지 못했습니다.', 'A rule stood against it.'),
('method', '저희가 처리하지 않는 일정 메일입니다.', 'A calendar message of a kind that is not an answer.'),
('unreadable', '일정 부분을 읽을 수 없습니다.', 'Its calendar part cannot be read.'),
('tnef', 'Outlook 전용 형식(winmail.dat)이라 읽을 수 없습니다.', 'It is in Outlook''s own format (winmail.dat) and cannot be read.'),
('no_answer', '일정 답장이 아닌 메일입니다.', 'A mail, and no calendar''s answer.'),
('automatic', '자동 응답입니다.', 'An automatic reply.'),
('not_ours', '저희가 보낸 메일이 아닙니다.', 'Not about a mail of ours.'),
('not_failed', '아직 배달되지 않았을 뿐입니다.', 'The mail is late, or was delivered after all.'),
('stranger', '모르는 사람이 보낸 메일입니다.', 'A mail from a stranger.');

-- One row for each answer that came in. Idempotent by the message's bytes: digest is their SHA-256, nth counts the
-- answers of one message. state: done (it changed something), same (it is so already), old (a later answer or
-- meeting made it meaningless), late (nobody needs it any more), noted (kept; it changes nothing), dropped (not an
-- answer), waiting (for a coordinator), dismissed (who has looked at it).
create table jamund.replies (
    id             uuid primary key default gen_random_uuid(),
    seq            bigint generated always as identity,
    digest         text not null check (digest ~ '^[0-9a-f]{64}$'),
    nth            int not null,
    at             timestamptz not null,
    via            text not null check (via in ('lmtp', 'deliver', 'imap')),
    state          text not null check (state in ('done', 'same', 'old', 'late', 'noted', 'dropped', 'waiting', 'dismissed')),
    kind           text not null check (kind in ('reply', 'counter', 'refresh', 'bounce', 'mail')),
    why            text references jamund.reply_reasons,
    appointment_id uuid references jamund.appointments,
    viewer         text check (viewer in ('expert', 'company', 'field', 'coordinator')), -- whose answer, as in messages
    party          uuid,
    seat_id        uuid references jamund.seats, -- of an expert
    message_id     uuid references jamund.messages, -- of ours, that could not be delivered
    uid            text check (length(uid) <= 255),
    sequence       int,
    stamp          timestamptz,
    partstat       text check (length(partstat) <= 20),
    starts         timestamptz, -- what is proposed
    ends           timestamptz,
    sender         text check (length(sender) <= 254), -- kept while somebody may have to look
    attendee       text check (length(attendee) <= 254),
    comment        text check (length(comment) <= 2000),
    dismissed_at   timestamptz,
    dismissed_by   uuid references jamund.users,
    unique (digest, nth),
    check ((state = 'dismissed') = (dismissed_at is not null))
);
create index replies_seq on jamund.replies (state, seq);
create index replies_appointment on jamund.replies (appointment_id, seq);
create index replies_at on jamund.replies (at) where state <> 'waiting';

-- The last answer of each attendee, by SEQUENCE and then DTSTAMP (RFC 5546 2.1.5).
create table jamund.reply_marks (
    appointment_id uuid not null references jamund.appointments,
    viewer         text not null,
    party          uuid not null,
    sequence       int not null,
    stamp          timestamptz not null,
    primary key (appointment_id, viewer, party)
);

-- When the expert was last asked anew: by a move, or after a proposal that was refused; null: not since the seat was made.
alter table jamund.seats add column asked_at timestamptz;

-- Addresses from which mail came back, until something shows that they work.
create table jamund.bounces (
    email      text primary key check (email = lower(email)),
    at         timestamptz not null,
    status     text not null check (status ~ '^([245][.][0-9]{1,3}[.][0-9]{1,3})?$'), -- RFC 3463
    message_id uuid not null references jamund.messages
);

insert into jamund.lifecycles (entity, from_state, to_state, verb, sentence) values
('message', 'sent', 'bounced', 'bounce', 'It came back: nobody can be reached there.'),
('message', 'sending', 'bounced', 'bounce', 'It came back before we wrote down that it had left.'),
('message', 'bounced', 'queued', 'replay', 'A coordinator sends it again.');

insert into jamund.waiting_kinds (kind, place, ko, en) values
('reply', 55, '메일 회신 확인', 'Replies to look at');

insert into jamund.change_audience (entity, role, shown)
select 'reply', v.role, v.shown
  from unnest(array['field', 'coordinator', 'manager', 'admin'], array[false, true, true, false]) v (role, shown);
insert into jamund.change_reach (entity, reach, feeds) values ('reply', 'nobody', 'nobody');

insert into jamund.disclosures (fact, viewer, shown)
select fact, v.viewer, v.shown
  from (values
    --                                 expert company field  coord. manager admin  gateway
    ('reply.sender',             array[false, false,  false, true,  true,   false, false]),
    ('reply.attendee',           array[false, false,  false, true,  true,   false, false]),
    ('reply.comment',            array[false, false,  false, true,  true,   false, false]),
    ('expert.email_bounced_at',  array[false, false,  false, true,  true,   true,  false]),
    ('contact.email_bounced_at', array[false, false,  true,  true,  true,   false, false])
  ) as m (fact, cells),
  lateral (select * from unnest(array['expert', 'company', 'field', 'coordinator', 'manager', 'admin', 'gateway'],
                                m.cells) as u (viewer, shown)) v;
