-- A refusal of proposals takes nothing back and gives nothing new: what its reader knew stands. (Who had
-- been invited before a move has it in the calendar; the end must be a CANCEL.)
update jamund.message_kinds set standing = null where kind = 'refused';
