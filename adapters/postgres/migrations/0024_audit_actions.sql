-- The audit trail by what was done, however rarely.
create index audit_log_by_action on audit_log (client_id, action, at desc, id desc);
