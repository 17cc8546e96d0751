-- Follow-up until solved: meetings entered afterwards, what a company asks for by its link, its rating.
update jamund.lifecycles set sentence = 'The meeting did take place after all, or was entered afterwards.'
 where entity = 'request' and from_state = 'open' and to_state = 'done';
