// Starts varved against the suite's cluster, and asks PostgreSQL through psql. The suite
// (dev/suite/api) sets PG*, VARVE_VARVED and VARVE_SERVER_CONTROL.
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import http from 'node:http';
import net from 'node:net';

/** What the statements print, unaligned and without headers. */
export function sql(text, database = process.env.PGDATABASE) {
  const args = ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', text];
  return execFileSync('psql', args, { encoding: 'utf8' }).trimEnd();
}

/** The rows of a query as objects. Numbers that a double cannot hold must be cast to text. */
export function rows(query) {
  return JSON.parse(sql(`SET timezone = 'UTC'; SELECT coalesce(json_agg(r), '[]') FROM (${query}) AS r`));
}

/** Stops or starts the suite's cluster: 'stop', 'start'. */
export function server(action) {
  execFileSync(process.env.VARVE_SERVER_CONTROL, [action], { stdio: 'inherit' });
}

/** A transaction that holds an exclusive lock on a table until release(). */
export async function lock(table) {
  const psql = spawn('psql', ['-XqAt'], { stdio: ['pipe', 'pipe', 'inherit'] });
  psql.stdin.write(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE;\n\\echo locked\n`);
  for await (const line of createInterface({ input: psql.stdout })) if (line === 'locked') break;
  return {
    async release() {
      psql.stdin.end('ROLLBACK;\n');
      await new Promise((resolve) => psql.once('exit', resolve));
    },
  };
}

/** Resolves once `check` gives something; the deadline is for broken code, not for timing. */
export async function eventually(check, what, deadline = 20_000) {
  const end = Date.now() + deadline;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs varved to its end: { code, output }. */
export function run(args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.env.VARVE_VARVED, args, { env: { ...process.env, ...env } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (output += d));
    child.once('exit', (code) => resolve({ code, output }));
  });
}

/** `varved api` on a free port. */
export async function startApi(flags = {}, env = {}) {
  const settings = { 'api.port': 0, 'log.level': 'debug', 'api.heartbeat_ms': 200, ...flags };
  const args = ['api', ...Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)])];
  const child = spawn(process.env.VARVE_VARVED, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  const log = [];
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (line) => log.push(JSON.parse(line)));
  const listening = () => log.find((entry) => entry.message.startsWith('the API listens'));
  await eventually(() => listening() || child.exitCode !== null, 'the API listens');
  if (!listening()) throw new Error(`varved ended: ${JSON.stringify(log)}`);
  const { port } = listening();
  return {
    port,
    log,
    exited,
    base: `http://127.0.0.1:${port}`,
    /** { status, headers, body }; the body is parsed where it is JSON. */
    async get(path, options = {}) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...options });
      const text = await response.text();
      const json = response.headers.get('content-type')?.includes('json') && text !== '';
      return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text, text };
    },
    kill: (signal) => child.kill(signal),
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** The answer to bytes sent as they are: everything until the server closes. */
export function raw(port, bytes) {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (data) => (answer += data));
    // A reset after the answer is how a server ends a request it did not read to the end.
    socket.on('error', (error) => (answer ? resolve(answer) : reject(error)));
    socket.on('close', () => resolve(answer));
  });
}

/** A client of the stream: { status, next(event), close() }. */
export function openStream(port, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, host: '127.0.0.1', path: '/v1/stream', headers, agent: false }, (response) => {
      const events = [];
      let text = '';
      let ended = false;
      response.on('data', (data) => {
        text += data;
        for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
          const fields = text.slice(0, end).split('\n').map((line) => line.split(/: (.*)/s));
          events.push(Object.fromEntries(fields));
        }
      });
      response.on('close', () => (ended = true));
      response.on('error', () => (ended = true));
      resolve({
        status: response.statusCode,
        headers: response.headers,
        /** The next event of that name, taking all before it. */
        next: (name) =>
          eventually(() => {
            const at = events.findIndex((e) => e.event === name);
            if (at < 0 && ended) throw new Error(`the stream ended before ${name}`);
            return at < 0 ? undefined : events.splice(0, at + 1).pop();
          }, `event ${name}`),
        ended: () => eventually(() => ended, 'the end of the stream'),
        close: () => request.destroy(),
      });
    });
    request.on('error', reject);
  });
}
