-- Recordings that an agent's platform keeps: where, and what it takes to fetch them.
alter table calls add column agent_recording_url text;
alter table assistants add column webhook_api_key text;
alter table assistants add column webhook_recording_hosts jsonb not null default '[]';
alter table assistants add check (webhook_api_key is null or webhook_secret is not null);
