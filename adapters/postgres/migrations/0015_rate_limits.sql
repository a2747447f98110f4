-- Token buckets: by the hash of what is limited (an address, a token, a person's e-mail address), when the bucket is full
-- again. Unlogged, so that taking a token waits for no disk: after a crash every bucket is full. Room is left on each page
-- for the next version of a row, which then needs no new index entry.
create unlogged table rate_limits (
  key bytea primary key,
  full_at timestamptz not null
) with (fillfactor = 50);
grant select, insert, update, delete on rate_limits to app_auth;
