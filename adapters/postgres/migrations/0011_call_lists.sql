-- Lists of calls: all of a client, of a campaign, by how they ended.
create index calls_newest on calls (client_id, created_at desc, id desc);
create index calls_by_campaign on calls (client_id, campaign_id, created_at desc, id desc);
create index calls_by_end_reason on calls (client_id, end_reason, created_at desc, id desc)
  where end_reason is not null;
