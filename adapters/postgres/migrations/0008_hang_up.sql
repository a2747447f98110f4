-- When the studio asked the simulated network to end a call; null when it did not.
alter table phone_network.calls add column hung_up_at timestamptz(3);
