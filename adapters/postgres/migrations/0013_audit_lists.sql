-- The audit trail by who, and by what it was done to.
create index audit_log_by_user on audit_log (client_id, user_id, at desc, id desc);
create index audit_log_by_subject on audit_log (client_id, subject_id, at desc, id desc)
  where subject_id is not null;
