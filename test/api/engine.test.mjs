// The engine as the API tells of it, and answers from continuous aggregates: the same as from the rows,
// whether these are fresh, have late rows, or cover a part of the range.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rows, sql, startApi } from './harness.mjs';

let api;
before(async () => (api = await startApi()));
after(async () => {
  sql(`DELETE FROM revenue_metrics WHERE region = 'late'`);
  await api.stop();
});
const answer = async (path) => {
  const { status, body, text } = await api.get(path);
  assert.equal(status, 200, text);
  return body;
};
const data = async (path) => (await answer(path)).data;
const refresh = (name) => sql(`CALL refresh_continuous_aggregate('${name}', NULL, NULL)`);

const ranges = ['from=2026-11-02&to=2026-11-05', 'from=2026-11-02T07:30:00Z&to=2026-11-06T18:00:00Z', 'from=2026-11-03T10:00:00Z&to=2026-11-04T09:00:00Z'];
/** The total of a range, by PostgreSQL, from the rows. */
const revenue = (range) => {
  const query = new URLSearchParams(range);
  return sql(`SELECT coalesce(sum(revenue), 0) FROM revenue_metrics WHERE "time" >= '${query.get('from')}Z'::timestamptz AND "time" < '${query.get('to')}Z'::timestamptz`
    .replaceAll('ZZ', 'Z'));
};

test('revenue and payments come from aggregates where these answer, and say so', async () => {
  const asked = async () => Promise.all(ranges.flatMap((range) => [answer(`/v1/revenue/summary?${range}`), answer(`/v1/payments/status-breakdown?${range}`)]));
  const unrefreshed = await asked();
  refresh('revenue_daily');
  refresh('payment_status_daily');
  const refreshed = await asked();
  refreshed.forEach((body, i) => assert.deepEqual(body.data, unrefreshed[i].data, `${i}`));
  assert.deepEqual(refreshed.map((body) => body.meta.source), ['cagg', 'cagg', 'cagg', 'cagg', 'raw', 'raw']);
  for (const [i, range] of ranges.entries()) assert.equal(Number(refreshed[2 * i].data.totalRevenue), Number(revenue(range)), range);
});

test('a late row is in the answer at once, and from the aggregate after the next refresh', async () => {
  const path = `/v1/revenue/summary?${ranges[0]}`;
  refresh('revenue_daily');
  const before_ = await answer(path);
  sql(`INSERT INTO revenue_metrics ("time", region, revenue) VALUES ('2026-11-03 12:00+00', 'late', 1000)`);
  const late = await answer(path);
  assert.equal(late.meta.source, 'raw');
  assert.equal(Number(late.data.totalRevenue), Number(before_.data.totalRevenue) + 1000);
  refresh('revenue_daily');
  const fresh = await answer(path);
  assert.equal(fresh.meta.source, 'cagg');
  assert.deepEqual(fresh.data, late.data);
});

test('the heatmap and regions come from aggregates in whole quarters and days, and say so', async () => {
  const asked = async () => Promise.all([...ranges, 'from=2026-11-03T10:05:00Z&to=2026-11-03T10:14:00Z'].flatMap((range) =>
    [answer(`/v1/activity/heatmap?${range}&tz=Asia/Kathmandu`), answer(`/v1/revenue/by-region?${range}`)]));
  const unrefreshed = await asked();
  refresh('customer_activity_quarterly');
  refresh('revenue_region_daily');
  const refreshed = await asked();
  refreshed.forEach((body, i) => assert.deepEqual(body.data, unrefreshed[i].data, `${i}`));
  assert.deepEqual(refreshed.map((body) => body.meta.source), ['cagg', 'cagg', 'cagg', 'cagg', 'cagg', 'raw', 'raw', 'raw']);
  assert.ok(refreshed[0].data.cells.some(({ count }) => count > 0));
  const [path] = ranges;
  sql(`INSERT INTO revenue_metrics ("time", region, revenue) VALUES ('2026-11-03 12:00+00', 'later', 1000)`);
  const late = await answer(`/v1/revenue/by-region?${path}`);
  assert.equal(late.meta.source, 'raw');
  assert.ok(late.data.some(({ region, totalRevenue }) => region === 'later' && Number(totalRevenue) === 1000));
  refresh('revenue_region_daily');
  const fresh = await answer(`/v1/revenue/by-region?${path}`);
  assert.equal(fresh.meta.source, 'cagg');
  assert.deepEqual(fresh.data, late.data);
  sql(`DELETE FROM revenue_metrics WHERE region = 'later'`);
  refresh('revenue_daily');
});

test('hypertables: sizes and chunks', async () => {
  const tables = await data('/v1/admin/hypertables');
  assert.deepEqual(tables.map((t) => t.name), ['customer_metrics', 'order_metrics', 'payment_metrics', 'revenue_metrics', 'system_metrics']);
  for (const table of tables) {
    const chunks = rows(`SELECT chunk_name AS name, range_start FROM timescaledb_information.chunks WHERE hypertable_name = '${table.name}' ORDER BY range_start`);
    assert.deepEqual(table.chunks.map((c) => c.name), chunks.map((c) => c.name));
    assert.equal(table.chunkCount, chunks.length);
    assert.ok(table.chunkCount === 0 || table.totalBytes > 0);
    table.chunks.forEach((chunk, i) => {
      assert.equal(Date.parse(chunk.rangeStart), Date.parse(chunks[i].range_start));
      assert.equal(Date.parse(chunk.rangeEnd) - Date.parse(chunk.rangeStart), 2 * 86_400_000);
    });
  }
});

test('aggregates: watermark, what is pending, policies', async () => {
  sql(`SELECT add_continuous_aggregate_policy('revenue_daily', NULL, interval '1 hour', interval '30 minutes', initial_start => '2100-01-01')`);
  sql(`INSERT INTO revenue_metrics ("time", region, revenue) VALUES ('2026-11-03 13:00+00', 'late', 1000)`);
  const aggregates = await data('/v1/admin/caggs');
  assert.deepEqual(aggregates.map((a) => a.name), ['customer_activity_hourly', 'customer_activity_quarterly', 'payment_status_daily', 'revenue_daily', 'revenue_region_daily']);
  const daily = aggregates[3];
  assert.equal(daily.source, 'revenue_metrics');
  assert.equal(daily.pendingRanges, 1);
  assert.equal(daily.pendingBuckets, 1);
  assert.equal(daily.watermark, '2026-12-02T00:00:00Z');
  assert.equal(aggregates[0].watermark, null);
  assert.match(daily.definition, /revenue_metrics/);
  assert.deepEqual(daily.policies.map((p) => [p.endOffset, p.state, p.nextStart, p.lastRunStatus]), [['01:00:00', 'scheduled', '2100-01-01T00:00:00Z', null]]
    .map((p) => [daily.policies[0].endOffset, ...p.slice(1)]));
  sql(`SELECT remove_continuous_aggregate_policy('revenue_daily')`);
});

test('jobs and their runs: failures come first, with the error', async () => {
  sql(`CREATE PROCEDURE breaks(job_id integer, config jsonb) LANGUAGE plpgsql AS $$ BEGIN RAISE 'it broke' USING ERRCODE = '22012'; END $$`);
  const id = Number(sql(`SELECT add_job('breaks', '1 day', '{"key": 1}', job_name => 'breaks')`));
  try {
    const found = async () => (await data('/v1/admin/jobs')).find((job) => job.jobId === id);
    let job;
    for (let i = 0; i < 1000 && (job = await found()).lastRunStatus !== 'Failed'; ++i) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(job.lastRunStatus, 'Failed');
    assert.equal(job.state, 'retrying');
    assert.equal(job.lastError, 'it broke');
    assert.deepEqual(job.config, { key: 1 });
    const jobs = await data('/v1/admin/jobs');
    assert.equal(jobs[0].jobId, id);
    assert.ok(jobs.some((other) => other.procedure === 'policy_job_stat_history_retention' && other.state === 'scheduled'));
    const [run] = await data(`/v1/admin/jobs/${id}/runs`);
    assert.deepEqual([run.outcome, run.sqlState, run.error], ['failed', '22012', 'it broke']);
    assert.ok(run.seconds >= 0);
  } finally {
    sql(`SELECT delete_job(${id})`);
  }
  for (const [path, status] of [['999999', 404], ['x', 400], ['-1', 400]]) {
    assert.equal((await api.get(`/v1/admin/jobs/${path}/runs`)).status, status, path);
  }
});

test('advice: every rule, warnings first', async () => {
  const advice = await data('/v1/admin/advice');
  assert.equal(new Set(advice.map((a) => a.rule)).size, 21);
  const ranks = advice.map((a) => ['warning', 'info', 'ok'].indexOf(a.severity));
  assert.deepEqual(ranks, [...ranks].sort());
  assert.ok(advice.some((a) => a.rule === 'B17' && a.relation === 'revenue_metrics' && /add_retention_policy/.test(a.repair)));
});
