-- S42: the function as it is shipped; the document's own fails on every call.
SELECT day, value, growth_rate FROM calculate_growth_rate('page_views', 3);
SELECT day, value, growth_rate FROM calculate_growth_rate('session_duration');
