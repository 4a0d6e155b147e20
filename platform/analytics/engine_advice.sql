-- What advise() finds, warnings first, and the rules that are kept.
SELECT coalesce(json_agg(json_build_object(
           'rule', a.rule, 'title', a.title, 'relation', a.relation::text, 'severity', a.severity, 'finding', a.finding, 'repair', a.repair)
       ORDER BY array_position(ARRAY['warning', 'info', 'ok'], a.severity), a.rule, a.relation::text, a.finding), '[]')
FROM advise() a
