create or replace view :schema.invariant_webhook_deliveries_once as
select d.endpoint_id, d.event_id, count(*) as deliveries
from (
  select endpoint_id, event_id from :schema.webhook_deliveries
  union all
  select endpoint_id, event_id from :schema.webhook_delivery_history
) as d
where d.event_id is not null
group by d.endpoint_id, d.event_id
having count(*) > 1;

comment on view :schema.invariant_webhook_deliveries_once is
  'Events that have more than one delivery for an endpoint, live and finished together: fan-out writes one, and a replay moves it.';
