// What POST changes: jobs, aggregates, chunks; and who may not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, rows, sql, startApi } from './harness.mjs';
import { violations } from './schema.mjs';

let api;
let job;
before(async () => {
  sql(`CREATE TABLE runs (at timestamptz DEFAULT now());
    CREATE PROCEDURE notes(job_id integer, config jsonb) LANGUAGE sql AS $$ INSERT INTO runs DEFAULT VALUES $$`);
  job = sql(`SELECT add_job('notes', '1 day', initial_start => '2100-01-01', job_name => 'notes')`);
  api = await startApi();
});
after(async () => {
  sql(`DELETE FROM revenue_metrics WHERE region = 'late'; SELECT delete_job(${job}); DROP PROCEDURE notes; DROP TABLE runs`);
  sql(`CALL refresh_continuous_aggregate('revenue_daily', NULL, NULL)`);
  await api.stop();
});
const post = (path, headers = { 'X-Varve-Action': '1' }) => api.get(path, { method: 'POST', headers });
const state = () => rows(`SELECT state FROM timescaledb_information.job_stats WHERE job_id = ${job}`)[0].state;

test('a job runs, pauses and resumes', async () => {
  const { status, body } = await post(`/v1/admin/jobs/${job}/run`);
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body.data, { done: true });
  const description = (await api.get('/openapi.json')).body;
  assert.equal(description.paths['/v1/admin/jobs/{id}/run'].post.responses[200].$ref, '#/components/responses/done');
  const { schema } = description.components.responses.done.content['application/json'];
  assert.deepEqual(violations(body, schema, description), []);
  await eventually(() => sql('SELECT count(*) FROM runs') === '1', 'the job runs');
  await eventually(() => state() === 'scheduled', 'the run ends');
  assert.equal((await post(`/v1/admin/jobs/${job}/pause`)).status, 200);
  assert.equal(state(), 'paused');
  const paused = await post(`/v1/admin/jobs/${job}/run`);
  assert.equal(paused.status, 409);
  assert.equal(paused.body.type, 'urn:varve:problem:conflict');
  assert.equal((await post(`/v1/admin/jobs/${job}/resume`)).status, 200);
  assert.equal(state(), 'scheduled');
  assert.equal((await post('/v1/admin/jobs/99999/run')).status, 404);
  assert.equal((await post('/v1/admin/jobs/x/run')).status, 400);
});

test('an aggregate is refreshed over a range, and no further', async () => {
  sql(`CALL refresh_continuous_aggregate('revenue_daily', NULL, NULL)`);
  sql(`INSERT INTO revenue_metrics ("time", region, revenue) VALUES ('2026-11-03 12:00+00', 'late', 1), ('2026-11-20 12:00+00', 'late', 1)`);
  const pending = () => rows(`SELECT bucket FROM verify_continuous_aggregate('revenue_daily') WHERE reason = 'refresh pending' ORDER BY 1`).length;
  assert.equal(pending(), 2);
  const { status, text } = await post('/v1/admin/caggs/public/revenue_daily/refresh?from=2026-11-01&to=2026-11-10T00:00:00Z');
  assert.equal(status, 200, text);
  assert.equal(pending(), 1);
  assert.equal((await post('/v1/admin/caggs/public/revenue_daily/refresh')).status, 200);
  assert.equal(pending(), 0);
  for (const [path, expected] of [
    ['revenue_daily/refresh?from=2026-11-02&to=2026-11-01', 400],
    ['revenue_daily/refresh?from=2026-11-02&to=2026-11-02T01:00:00Z', 400],  // PostgreSQL: no whole bucket
    ['revenue_daily/refresh?limit=1', 400],
    ['nothing/refresh', 404],
    ['revenue_metrics/refresh', 404],
    ['x%22%3B%20DROP%20TABLE%20runs/refresh', 404],
  ]) {
    const answer = await post(`/v1/admin/caggs/public/${path}`);
    assert.equal(answer.status, expected, `${path}: ${answer.text}`);
    assert.match(answer.headers.get('content-type'), /problem\+json/);
  }
});

test('a chunk becomes columns, and rows again', async () => {
  sql(`ALTER TABLE revenue_metrics SET (tsdb.enable_columnstore)`);
  const [table] = (await api.get('/v1/admin/hypertables')).body.data.filter(({ name }) => name === 'revenue_metrics');
  const { schema, name } = table.chunks[0];
  const total = sql('SELECT sum(revenue) FROM revenue_metrics');
  const columnar = () => sql(`SELECT is_compressed FROM timescaledb_information.chunks WHERE chunk_name = '${name}'`);
  assert.equal((await post(`/v1/admin/chunks/${schema}/${name}/compress`)).status, 200);
  assert.equal(columnar(), 't');
  assert.equal((await post(`/v1/admin/chunks/${schema}/${name}/decompress`)).status, 200);
  assert.equal(columnar(), 'f');
  assert.equal(sql('SELECT sum(revenue) FROM revenue_metrics'), total);
  assert.equal((await post(`/v1/admin/chunks/${schema}/nothing/compress`)).status, 404);
  sql(`ALTER TABLE revenue_metrics SET (tsdb.enable_columnstore = false)`);
  const refused = await post(`/v1/admin/chunks/${schema}/${name}/compress`);
  assert.equal(refused.status, 409);
  assert.match(refused.body.detail, /columnstore is not enabled/);
});

test('only a page of this service may, that says so, by POST, as a role that may', async () => {
  const path = `/v1/admin/jobs/${job}/pause`;
  const get = await api.get(path);
  assert.equal(get.status, 405);
  assert.equal(get.headers.get('allow'), 'POST');
  assert.equal((await post(path, {})).status, 403);
  assert.equal((await post(path, { 'X-Varve-Action': '1', Origin: 'http://example.org' })).status, 403);
  assert.equal((await api.get(path, { method: 'OPTIONS', headers: { Origin: 'http://example.org', 'Access-Control-Request-Method': 'POST' } })).status, 405);
  assert.equal(state(), 'scheduled');

  const off = await startApi({ 'api.actions': 'off' });
  assert.equal((await off.get(path, { method: 'POST', headers: { 'X-Varve-Action': '1' } })).status, 403);
  await off.stop();

  sql('CREATE ROLE api_stranger LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO api_stranger');
  const stranger = await startApi({}, { PGUSER: 'api_stranger' });
  for (const action of [`jobs/${job}/pause`, `jobs/${job}/run`, 'caggs/public/revenue_daily/refresh']) {
    const answer = await stranger.get(`/v1/admin/${action}`, { method: 'POST', headers: { 'X-Varve-Action': '1' } });
    assert.equal(answer.status, 403, `${action}: ${answer.text}`);
  }
  await stranger.stop();
  sql('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM api_stranger; DROP ROLE api_stranger');
  assert.equal(state(), 'scheduled');
});
