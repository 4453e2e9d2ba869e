-- The three streams of Nexmark (Tucker et al., "NEXMark: A Benchmark for Queries over Data Streams"), as the Apache Beam suite shapes them.
create table person (id bigint, name text, email text, credit_card text, city text, state text, date_time timestamp);
create table auction (id bigint, item_name text, description text, initial_bid bigint, reserve bigint, date_time timestamp, expires timestamp, seller bigint, category bigint);
create table bid (auction bigint, bidder bigint, price bigint, channel text, url text, date_time timestamp);
create table side_input (key bigint, value text);
