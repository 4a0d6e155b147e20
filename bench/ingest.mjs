// Events per second from Kafka into the hypertables, each exactly once, on the machine that also runs the
// broker and the server; beside it, COPY of the same events into the same tables by one connection.
// The events wait in the broker before the clock starts. It runs from the first poll that finds the ingest
// reading to the last commit: joining the group, which is a matter of timers, is not counted.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { compare } from "./lib/compare.mjs";
import { Session } from "./lib/psql.mjs";
import { eventually, start_varved, varve } from "./lib/services.mjs";

const EVENTS = Number(process.env.EVENTS ?? 1_000_000);
// The embedded broker keeps some 5 MiB of a partition, which is 160,000 of the customers' events.
const PARTITIONS = Math.max(3, Math.ceil(EVENTS / 250_000));
const directory = process.env.PGHOST;
const START = Date.now() - 20 * 86_400_000;
const uuid = (kind, i) => `${kind.toString(16).padStart(8, "0")}-0000-4000-8000-${i.toString(16).padStart(12, "0")}`;

// Of twelve events six are the customers', three the orders', two the payments', one the systems'.
const kinds = [
  ["customer", 6, (i) => ({ customerId: uuid(1, i % 5000), metricName: "page_views", metricValue: (i % 997) / 10, labels: { source: "web", version: "1.0" } }),
    "customer_metrics (time, event_id, customer_id, metric_name, metric_value, labels)", (e) => [e.customerId, e.metricName, e.metricValue, JSON.stringify(e.labels)]],
  ["order", 3, (i) => ({ orderId: uuid(2, i), customerId: uuid(1, i % 5000), status: "CONFIRMED", totalAmount: `${i % 500}.25`, currency: "USD", region: "eu-west", itemsCount: i % 7 }),
    "order_metrics (time, event_id, order_id, customer_id, status, total_amount, currency, region, items_count)", (e) => [e.orderId, e.customerId, e.status, e.totalAmount, e.currency, e.region, e.itemsCount]],
  ["payment", 2, (i) => ({ paymentId: uuid(3, i), orderId: uuid(2, i), customerId: uuid(1, i % 5000), amount: `${i % 500}.25`, status: "COMPLETED", paymentMethod: "card", fraudScore: i % 100 }),
    "payment_metrics (time, event_id, payment_id, order_id, customer_id, amount, status, payment_method, fraud_score)", (e) => [e.paymentId, e.orderId, e.customerId, e.amount, e.status, e.paymentMethod, e.fraudScore]],
  ["system", 1, (i) => ({ serviceName: `service-${i % 20}`, cpuUsage: i % 100, memoryUsage: (i * 7) % 100, requestRate: i % 1000, errorRate: 0.5, latencyP99: i % 300 }),
    "system_metrics (time, event_id, service_name, cpu_usage, memory_usage, request_rate, error_rate, latency_p99)", (e) => [e.serviceName, e.cpuUsage, e.memoryUsage, e.requestRate, e.errorRate, e.latencyP99]],
];
const quoted = (value) => (typeof value === "string" ? `"${value.replaceAll('"', '""')}"` : String(value));

let bytes = 0;
for (const [n, [kind, share, make, , columns]] of kinds.entries()) {
  const messages = [], rows = [];
  for (let i = 0; i < Math.floor((EVENTS * share) / 12); ++i) {
    const common = { eventId: uuid(16 + n, i), timestamp: new Date(START + Math.floor(i / share) * 100).toISOString() };
    const event = make(i);
    messages.push(`${Object.values(event)[0]}\t${JSON.stringify({ ...common, ...event })}\n`);
    rows.push(`${[common.timestamp, common.eventId, ...columns(event)].map(quoted).join(",")}\n`);
  }
  bytes += messages.reduce((sum, message) => sum + message.length, 0);
  writeFileSync(`${directory}/${kind}.json`, messages.join(""));
  writeFileSync(`${directory}/${kind}.csv`, rows.join(""));
}
const total = kinds.reduce((sum, [, share]) => sum + Math.floor((EVENTS * share) / 12), 0);
console.log(`${total} events in four topics of ${PARTITIONS} partitions, ${(bytes / total).toFixed(0)} bytes each, lz4`);

const session = new Session();
const count = async (sql) => Number((await session.query(sql))[0]);
const tables = kinds.map(([kind]) => `${kind}_metrics`);
const rows_of = () => session.query(tables.map((table) => `SELECT '${table}', count(*), min(time), max(time), count(DISTINCT event_id) FROM ${table}`).join(" UNION ALL ") + " ORDER BY 1");
const empty = async () => { await session.query(`TRUNCATE ${tables.join(", ")}, revenue_metrics, ingest.offsets; CHECKPOINT`); };

varve("setup", "--no-sample");

let broker, bootstrap_file, run = 0;
async function fill_broker() {
  await empty();
  bootstrap_file = `${directory}/bootstrap.${++run}`;
  broker = start_varved("devbroker", `--devbroker.bootstrap_file=${bootstrap_file}`, `--devbroker.partitions=${PARTITIONS}`);
  await eventually("the broker's addresses", 10, () => existsSync(bootstrap_file));
  const brokers = readFileSync(bootstrap_file, "utf8").trim();
  for (const [kind] of kinds) {
    execFileSync("kcat", ["-P", "-b", brokers, "-t", `bss.${kind}.metrics`, "-K", "\t", "-z", "lz4", "-X", "linger.ms=50,batch.num.messages=10000", "-l", `${directory}/${kind}.json`]);
    require_all_kept(brokers, `bss.${kind}.metrics`);
  }
}

/** The oldest message of each partition is the first that was sent. */
function require_all_kept(brokers, topic) {
  const oldest = Array.from({ length: PARTITIONS }, (_, partition) => ["-t", `${topic}:${partition}:-2`]).flat();
  const answer = execFileSync("kcat", ["-Q", "-b", brokers, ...oldest], { encoding: "utf8" }).trim().split("\n");
  if (answer.length !== PARTITIONS || answer.some((line) => !line.endsWith(" offset 0"))) throw new Error(`the broker has dropped messages: ${answer.join("; ")}`);
}

async function ingest(dedupe) {
  const service = start_varved("ingest", `--kafka.bootstrap_file=${bootstrap_file}`, `--ingest.dedupe=${dedupe}`);
  const done = () => count("SELECT coalesce(sum(next_offset), 0) FROM ingest.offsets");
  let begin;
  await eventually("the group's partitions", 30, async () => (begin = performance.now(), (await count("SELECT count(*) FROM ingest.offsets WHERE owner IS NOT NULL")) > 0));
  await eventually("all events", 300, async () => (await done()) >= total);
  const seconds = (performance.now() - begin) / 1000;
  await service.stop();
  return total / seconds / 1000;
}

const side = (dedupe) => ({
  label: `varved ingest, dedupe = ${dedupe}`,
  prepare: fill_broker,
  run: () => ingest(dedupe),
  result: rows_of,
  finish: () => broker.stop(),
});
await compare(`ingest of ${total} events`, "thousand events/s", [
  {
    label: "COPY by one connection, no Kafka",
    prepare: empty,
    run: async () => {
      let ms = 0;
      for (const [kind, , , target] of kinds) ms += await session.time(`COPY ${target} FROM '${directory}/${kind}.csv' (FORMAT csv)`);
      return total / ms;
    },
    result: rows_of,
  },
  side("unique"),
  side("none"),
], { repetitions: 3 });
session.close();
