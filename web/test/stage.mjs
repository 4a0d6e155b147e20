// What the browser's tests share: the database, a varved of their own, pages that note every complaint.
//
// PG*          the cluster; its database has the tables of platform/schema and test/data.sql
// VARVED       the program
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const web = fileURLToPath(new URL("..", import.meta.url));
const kChromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
const kFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The rows of `query` as objects. */
export function rows(query) {
  const all = `SELECT coalesce(json_agg(r), '[]') FROM (${query}) AS r`;
  return JSON.parse(
    execFileSync("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", all], { encoding: "utf8" }),
  );
}

export function execute(statement) {
  execFileSync("psql", ["-Xq", "-v", "ON_ERROR_STOP=1", "-c", statement]);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

/** A varved with the dashboard; it can go away and come back at the same address. */
export async function startServer() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let process_;
  async function start() {
    process_ = spawn(process.env.VARVED, ["api"], {
      env: {
        ...process.env,
        VARVE_API__PORT: String(port),
        VARVE_API__WEB_ROOT: `${web}dist`,
        VARVE_LOG__LEVEL: "warn",
      },
      stdio: ["ignore", "inherit", "inherit"],
    });
    for (let tries = 0; tries < 200; tries++) {
      const answer = await fetch(`${url}/readyz`).catch(() => null);
      if (answer?.ok) return;
      assert.equal(process_.exitCode, null, "varved ended");
      await new Promise((resume) => setTimeout(resume, 50));
    }
    assert.fail("varved is not ready");
  }
  async function stop() {
    const ended = once(process_, "exit");
    process_.kill("SIGTERM");
    await ended;
  }
  await start();
  return { url, start, stop };
}

export const startBrowser = () => chromium.launch({ executablePath: kChromium, args: kFlags });

/**
 * A page for an English viewer in `zone`. `complaints` collects console errors, exceptions, violations
 * of the content security policy, and requests to other places than the server.
 */
export async function openPage(
  browser,
  url,
  { zone = "Asia/Kolkata", path = "/", panels, ...options } = {},
) {
  const context = await browser.newContext({ locale: "en-US", timezoneId: zone, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.setDefaultTimeout(15_000);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(url) && !asked.startsWith("data:"))
      complaints.push(`request to ${asked}`);
  });
  await page.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`),
    ),
  );
  await page.goto(`${url}${path}`);
  if (panels === undefined) await loaded(page);
  else await panelsLoaded(page, panels);
  return { page, complaints, close: () => context.close() };
}

/** What axe finds wrong with a page: rule and elements. Panels that are being updated are paler for a moment. */
export async function axeViolations(page) {
  await page.waitForFunction(() => !document.querySelector('[data-state="updating"]'));
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await globalThis.axe.run({ runOnly: tags });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`,
    );
  });
}

/** Waits until the panels of those names have an answer. */
const panelsLoaded = (page, names) =>
  Promise.all(
    names.map((name) =>
      page.locator(`[data-panel="${name}"]:is([data-state="fresh"], [data-state="empty"])`).waitFor(),
    ),
  );

/** Waits until no panel or tile is loading. */
export async function loaded(page) {
  await page.locator('[data-tile="revenue"][data-value]').waitFor();
  await page.waitForFunction(
    () =>
      document.querySelectorAll("[data-panel][data-state]").length === 6 &&
      !document.querySelector(
        '[data-state="loading"], [data-state="updating"], [data-state="connecting"]',
      ),
  );
}

export const tile = (page, name) => page.locator(`[data-tile="${name}"]`);
export const panel = (page, name) => page.locator(`[data-panel="${name}"]`);
export const dollars = (value) =>
  new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" }).format(value);
export const number = (value) => new Intl.NumberFormat("en-US").format(value);

/** The text of a table's body, row by row. */
export const cells = (table) =>
  table
    .locator("tbody tr")
    .evaluateAll((found) => found.map((row) => [...row.cells].map((cell) => cell.textContent)));
