// The page follows the stream of ingest transactions.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  dollars,
  execute,
  openPage,
  panel,
  rows,
  startBrowser,
  startServer,
  tile,
} from "./stage.mjs";

let server, browser, view, page;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
  view = await openPage(browser, server.url);
  page = view.page;
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const notify = (topic, count, deadLetters = 0) =>
  `SELECT pg_notify('varve_events', json_build_object('topic', '${topic}', 'rows', ${count},
                    'deadLetters', ${deadLetters}, 'maxTime', now())::text)`;
const revenue = () =>
  rows(
    `SELECT sum(revenue)::text AS sum FROM revenue_metrics
     WHERE "time" >= date_trunc('day', now(), 'UTC') - interval '29 days'`,
  )[0].sum;

test("the page is live", async () => {
  await page.locator('.pulse[data-liveness="live"]').waitFor();
});

test("an order that arrives moves the revenue without a reload", async () => {
  const before = await tile(page, "revenue").getAttribute("data-value");
  execute(
    `BEGIN; INSERT INTO revenue_metrics ("time", region, revenue, profit) VALUES (now(), 'eu', 1234.56, 200);
     ${notify("bss.order.metrics", 1)}; COMMIT`,
  );
  const expected = dollars(revenue());
  assert.notEqual(before, expected);
  await page.locator(`[data-tile="revenue"][data-value="${expected}"]`).waitFor();
});

test("rows are counted by topic, and rates rise and fall", async () => {
  execute(`${notify("bss.customer.metrics", 700)}; ${notify("bss.customer.metrics", 77, 3)}`);
  await panel(page, "live")
    .locator('[data-topic="bss.customer.metrics"][data-total="777"]')
    .waitFor();
  assert.match(
    await panel(page, "live").locator(".foot").textContent(),
    /^778 events .* 3 to the dead letters$/,
  );
  const rate = panel(page, "live").locator('[data-topic="bss.customer.metrics"] b');
  await page.waitForFunction(
    (element) => Number(element.textContent) > 10,
    await rate.elementHandle(),
  );
  assert.notEqual(await tile(page, "ingest").locator(".tile-value").textContent(), "0.0/s");
});

test("the table of rates names the topics", async () => {
  await panel(page, "live").getByRole("button", { name: "Show as table" }).click();
  const row = panel(page, "live").locator("tbody tr", { hasText: "bss.customer.metrics" });
  assert.equal(await row.locator("td").nth(1).textContent(), "777");
});

test("a stream without a word for 30 seconds is marked as stale", async () => {
  // The server's heartbeats come every 15 s; the page is told that it heard the last one long ago.
  await page.evaluate(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + 31_000;
  });
  await page.locator('.pulse[data-liveness="stale"]').waitFor();
  assert.equal(await panel(page, "live").getAttribute("data-state"), "stale");
  execute(notify("bss.system.metrics", 1));
  await page.locator('.pulse[data-liveness="live"]').waitFor();
});

test("nothing was complained of", () => assert.deepEqual(view.complaints, []));
