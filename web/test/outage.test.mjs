// The server goes away and comes back; the page says so, keeps what it knew, and recovers by itself.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { execute, openPage, panel, startBrowser, startServer, tile } from "./stage.mjs";

let server, browser, page;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
  ({ page } = await openPage(browser, server.url));
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("with the server away there is a banner, and the last numbers are greyed", async () => {
  const known = await tile(page, "revenue").getAttribute("data-value");
  assert.ok(await page.locator(".banner").isHidden());
  await server.stop();
  await page.locator('.pulse[data-liveness="offline"]').waitFor();
  // Without events nobody would ask before the next minute: a change of the period asks now.
  await page.getByLabel("90 days").check({ force: true });
  await page.locator('[data-panel="revenue"][data-state="stale"]').waitFor();
  const banner = page.locator(".banner");
  await banner.waitFor();
  assert.match(
    await banner.textContent(),
    /^The server cannot be reached\. Greyed numbers are from .* UTC\)\. Trying again/,
  );
  assert.equal(await banner.getAttribute("role"), "status");
  assert.equal(await tile(page, "revenue").getAttribute("data-value"), known);
  assert.equal(await tile(page, "revenue").getAttribute("data-state"), "stale");
  const filter = await tile(page, "revenue")
    .locator(".tile-value")
    .evaluate((e) => getComputedStyle(e).filter);
  assert.equal(filter, "grayscale(1)");
});

test("with the server back everything recovers by itself", async () => {
  await server.start();
  await page.locator('.pulse[data-liveness="live"]').waitFor();
  await page.locator(".banner").waitFor({ state: "hidden" });
  await page.locator('[data-panel="revenue"][data-state="fresh"]').waitFor();
  await page.locator('[data-panel="payments"][data-state="fresh"]').waitFor();
});

test("after a recovery the stream counts again", async () => {
  execute(
    `SELECT pg_notify('varve_events', '{"topic":"bss.order.metrics","rows":5,"deadLetters":0,"maxTime":null}')`,
  );
  await panel(page, "live").locator('[data-topic="bss.order.metrics"][data-total="5"]').waitFor();
});
