-- The Nexmark queries that need neither window functions nor sessions, in Postgres' SQL: tumbling windows by date_bin, hopping ones by the hops that a row lies in.

-- q0: pass through
select auction, bidder, price, date_time from bid;

-- q1: currency conversion
select auction, bidder, 0.908 * price as price, date_time from bid;

-- q2: selection
select auction, price from bid where mod(auction, 3) = 0;

-- q3: local item suggestion
select p.name, p.city, p.state, a.id from auction a join person p on a.seller = p.id where a.category = 10 and p.state in ('or', 'id', 'ca');

-- q4: average price for a category
select category, avg(final) from (
  select max(b.price) as final, a.category from auction a, bid b where a.id = b.auction and b.date_time between a.date_time and a.expires group by a.id, a.category) q
group by category;

-- q5: hot items
select ab.auction, ab.hop, ab.num from (
  select b.auction, h.hop, count(*) as num
  from bid b, lateral generate_series(date_bin('2 seconds', b.date_time, '2000-01-01') - interval '8 seconds', date_bin('2 seconds', b.date_time, '2000-01-01'), interval '2 seconds') as h(hop)
  group by b.auction, h.hop) ab
join (
  select max(c.num) as maxn, c.hop from (
    select count(*) as num, h.hop
    from bid b, lateral generate_series(date_bin('2 seconds', b.date_time, '2000-01-01') - interval '8 seconds', date_bin('2 seconds', b.date_time, '2000-01-01'), interval '2 seconds') as h(hop)
    group by b.auction, h.hop) c
  group by c.hop) mb on ab.hop = mb.hop and ab.num >= mb.maxn;

-- q7: highest bid
select b.auction, b.price, b.bidder, b.date_time from bid b join (
  select max(price) as maxprice, date_bin('10 seconds', date_time, '2000-01-01') as start from bid group by 2) top
on b.price = top.maxprice and date_bin('10 seconds', b.date_time, '2000-01-01') = top.start;

-- q8: monitor new users
select p.id, p.name, p.start from (select id, name, date_bin('10 seconds', date_time, '2000-01-01') as start from person group by 1, 2, 3) p
join (select seller, date_bin('10 seconds', date_time, '2000-01-01') as start from auction group by 1, 2) a on p.id = a.seller and p.start = a.start;

-- q9: winning bids
select distinct on (a.id) a.id, a.item_name, a.seller, b.bidder, b.price, b.date_time from auction a join bid b on a.id = b.auction
where b.date_time between a.date_time and a.expires order by a.id, b.price desc, b.date_time, b.bidder;

-- q13: bounded side input join
select b.auction, b.bidder, b.price, b.date_time, s.value from bid b join side_input s on mod(b.auction, 10) = s.key;

-- q14: calculation
select auction, bidder, 0.908 * price as price,
  case when extract(hour from date_time) >= 8 and extract(hour from date_time) <= 18 then 'day' when extract(hour from date_time) <= 6 or extract(hour from date_time) >= 20 then 'night' else 'other' end as bid_time,
  length(url) - length(replace(url, 'c', '')) as c_counts
from bid where 0.908 * price > 50 and 0.908 * price < 500;

-- q15: bidding statistics
select to_char(date_time, 'YYYY-MM-DD') as day, count(*) as total_bids, count(*) filter (where price < 100) as rank1_bids, count(*) filter (where price >= 100 and price < 300) as rank2_bids,
  count(*) filter (where price >= 300) as rank3_bids, count(distinct bidder) as total_bidders, count(distinct bidder) filter (where price < 100) as rank1_bidders,
  count(distinct auction) as total_auctions, count(distinct auction) filter (where price >= 300) as rank3_auctions
from bid group by to_char(date_time, 'YYYY-MM-DD');

-- q16: channel statistics
select channel, to_char(date_time, 'YYYY-MM-DD') as day, max(to_char(date_time, 'HH24:MI')) as minute, count(*) as total_bids, count(*) filter (where price < 100) as rank1_bids,
  count(distinct bidder) as total_bidders, count(distinct auction) filter (where price >= 300) as rank3_auctions
from bid group by channel, to_char(date_time, 'YYYY-MM-DD');

-- q17: auction statistics
select auction, to_char(date_time, 'YYYY-MM-DD') as day, count(*) as total_bids, min(price) as min_price, max(price) as max_price, avg(price) as avg_price, sum(price) as sum_price
from bid group by auction, to_char(date_time, 'YYYY-MM-DD');

-- q18: the last bid of each bidder
select distinct on (bidder, auction) * from bid order by bidder, auction, date_time desc, price, channel, url;

-- q19: the ten best bids of each auction
select b.* from (select distinct auction from bid) a, lateral (select * from bid where bid.auction = a.auction order by price desc, date_time, bidder, channel limit 10) b;

-- q20: bids with their auctions
select b.auction, b.bidder, b.price, b.channel, a.item_name, a.initial_bid, a.expires, a.category from bid b join auction a on b.auction = a.id where a.category = 10;

-- q21: channel ids
select auction, bidder, price, channel,
  case when lower(channel) = 'apple' then '0' when lower(channel) = 'google' then '1' when lower(channel) = 'facebook' then '2' when lower(channel) = 'baidu' then '3' else (regexp_match(url, '(&|^)channel_id=([^&]*)'))[2] end as channel_id
from bid where (regexp_match(url, '(&|^)channel_id=([^&]*)'))[2] is not null or lower(channel) in ('apple', 'google', 'facebook', 'baidu');

-- q22: directories of a url
select auction, bidder, price, channel, split_part(url, '/', 4) as dir1, split_part(url, '/', 5) as dir2, split_part(url, '/', 6) as dir3 from bid;
