// Every answer by value: what the API says is compared with what these few lines compute from the
// rows themselves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rows, sql, startApi } from './harness.mjs';

let api;
before(async () => (api = await startApi()));
after(() => api.stop());

const data = async (path) => {
  const { status, body, text } = await api.get(path);
  assert.equal(status, 200, text);
  return body.data;
};
const range = 'from=2026-11-01&to=2026-11-05T12:00:00Z';
const [from, to] = [Date.parse('2026-11-01T00:00:00Z'), Date.parse('2026-11-05T12:00:00Z')];
const within = (row) => Date.parse(row.time) >= from && Date.parse(row.time) < to;
const day = (row) => row.time.slice(0, 10);
const millis = (time) => Date.parse(time);

/** Exact sums of decimals: as integers of 1/10000. */
const units = (text) => {
  const [whole, fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(4, '0').slice(0, 4));
};
const sum = (list, field) => list.reduce((total, row) => total + units(row[field]), 0n);
const groupBy = (list, key) => Map.groupBy?.(list, key) ??
  list.reduce((groups, row) => groups.set(key(row), [...(groups.get(key(row)) ?? []), row]), new Map());
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const close = (a, b, what) => assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)), `${what}: ${a} is not ${b}`);

test('customer metrics: a customer\'s rows, newest first', async () => {
  const id = '00000000-0000-4000-8000-000000000001';
  const expected = rows(`SELECT * FROM customer_metrics WHERE customer_id = '${id}' ORDER BY "time" DESC, event_id DESC`).filter(within);
  const got = await data(`/v1/customers/${id}/metrics?${range}&limit=1000`);
  assert.ok(expected.length > 50);
  assert.equal(got.length, expected.length);
  got.forEach((row, i) => {
    assert.equal(millis(row.time), millis(expected[i].time));
    assert.match(row.time, /\.\d{6}Z$/);
    assert.equal(row.customerId, id);
    assert.equal(row.metricName, expected[i].metric_name);
    assert.equal(row.metricValue, expected[i].metric_value);
    assert.deepEqual(row.labels, expected[i].labels);
  });
  const logins = await data(`/v1/customers/${id}/metrics?${range}&limit=1000&metric=login`);
  assert.equal(logins.length, expected.filter((r) => r.metric_name === 'login').length);
});

test('customer metrics: microseconds survive', async () => {
  const got = await data('/v1/customers/00000000-0000-4000-8000-000000000002/metrics?from=2026-11-01&to=2026-11-01T01:00:00Z');
  assert.deepEqual(got.map((r) => r.time), ['2026-11-01T00:46:17.123456Z']);
});

test('customer metrics: pages join to the whole, also where times tie', async () => {
  const path = `/v1/customers/00000000-0000-4000-8000-000000000000/metrics?from=2026-11-01&to=2026-11-30`;
  const whole = await data(`${path}&limit=1000`);
  assert.ok(whole.length > 100);
  for (const limit of [1, 7, whole.length]) {
    const joined = [];
    let cursor = '';
    do {
      const { body, status } = await api.get(`${path}&limit=${limit}${cursor && `&cursor=${cursor}`}`);
      assert.equal(status, 200);
      assert.ok(body.data.length <= limit);
      joined.push(...body.data);
      cursor = body.page.next;
    } while (cursor);
    assert.deepEqual(joined, whole, `limit ${limit}`);
  }
});

test('customer metrics: an unknown customer has none', async () => {
  const { status, body } = await api.get('/v1/customers/ffffffff-0000-4000-8000-000000000000/metrics');
  assert.equal(status, 200);
  assert.deepEqual(body.data, []);
  assert.equal(body.page.next, null);
});

test('metric aggregates: mean, extremes and count of each bucket, newest first', async () => {
  const all = rows('SELECT * FROM customer_metrics').filter(within);
  for (const [period, width] of [['hour', 13], ['day', 10], ['minute', 16]]) {
    const groups = groupBy(all.filter((r) => r.metric_name === 'login'), (r) => new Date(r.time).toISOString().slice(0, width));
    const got = await data(`/v1/metrics/login/aggregates?${range}&period=${period}`);
    assert.deepEqual(got.map((b) => b.bucket.slice(0, width)), [...groups.keys()].sort().reverse(), period);
    for (const bucket of got) {
      const values = groups.get(bucket.bucket.slice(0, width)).map((r) => r.metric_value);
      assert.equal(bucket.count, values.length);
      assert.equal(bucket.minValue, Math.min(...values));
      assert.equal(bucket.maxValue, Math.max(...values));
      close(bucket.avgValue, mean(values), bucket.bucket);
    }
  }
});

test('metric aggregates: days, weeks and months are those of the time zone', async () => {
  const berlin = await data(`/v1/metrics/login/aggregates?from=2026-11-02&to=2026-11-04&period=day&tz=Europe/Berlin`);
  assert.deepEqual(berlin.map((b) => b.bucket), ['2026-11-03T23:00:00Z', '2026-11-02T23:00:00Z', '2026-11-01T23:00:00Z']);
  const weeks = await data('/v1/metrics/login/aggregates?from=2026-11-01&to=2026-11-10&period=week');
  assert.deepEqual(weeks.map((b) => b.bucket), ['2026-11-02T00:00:00Z', '2026-10-26T00:00:00Z']);
  const months = await data('/v1/metrics/login/aggregates?from=2026-10-01&to=2026-12-01&period=month&tz=America/New_York');
  assert.deepEqual(months.map((b) => b.bucket), ['2026-11-01T04:00:00Z', '2026-10-01T04:00:00Z']);
  assert.equal(months.reduce((n, b) => n + b.count, 0), Number(sql(`SELECT count(*) FROM customer_metrics WHERE metric_name = 'login'`)));
});

test('metric aggregates: a name with a slash, one customer, an unknown name', async () => {
  const id = '00000000-0000-4000-8000-000000000000';
  const got = await data(`/v1/metrics/http%2Flatency/aggregates?from=2026-11-01&to=2026-12-01&period=month&customerId=${id}`);
  assert.equal(got[0].count, Number(sql(`SELECT count(*) FROM customer_metrics WHERE metric_name = 'http/latency' AND customer_id = '${id}'`)));
  assert.deepEqual(await data('/v1/metrics/nothing/aggregates'), []);
});

test('activity heatmap: 168 cells of local time', async () => {
  const all = rows('SELECT * FROM customer_metrics').filter(within);
  for (const [tz, offset] of [['UTC', 0], ['Asia/Kolkata', 330], ['America/New_York', -300]]) {
    const { cells } = await data(`/v1/activity/heatmap?from=2026-11-01T12:00:00Z&to=2026-11-05T12:00:00Z&tz=${tz}`);
    assert.equal(cells.length, 168);
    const counts = new Map();
    for (const row of all.filter((r) => millis(r.time) >= Date.parse('2026-11-01T12:00:00Z'))) {
      const local = new Date(millis(row.time) + offset * 60_000);
      const key = `${local.getUTCDay()} ${local.getUTCHours()}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    cells.forEach((cell, i) => {
      assert.equal(cell.dow * 24 + cell.hour, i);
      assert.equal(cell.count, counts.get(`${cell.dow} ${cell.hour}`) ?? 0, `${tz}: ${JSON.stringify(cell)}`);
    });
  }
});

test('revenue summary: totals, the range before, growth, days', async () => {
  const all = rows('SELECT "time", revenue::text, profit::text, orders_count FROM revenue_metrics');
  const between = (a, b) => all.filter((r) => millis(r.time) >= Date.parse(a) && millis(r.time) < Date.parse(b));
  const now = between('2026-11-05T00:00:00Z', '2026-11-08T00:00:00Z');
  const before_ = between('2026-11-02T00:00:00Z', '2026-11-05T00:00:00Z');
  const got = await data('/v1/revenue/summary?from=2026-11-05&to=2026-11-08');
  const orders = (list) => list.reduce((n, r) => n + r.orders_count, 0);

  assert.equal(units(got.totalRevenue), sum(now, 'revenue'));
  assert.equal(units(got.totalProfit), sum(now, 'profit'));
  assert.equal(got.totalOrders, orders(now));
  assert.equal(units(got.previous.totalRevenue), sum(before_, 'revenue'));
  assert.equal(units(got.previous.totalProfit), sum(before_, 'profit'));
  assert.equal(got.previous.totalOrders, orders(before_));
  assert.equal(millis(got.previous.from), Date.parse('2026-11-02T00:00:00Z'));
  assert.equal(millis(got.previous.to), Date.parse('2026-11-05T00:00:00Z'));
  const growth = (Number(sum(now, 'revenue')) / Number(sum(before_, 'revenue')) - 1) * 100;
  assert.ok(Math.abs(got.growthRate - growth) < 1e-4);

  const days = groupBy(now, day);
  assert.deepEqual(got.dailyData.map((d) => d.day), ['2026-11-07T00:00:00Z', '2026-11-06T00:00:00Z', '2026-11-05T00:00:00Z']);
  for (const d of got.dailyData) {
    const list = days.get(d.day.slice(0, 10));
    assert.equal(units(d.totalRevenue), sum(list, 'revenue'));
    assert.equal(units(d.totalProfit), sum(list, 'profit'));
    assert.equal(d.totalOrders, orders(list));
    const average = Number(sum(list, 'revenue')) / 10_000 / orders(list);
    assert.ok(Math.abs(Number(d.avgOrderValue) - average) <= 0.005000001);
  }
});

test('revenue summary: no revenue before is no growth, no revenue at all is zero', async () => {
  const first = await data('/v1/revenue/summary?from=2026-11-01&to=2026-11-02');
  assert.equal(first.growthRate, null);
  const none = await data('/v1/revenue/summary?from=2020-01-01&to=2020-01-02');
  assert.deepEqual([none.totalRevenue, none.totalProfit, none.totalOrders, none.dailyData], ['0', '0', 0, []]);
});

test('money is exact beyond what a double holds', async () => {
  const got = await data('/v1/revenue/summary?from=2026-12-01&to=2026-12-02');
  assert.equal(got.totalRevenue, '12345678901234567.8901');
  assert.equal(got.totalProfit, '0.0001');
  const regions = await data('/v1/revenue/by-region?from=2026-12-01&to=2026-12-02');
  assert.equal(regions[0].totalRevenue, '12345678901234567.8901');
});

test('revenue by region: each day and region, newest day first, largest first', async () => {
  const all = rows('SELECT "time", region, revenue::text, profit::text, orders_count FROM revenue_metrics').filter(within);
  const groups = groupBy(all, (r) => `${day(r)} ${r.region}`);
  const got = await data(`/v1/revenue/by-region?${range}`);
  assert.equal(got.length, groups.size);
  got.forEach((g, i) => {
    const list = groups.get(`${g.day.slice(0, 10)} ${g.region}`);
    assert.equal(units(g.totalRevenue), sum(list, 'revenue'));
    assert.equal(units(g.totalProfit), sum(list, 'profit'));
    assert.equal(g.totalOrders, list.reduce((n, r) => n + r.orders_count, 0));
    const next = got[i + 1];
    if (next) assert.ok(g.day > next.day || (g.day === next.day && units(g.totalRevenue) >= units(next.totalRevenue)));
  });
});

test('payment status breakdown: each day and status', async () => {
  const all = rows('SELECT "time", status, amount::text, fraud_score FROM payment_metrics').filter(within);
  const groups = groupBy(all, (r) => `${day(r)} ${r.status}`);
  const got = await data(`/v1/payments/status-breakdown?${range}`);
  assert.equal(got.length, groups.size);
  for (const g of got) {
    const list = groups.get(`${g.day.slice(0, 10)} ${g.status}`);
    assert.equal(g.paymentCount, list.length);
    assert.equal(units(g.totalAmount), sum(list, 'amount'));
    close(g.avgFraudScore, mean(list.map((r) => r.fraud_score).filter((s) => s !== null)), 'score');
  }
});

const payments = () => rows('SELECT "time", payment_id, customer_id, amount::text, status, payment_method, fraud_score, event_id FROM payment_metrics').filter(within);

test('fraud anomalies: payments above the threshold, the most suspect first', async () => {
  const order = (a, b) => b.fraud_score - a.fraud_score || millis(b.time) - millis(a.time) || (a.event_id < b.event_id ? 1 : -1);
  for (const [query, keep] of [
    ['', (r) => r.fraud_score > 80],
    ['&minScore=90', (r) => r.fraud_score > 90],
    ['&minScore=0', (r) => r.fraud_score > 0],
    ['&customerId=00000000-0000-4000-8000-000000000001', (r) => r.fraud_score > 80 && r.customer_id.endsWith('1')],
    ['&status=FAILED', (r) => r.fraud_score > 80 && r.status === 'FAILED'],
  ]) {
    const expected = payments().filter(keep).sort(order);
    const got = await data(`/v1/fraud/anomalies?${range}&limit=1000${query}`);
    assert.ok(expected.length > 3, query);
    assert.deepEqual(got.map((a) => a.paymentId), expected.map((r) => r.payment_id), query);
    got.forEach((a, i) => {
      assert.equal(units(a.amount), units(expected[i].amount));
      assert.equal(a.fraudScore, expected[i].fraud_score);
      assert.equal(a.customerId, expected[i].customer_id);
      assert.equal(a.paymentMethod, expected[i].payment_method);
      assert.equal(millis(a.timestamp), millis(expected[i].time));
      assert.deepEqual(a.reasons.map((r) => [r.rule, r.observed]), [['score_threshold', a.fraudScore]]);
    });
  }
});

test('fraud anomalies: pages join to the whole', async () => {
  const path = `/v1/fraud/anomalies?${range}&minScore=50`;
  const whole = await data(`${path}&limit=1000`);
  const joined = [];
  let cursor = '';
  do {
    const { body } = await api.get(`${path}&limit=7${cursor && `&cursor=${cursor}`}`);
    joined.push(...body.data);
    cursor = body.page.next;
  } while (cursor);
  assert.ok(whole.length > 14);
  assert.deepEqual(joined, whole);
});

test('fraud patterns: the overall mean is that of the payments', async () => {
  const all = payments();
  const got = await data(`/v1/fraud/patterns?${range}`);
  assert.equal(got.totalPayments, all.length);
  const scored = (list) => list.map((r) => r.fraud_score).filter((s) => s !== null);
  close(got.avgFraudScore, mean(scored(all)), 'overall');
  const unweighted = mean(got.patterns.map((p) => p.avgFraudScore));
  assert.ok(Math.abs(got.avgFraudScore - unweighted) > 0.01, 'the data can tell the two means apart');
  const groups = groupBy(all, (r) => `${r.payment_method} ${r.status}`);
  assert.equal(got.patterns.length, groups.size);
  got.patterns.forEach((p, i) => {
    const list = groups.get(`${p.paymentMethod} ${p.status}`);
    assert.equal(p.count, list.length);
    assert.equal(units(p.totalAmount), sum(list, 'amount'));
    close(p.avgFraudScore, mean(scored(list)), 'pattern');
    if (i > 0) assert.ok(got.patterns[i - 1].avgFraudScore >= p.avgFraudScore);
  });
  assert.deepEqual(await data('/v1/fraud/patterns?from=2020-01-01&to=2020-01-02'), { totalPayments: 0, avgFraudScore: null, patterns: [] });
});

test('system metrics: one service, newest first, in pages and in buckets', async () => {
  const all = rows(`SELECT * FROM system_metrics WHERE service_name = 'search' ORDER BY "time" DESC`).filter(within);
  const path = '/v1/system/search/metrics?from=2026-11-01&to=2026-11-05T12:00:00Z';
  const joined = [];
  let cursor = '';
  do {
    const { body } = await api.get(`${path}${cursor && `&cursor=${cursor}`}`);
    joined.push(...body.data);
    cursor = body.page.next;
  } while (cursor);
  assert.equal(joined.length, all.length);
  joined.forEach((p, i) => {
    assert.equal(millis(p.time), millis(all[i].time));
    assert.deepEqual(
      [p.serviceName, p.cpuUsage, p.memoryUsage, p.requestRate, p.errorRate, p.latencyP99, p.instance],
      ['search', all[i].cpu_usage, all[i].memory_usage, all[i].request_rate, all[i].error_rate, all[i].latency_p99, 'a']);
  });

  const groups = groupBy(all, (r) => r.time.slice(0, 13));
  const buckets = await data(`${path}&period=hour`);
  assert.equal(buckets.length, groups.size);
  for (const b of buckets) {
    const list = groups.get(b.time.slice(0, 13));
    close(b.cpuUsage, mean(list.map((r) => r.cpu_usage)), 'cpu');
    assert.equal(b.latencyP99, Math.max(...list.map((r) => r.latency_p99)));
  }
});

test('system metrics: a service that exists has no rows in a range, one that does not is not found', async () => {
  assert.deepEqual(await data('/v1/system/search/metrics?from=2020-01-01&to=2020-01-02'), []);
  for (const query of ['', '?period=hour']) {
    const { status, body } = await api.get(`/v1/system/nothing/metrics${query}`);
    assert.equal(status, 404);
    assert.equal(body.type, 'urn:varve:problem:not-found');
  }
});

test('system health: the worst rule of the window, the worst service', async () => {
  const got = await data('/v1/system/health');
  const health = Object.fromEntries(got.services.map((s) => [s.serviceName, s.health]));
  assert.deepEqual(health, { batch: 'UNKNOWN', billing: 'DEGRADED', gateway: 'HEALTHY', payments: 'CRITICAL' },
    'retired was last seen more than a week ago, search only in a fixed past');
  assert.equal(got.overallHealth, 'CRITICAL');
  const service = (name) => got.services.find((s) => s.serviceName === name);
  const reasons = (name) => service(name).reasons.map((r) => [r.metric, r.observed, r.threshold, r.health]);
  assert.deepEqual(reasons('gateway'), [], 'just below every limit');
  assert.deepEqual(reasons('billing'), [['avgCpu', 80, 80, 'DEGRADED'], ['maxLatency', 1000, 1000, 'DEGRADED']], 'at the limit; two hours ago does not count');
  assert.deepEqual(reasons('payments'), [
    ['avgCpu', 96, 95, 'CRITICAL'], ['avgErrorRate', 5, 5, 'CRITICAL'], ['maxLatency', 5000, 5000, 'CRITICAL'], ['avgMemory', 86, 85, 'DEGRADED']]);
  assert.deepEqual(reasons('batch'), [['samples', 0, 1, 'UNKNOWN']]);
  assert.deepEqual([service('billing').avgCpu, service('billing').maxLatency, service('billing').samples], [80, 1000, 2]);

  const day = await data('/v1/system/health?window=1d');
  assert.equal(day.services.find((s) => s.serviceName === 'billing').health, 'CRITICAL');
  const minutes = await data('/v1/system/health?window=5m');
  assert.equal(minutes.overallHealth, 'UNKNOWN');
});

test('days=N is today and the days before it, in UTC', async () => {
  const { body } = await api.get('/v1/revenue/summary?days=3');
  const today = new Date(body.meta.asOf);
  today.setUTCHours(0, 0, 0, 0);
  assert.equal(millis(body.meta.from), today.getTime() - 2 * 86_400_000);
  assert.equal(body.meta.to, body.meta.asOf);
  assert.ok(Math.abs(Date.now() - millis(body.meta.asOf)) < 60_000);
  assert.equal(body.meta.source, 'cagg');
});
