// The database goes and comes back; the service stops when it is told.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { eventually, lock, openStream, raw, server, sql, startApi } from './harness.mjs';

let api;
before(async () => (api = await startApi()));
after(() => api.kill('SIGKILL'));

test('while the database is away answers are 503, and all is well when it is back', async () => {
  const client = await openStream(api.port);
  await client.next('heartbeat');
  assert.equal((await api.get('/v1/revenue/summary')).status, 200);
  assert.equal((await api.get('/readyz')).status, 200);

  server('stop');
  for (const path of ['/v1/revenue/summary', '/v1/fraud/anomalies', '/readyz']) {
    const { status, headers, body } = await api.get(path);
    assert.equal(status, 503, path);
    assert.equal(body.type, 'urn:varve:problem:unavailable');
    assert.ok(Number(headers.get('retry-after')) > 0);
  }
  assert.equal((await api.get('/healthz')).status, 200);
  assert.equal((await api.get('/metrics')).status, 200);

  server('start');
  assert.equal((await api.get('/readyz')).status, 200);
  assert.equal((await api.get('/v1/revenue/summary')).status, 200);
  await client.next('resync');
  sql(`SELECT pg_notify('varve_events', '{"n":1}')`);
  assert.equal((await client.next('ingest')).data, '{"n":1}');
  client.close();
});

test('a restart between two requests costs no request', async () => {
  // Every worker has had its connection.
  await Promise.all(Array.from({ length: 40 }, () => api.get('/v1/fraud/patterns')));
  server('stop');
  server('start');
  const answers = await Promise.all(Array.from({ length: 40 }, () => api.get('/v1/fraud/patterns')));
  assert.deepEqual(answers.map((a) => a.status), Array(40).fill(200));
});

test('a backend that is killed costs no request either', async () => {
  sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'varved api'`);
  assert.equal((await api.get('/v1/fraud/patterns')).status, 200);
});

test('SIGTERM: what is asked is answered, streams end, nothing new is taken, exit code 0', async () => {
  const client = await openStream(api.port);
  await client.next('heartbeat');
  const held = await lock('payment_metrics');
  const answer = api.get('/v1/fraud/patterns');
  await eventually(() => sql(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'varved api' AND wait_event_type = 'Lock'`), 'the query waits');
  api.kill('SIGTERM');
  await client.ended();
  await assert.rejects(raw(api.port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'), /ECONNREFUSED/);
  await held.release();
  const { status, headers } = await answer;
  assert.equal(status, 200);
  assert.equal(headers.get('connection'), 'close');
  assert.equal(await api.exited, 0);
});

test('SIGTERM does not wait for a client of the stream that does not read', async () => {
  const other = await startApi();
  const deaf = net.connect(other.port, '127.0.0.1', () => deaf.write('GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n'));
  deaf.on('error', () => {});
  deaf.pause();
  await eventually(async () => (await other.get('/metrics')).text.includes('varve_sse_clients 1'), 'it is connected');
  await eventually(() => sql(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'varved api stream' AND query LIKE 'LISTEN%' AND state = 'idle'`), 'LISTEN');
  const reader = await openStream(other.port);
  sql(`SELECT count(pg_notify('varve_events', i || repeat('x', 7000))) FROM generate_series(1, 2000) AS i`);
  while (!(await reader.next('ingest')).data.startsWith('2000x')) continue;
  assert.equal(await other.stop(), 0);
  deaf.destroy();
});

test('the service starts without a database', async () => {
  server('stop');
  const early = await startApi();
  assert.equal((await early.get('/readyz')).status, 503);
  server('start');
  assert.equal((await early.get('/readyz')).status, 200);
  assert.equal(await early.stop(), 0);
});
