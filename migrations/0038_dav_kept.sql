-- api.dav_look() tells more (api/dav.sql): another return type, so it is made anew.
drop function if exists api.dav_look(text, text, jsonb);
