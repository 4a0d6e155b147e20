// Milliseconds of each endpoint of the API on the sample's 90 days: one client, and eight at a time, over
// connections that stay open. Every answer must be 200 and hold data.
import assert from "node:assert/strict";
import http from "node:http";
import { Session } from "./lib/psql.mjs";
import { eventually, start_varved, varve } from "./lib/services.mjs";

const REQUESTS = Number(process.env.REQUESTS ?? 300);
const PORT = Number(process.env.API_PORT ?? 18_480);
const agent = new http.Agent({ keepAlive: true });

const get = (path) => new Promise((resolve, reject) => {
  http.get({ host: "127.0.0.1", port: PORT, path, agent }, (response) => {
    let text = "";
    response.on("data", (piece) => (text += piece)).on("end", () => resolve({ status: response.statusCode, text }));
  }).on("error", reject);
});

varve("setup", "--sample-days", "90");
const session = new Session();
await session.query("VACUUM ANALYZE");
const [customer] = await session.query("SELECT customer_id FROM customer_metrics GROUP BY 1 ORDER BY count(*) DESC LIMIT 1");
const [service] = await session.query("SELECT service_name FROM system_metrics LIMIT 1");
const [metric] = await session.query("SELECT metric_name FROM customer_metrics LIMIT 1");
const [rows] = await session.query("SELECT sum(n) FROM (SELECT count(*) n FROM customer_metrics UNION ALL SELECT count(*) FROM order_metrics UNION ALL SELECT count(*) FROM payment_metrics UNION ALL SELECT count(*) FROM revenue_metrics UNION ALL SELECT count(*) FROM system_metrics) t");
session.close();

const api = start_varved("api", `--api.port=${PORT}`);
await eventually("the API", 20, () => get("/readyz").then((answer) => answer.status === 200, () => false));

async function times(path, clients) {
  const measured = [];
  const client = async () => {
    for (let i = 0; i < REQUESTS / clients; ++i) {
      const begin = performance.now();
      const { status, text } = await get(path);
      measured.push(performance.now() - begin);
      assert.equal(status, 200, `${path}: ${text}`);
      assert.ok(!/^\{"data": ?(null|\[\])/.test(text), `${path}: no data`);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  measured.sort((a, b) => a - b);
  const at = (share) => measured[Math.min(measured.length - 1, Math.floor(measured.length * share))].toFixed(1);
  return [at(0.5), at(0.99)];
}

console.log(`${rows} rows, ${REQUESTS} requests each\n`);
console.log("| endpoint | p50 ms | p99 ms | p50 of 8 clients | p99 of 8 clients |\n|---|---:|---:|---:|---:|");
for (const path of [
  `/v1/customers/${customer}/metrics?days=30`,
  `/v1/metrics/${metric}/aggregates?days=30`,
  "/v1/revenue/summary?days=30",
  "/v1/revenue/by-region?days=30",
  "/v1/payments/status-breakdown?days=30",
  "/v1/fraud/anomalies?days=30",
  "/v1/fraud/patterns?days=30",
  `/v1/system/${service}/metrics?days=1`,
  "/v1/system/health",
  "/v1/activity/heatmap?days=30",
]) {
  await times(path, 8); // warm
  const shown = path.replace(customer, "{id}").replace(`/${service}/`, "/{service}/").replace(`/${metric}/`, "/{name}/");
  console.log(`| ${shown} | ${[...await times(path, 1), ...await times(path, 8)].join(" | ")} |`);
}
agent.destroy();
await api.stop();
