// Every way to ask wrongly gets a problem that says what to change; nothing of it reaches the log as
// a failure.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { lock, raw, run, sql, startApi } from './harness.mjs';

let api;
before(async () => (api = await startApi({ 'api.idle_ms': 1000, 'database.statement_timeout_ms': 300 })));
after(() => api.stop());

const id = '00000000-0000-4000-8000-000000000000';
const anomalies = '/v1/fraud/anomalies';

test('a bad parameter is 400 and named', async () => {
  for (const [path, pointer] of [
    ['/v1/customers/42/metrics', '/path/id'],
    [`/v1/customers/${id}/metrics?limit=0`, '/query/limit'],
    [`/v1/customers/${id}/metrics?limit=1001`, '/query/limit'],
    [`/v1/customers/${id}/metrics?metric=`, '/query/metric'],
    [`/v1/customers/${id}/metrics?metric=${'x'.repeat(129)}`, '/query/metric'],
    [`/v1/customers/${id}/metrics?cursor=xyz`, '/query/cursor'],
    [`/v1/metrics/${'x'.repeat(129)}/aggregates`, '/path/name'],
    ['/v1/metrics/login/aggregates?period=year', '/query/period'],
    ['/v1/metrics/login/aggregates?period=minute&days=30', '/query/period'],
    ['/v1/metrics/login/aggregates?customerId=1', '/query/customerId'],
    ['/v1/metrics/login/aggregates?tz=', '/query/tz'],
    ['/v1/revenue/summary?days=0', '/query/days'],
    ['/v1/revenue/summary?days=many', '/query/days'],
    ['/v1/revenue/summary?days=3&from=2026-11-01', '/query/days'],
    ['/v1/revenue/by-region?from=2026-11-31', '/query/from'],
    ['/v1/revenue/by-region?from=2026-11-02&to=2026-11-01', '/query/from'],
    ['/v1/payments/status-breakdown?to=now', '/query/to'],
    [`${anomalies}?minScore=101`, '/query/minScore'],
    [`${anomalies}?minScore=NaN`, '/query/minScore'],
    [`${anomalies}?limit=1&limit=2`, '/query/limit'],
    ['/v1/fraud/patterns?form=2026-11-01', '/query/form'],
    ['/v1/system/search/metrics?period=month', '/query/period'],
    ['/v1/system/search/metrics?period=minute&days=8', '/query/period'],
    ['/v1/system/health?window=1y', '/query/window'],
    ['/v1/activity/heatmap?tz=Europe/Berlin%3B', '/query/tz'],
  ]) {
    const { status, headers, body } = await api.get(path);
    assert.equal(status, 400, path);
    assert.equal(headers.get('content-type'), 'application/problem+json');
    assert.equal(body.type, 'urn:varve:problem:validation');
    assert.equal(body.status, 400);
    assert.equal(body.requestId, headers.get('x-request-id'));
    assert.equal(body.instance, path.split('?')[0]);
    assert.ok(body.errors.some((e) => e.pointer === pointer), `${path}: ${JSON.stringify(body.errors)}`);
  }
});

test('what only PostgreSQL can judge is 400 too, with rows or without', async () => {
  for (const path of ['/v1/activity/heatmap?', '/v1/metrics/login/aggregates?', '/v1/metrics/nothing/aggregates?']) {
    for (const range of ['from=2026-11-01&to=2026-11-02', 'from=2020-01-01&to=2020-01-02']) {
      const { status, body } = await api.get(`${path}${range}&tz=Mars/Olympus`);
      assert.equal(status, 400, path);
      assert.match(body.detail, /Mars\/Olympus/);
    }
  }
});

test('a cursor fits its own question only', async () => {
  const { body } = await api.get(`/v1/customers/${id}/metrics?from=2026-11-01&to=2026-12-01&limit=1`);
  const { next } = body.page;
  assert.equal((await api.get(`/v1/customers/${id}/metrics?from=2026-11-01&to=2026-12-01&cursor=${next}`)).status, 200);
  for (const path of [`/v1/customers/${id}/metrics?metric=login&`, '/v1/customers/00000000-0000-4000-8000-000000000001/metrics?', `${anomalies}?`]) {
    assert.equal((await api.get(`${path}cursor=${next}`)).status, 400, path);
  }
});

test('nothing a client sends is run as SQL', async () => {
  const name = encodeURIComponent(`x' OR true --`);
  const { status, body } = await api.get(`/v1/metrics/${name}/aggregates`);
  assert.equal(status, 200);
  assert.deepEqual(body.data, []);
  assert.equal(Number(sql('SELECT count(*) FROM customer_metrics')), 400);
});

test('unknown paths are 404, other methods 405', async () => {
  assert.equal((await api.get('/v1')).status, 404);
  assert.equal((await api.get('/v1/revenue/summary/')).status, 404);
  const { status, headers, body } = await api.get('/v1/revenue/summary', { method: 'DELETE' });
  assert.equal(status, 405);
  assert.equal(headers.get('allow'), 'GET, HEAD');
  assert.equal(body.type, 'urn:varve:problem:method-not-allowed');
});

test('HEAD is GET without the body', async () => {
  const head = await api.get('/healthz', { method: 'HEAD' });
  const get = await api.get('/healthz');
  assert.equal(head.status, 200);
  assert.equal(head.text, '');
  assert.equal(head.headers.get('content-length'), get.headers.get('content-length'));
});

test('a query that takes too long is 504, and the next one works', async () => {
  const held = await lock('payment_metrics');
  try {
    const { status, body } = await api.get('/v1/fraud/patterns');
    assert.equal(status, 504);
    assert.equal(body.type, 'urn:varve:problem:query-timeout');
  } finally {
    await held.release();
  }
  assert.equal((await api.get('/v1/fraud/patterns')).status, 200);
});

test('a database without the extension or the tables is 503', async () => {
  sql('CREATE DATABASE bare');
  const bare = await startApi({}, { PGDATABASE: 'bare' });
  try {
    const ready = await bare.get('/readyz');
    assert.equal(ready.status, 503);
    assert.match(ready.body.detail, /varve setup/);
    const answer = await bare.get('/v1/revenue/summary');
    assert.equal(answer.status, 503);
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
    assert.equal((await bare.get('/healthz')).status, 200);
  } finally {
    await bare.stop();
    sql('DROP DATABASE bare WITH (FORCE)');
  }
});

test('what the database does not allow is 403', async () => {
  sql(`CREATE ROLE nobody_special LOGIN`);
  const other = await startApi({}, { PGUSER: 'nobody_special' });
  try {
    assert.equal((await other.get('/v1/fraud/patterns')).status, 403);
  } finally {
    await other.stop();
    sql('DROP ROLE nobody_special');
  }
});

test('limits of HTTP: header, body, time, and what is no HTTP', async () => {
  const request = (lines, body = '') => raw(api.port, `${lines.join('\r\n')}\r\n\r\n${body}`);
  assert.match(await request(['GET /healthz HTTP/1.1', 'Host: localhost', `X-Long: ${'x'.repeat(70_000)}`]), /^HTTP\/1.1 431 /);
  assert.match(await request(['POST /healthz HTTP/1.1', 'Host: localhost', 'Content-Length: 1048577']), /^HTTP\/1.1 413 /);
  assert.match(await request(['nonsense']), /^HTTP\/1.1 400 /);
  assert.match(await request(['GET /%zz HTTP/1.1', 'Host: localhost', 'Connection: close']), /^HTTP\/1.1 400 /);
  assert.match(await request(['GET /healthz HTTP/1.1', 'Host: evil.example', 'Connection: close']), /^HTTP\/1.1 421 /);
  assert.match(await request(['GET /healthz HTTP/1.1', 'Connection: close']), /^HTTP\/1.1 421 /);
  assert.equal(await raw(api.port, 'GET /heal'), '', 'closed after the idle time, without an answer');
});

test('requests of one connection are answered one after the other', async () => {
  const one = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n';
  const answer = await raw(api.port, `${one}\r\n${one}Connection: close\r\n\r\n`);
  assert.equal(answer.match(/HTTP\/1.1 200 OK/g).length, 2);
});

test('anything but loopback is refused with exit code 2, a port in use with 1', async () => {
  for (const address of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
    const { code, output } = await run(['api', '--api.listen', address]);
    assert.equal(code, 2, address);
    assert.match(output, /authentication/);
  }
  const { code, output } = await run(['api', '--api.port', String(api.port)]);
  assert.equal(code, 1);
  assert.match(output, /in use/);
  assert.equal((await run(['api', '--api.prot', '1'])).code, 2);
  assert.equal((await run([])).code, 2);
});

test('none of this was logged as a failure of the service', () => {
  assert.deepEqual(api.log.filter((entry) => entry.level === 'error'), []);
});
