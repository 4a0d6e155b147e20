// Server-sent events: what NOTIFY says reaches every client, and those that come back.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { eventually, openStream, sql, startApi } from './harness.mjs';

let api;
before(async () => {
  api = await startApi({ 'api.max_sse_clients': 3 });
  await listening(api);
});
after(() => api.stop());

// NOTIFY reaches only who listens already.
const listening = () =>
  eventually(() => sql(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'varved api stream' AND query LIKE 'LISTEN%' AND state = 'idle'`), 'LISTEN');
const notify = (data) => sql(`SELECT pg_notify('varve_events', '${JSON.stringify(data)}')`);
const clients = async () => Number((await api.get('/metrics')).text.match(/^varve_sse_clients (\d+)/m)[1]);

test('an event reaches every client as it is, with rising ids', async () => {
  const [a, b] = await Promise.all([openStream(api.port), openStream(api.port)]);
  assert.equal(a.headers['content-type'], 'text/event-stream');
  await Promise.all([a.next('heartbeat'), b.next('heartbeat')]);
  const event = { topic: 'bss.payment.metrics', rows: 123, deadLetters: 0, maxTime: '2026-11-25T09:00:00.123Z' };
  notify(event);
  notify({ ...event, rows: 124 });
  for (const client of [a, b]) {
    const first = await client.next('ingest');
    const second = await client.next('ingest');
    assert.deepEqual(JSON.parse(first.data), event);
    assert.equal(JSON.parse(second.data).rows, 124);
    assert.equal(Number(second.id), Number(first.id) + 1);
    client.close();
  }
});

test('heartbeats come at once and go on', async () => {
  const client = await openStream(api.port);
  for (let i = 0; i < 3; ++i) assert.equal((await client.next('heartbeat')).data, '{}');
  client.close();
});

test('who comes back with Last-Event-ID gets what it missed', async () => {
  const first = await openStream(api.port);
  await first.next('heartbeat');
  notify({ n: 1 });
  const { id } = await first.next('ingest');
  first.close();
  for (const n of [2, 3]) notify({ n });
  const again = await openStream(api.port, { 'Last-Event-ID': id });
  assert.deepEqual(JSON.parse((await again.next('ingest')).data), { n: 2 });
  assert.deepEqual(JSON.parse((await again.next('ingest')).data), { n: 3 });
  again.close();
});

test('a client that goes frees its place; more than allowed are sent away', async () => {
  await eventually(async () => (await clients()) === 0, 'no client left');
  const open = await Promise.all([1, 2, 3].map(() => openStream(api.port)));
  assert.equal(await clients(), 3);
  const refused = await api.get('/v1/stream');
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  open.forEach((client) => client.close());
  await eventually(async () => (await clients()) === 0, 'all clients gone');
  const next = await openStream(api.port);
  assert.equal(next.status, 200);
  next.close();
});

test('a client that never reads is sent away, and holds nobody up', async () => {
  await eventually(async () => (await clients()) === 0, 'no client left');
  const reader = await openStream(api.port);
  await reader.next('heartbeat');
  const deaf = net.connect(api.port, '127.0.0.1', () => deaf.write('GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n'));
  deaf.on('error', () => {});
  deaf.pause();
  await eventually(async () => (await clients()) === 2, 'both are connected');
  // Together more than the socket's buffers and the queue of a client hold.
  for (const burst of [1, 2, 3, 4]) {
    sql(`SELECT count(pg_notify('varve_events', '${burst}/' || i || repeat('x', 7000))) FROM generate_series(1, 1500) AS i`);
    let last;
    do last = (await reader.next('ingest')).data;
    while (!last.startsWith(`${burst}/1500x`));
  }
  await eventually(async () => (await clients()) === 1, 'the deaf client is gone');
  deaf.destroy();
  reader.close();
});
