create or replace view :schema.usage_kinds as
select
  k.kind,
  k.unit,
  k.side,
  k.priced_as,
  k.optional,
  k.max_unit_price,
  k.reason
from (
  values
    -- Dearest known: 0.0006 USD (o1-pro output). Above 0.001 it is a price per thousand or per million tokens.
    ('input', 'token', 'input', null::text, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('input_image', 'token', 'input', 'input', false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('input_video', 'token', 'input', 'input', false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('input_audio', 'token', 'input', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_read', 'token', 'input', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_read_image', 'token', 'input', 'cache_read', false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_read_video', 'token', 'input', 'cache_read', false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_read_audio', 'token', 'input', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_write', 'token', 'input', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_write_1h', 'token', 'input', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('cache_write_audio', 'token', 'input', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('output', 'token', 'output', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('reasoning', 'token', 'output', 'output', false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('output_image', 'token', 'output', 'output', false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('output_audio', 'token', 'output', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    ('citation', 'token', 'output', null, false, 0.001, 'A price per thousand or per million tokens entered as a price per token.'),
    -- Dearest known: 0.0455 USD (reserved model capacity); speech costs 0.0001 to 0.001 a second.
    ('seconds', 'second', 'input', null, false, 0.5, 'A price per hour entered as a price per second.'),
    ('audio_seconds', 'second', 'input', null, false, 0.5, 'A price per hour entered as a price per second.'),
    ('video_seconds', 'second', 'input', null, false, 0.5, 'A price per hour entered as a price per second.'),
    ('output_seconds', 'second', 'output', null, false, 5, 'A price per minute or hour entered as a price per second; made video costs up to 0.5 a second.'),
    -- Dearest known: 0.00005 USD (speech); 30 USD a million characters is 0.00003.
    ('characters', 'character', 'input', null, false, 0.001, 'A price per thousand or per million characters entered as a price per character.'),
    ('output_characters', 'character', 'output', null, false, 0.001, 'A price per thousand or per million characters entered as a price per character.'),
    -- Dearest known: 0.24 USD an image made, 0.0145 USD an image read.
    ('images', 'image', 'output', null, false, 10, 'A price per hundred or thousand images entered as a price per image.'),
    ('input_images', 'image', 'input', null, false, 10, 'A price per hundred or thousand images entered as a price per image.'),
    -- Dearest known: 0.00000025 USD.
    ('pixels', 'pixel', 'output', null, false, 0.0001, 'A price per image entered as a price per pixel.'),
    ('input_pixels', 'pixel', 'input', null, false, 0.0001, 'A price per image entered as a price per pixel.'),
    -- Dearest known: 0.05 USD (a web search with a large context); 14 USD a thousand requests is 0.014.
    ('requests', 'request', 'input', null, true, 1, 'A price per thousand requests entered as a price per request.'),
    ('web_searches', 'search', 'input', null, false, 1, 'A price per thousand searches entered as a price per search.'),
    ('web_searches_low', 'search', 'input', null, false, 1, 'A price per thousand searches entered as a price per search.'),
    ('web_searches_medium', 'search', 'input', null, false, 1, 'A price per thousand searches entered as a price per search.'),
    ('web_searches_high', 'search', 'input', null, false, 1, 'A price per thousand searches entered as a price per search.')
) as k (kind, unit, side, priced_as, optional, max_unit_price, reason);

comment on view :schema.usage_kinds is
  'Kinds of usage, which never overlap: unit, side, the kind whose rate it takes when a price has none of its own (null: it is then flagged), whether it may go unpriced, and the rate above which a price entry is refused.';
