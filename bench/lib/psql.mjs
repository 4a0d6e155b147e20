import { spawn, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const MARK = "--done--";

/** A psql process that stays open: one backend for many statements. Errors end the benchmark. */
export class Session {
  constructor(database = process.env.PGDATABASE) {
    this.psql = spawn("psql", ["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.lines = createInterface({ input: this.psql.stdout })[Symbol.asyncIterator]();
    this.psql.stdin.write("\\timing off\nSET client_min_messages = warning;\n");
  }

  /** Runs statements and returns the rows that they print. */
  async query(sql) {
    this.psql.stdin.write(`${sql}\n;\\echo ${MARK}\n`);
    const rows = [];
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) throw new Error(`psql ended in: ${sql.slice(0, 200)}`);
      if (value === MARK) return rows;
      rows.push(value);
    }
  }

  /** Milliseconds that the server and psql need for one statement. */
  async time(sql) {
    this.psql.stdin.write("\\timing on\n");
    const rows = await this.query(sql);
    this.psql.stdin.write("\\timing off\n");
    const times = rows.filter((row) => row.startsWith("Time: "));
    return times.reduce((sum, row) => sum + Number.parseFloat(row.slice(6)), 0);
  }

  /** Seconds of processor time that the backend needs for statements: of use where others are busy, too. */
  async cpu(sql) {
    const [pid] = await this.query("SELECT pg_backend_pid()");
    // On a processor, in nanoseconds.
    const used = () => Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e9;
    const before = used();
    await this.query(sql);
    return used() - before;
  }

  /** Megabytes of memory that the backend has for itself at most while it runs statements, looked at every few milliseconds. */
  async most_memory(sql) {
    const [pid] = await this.query("SELECT pg_backend_pid()");
    const now = () => Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1000;
    let most = 0;
    const look = () => { most = Math.max(most, now()); };
    const timer = setInterval(look, 2);
    await this.query(sql);
    clearInterval(timer);
    look();
    return most;
  }

  close() {
    this.psql.stdin.end();
  }
}

/** Milliseconds a transaction, from pgbench with one prepared script in one connection. */
export function pgbench(script, transactions) {
  const output = execFileSync("pgbench", ["-n", "-M", "prepared", "-t", String(transactions), "-f", "-"], {
    input: script,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "ignore"],
  });
  return Number.parseFloat(/latency average = ([\d.]+) ms/.exec(output)[1]);
}
