-- How an assistant's platform reports to us. The secret must be readable: it is a key, not a password.
alter table assistants add column webhook_platform text;
alter table assistants add column webhook_secret text;
alter table assistants add check (webhook_platform in ('studio', 'elevenlabs', 'vapi'));
alter table assistants add check ((webhook_platform is null) = (webhook_secret is null));
-- A webhook's address names the assistant alone, whose client nobody knows yet.
create index assistants_id on assistants (id);
