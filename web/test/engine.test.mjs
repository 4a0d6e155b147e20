// What the Engine page shows is what the information views say.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axeViolations, cells, execute, number, openPage, panel, rows, startBrowser, startServer } from "./stage.mjs";

let server, browser, view, page;
const kPanels = ["jobs", "aggregates", "chunks", "advice"];
const open = (options) => openPage(browser, server.url, { path: "/?page=engine", panels: kPanels, ...options });

before(async () => {
  execute(`CREATE PROCEDURE breaks(job_id integer, config jsonb) LANGUAGE plpgsql AS $$ BEGIN RAISE 'it broke'; END $$`);
  execute(`SELECT add_job('breaks', '1 day', job_name => 'breaks')`);
  execute(`SELECT add_continuous_aggregate_policy('revenue_daily', NULL, interval '1 hour', interval '30 minutes', initial_start => '2100-01-01')`);
  execute(`CALL refresh_continuous_aggregate('revenue_daily', NULL, NULL)`);
  execute(`INSERT INTO revenue_metrics ("time", region, revenue) VALUES (now() - interval '40 days', 'late', 1)`);
  for (let i = 0; rows(`SELECT FROM timescaledb_information.job_stats WHERE last_run_status = 'Failed'`).length === 0; i++) {
    assert.ok(i < 500, "the job does not run");
    await new Promise((resume) => setTimeout(resume, 50));
  }
  server = await startServer();
  browser = await startBrowser();
  view = await open();
  page = view.page;
});
after(async () => {
  await browser?.close();
  await server?.stop();
  execute(`DELETE FROM revenue_metrics WHERE region = 'late'`);
  execute(`SELECT delete_job(job_id) FROM timescaledb_information.jobs WHERE job_id >= 1000`);
  execute(`DROP PROCEDURE breaks`);
});

test("pages lead to each other", async () => {
  assert.equal(await page.title(), "Engine · Varve");
  assert.equal(await page.locator("h1").textContent(), "Engine");
  const other = await open();
  await other.page.getByRole("link", { name: "Overview" }).click();
  await other.page.locator('[data-panel="revenue"]').waitFor();
  assert.equal(await other.page.title(), "Overview · Varve");
  await other.page.getByRole("link", { name: "Engine" }).click();
  await other.page.locator('[data-panel="jobs"]').waitFor();
  await other.close();
});

test("jobs: those that failed first, with the reason", async () => {
  const shown = await cells(panel(page, "jobs").locator("table"));
  const jobs = rows("SELECT application_name FROM timescaledb_information.jobs");
  assert.equal(shown.length, jobs.length);
  assert.equal(shown[0][0], "breaks");
  assert.equal(shown[0][2], "retrying: failures in a row: 1; it broke");
  assert.equal(shown[0][8], "1");
  const refresh = shown.find(([name]) => name.startsWith("Refresh Continuous Aggregate Policy"));
  assert.equal(refresh[1], "revenue_daily");
  assert.equal(refresh[2], "scheduled");
});

test("the runs of a job are a click away", async () => {
  assert.ok(await panel(page, "runs").isHidden());
  await panel(page, "jobs").getByRole("button", { name: "breaks" }).click();
  await page.locator('[data-panel="runs"][data-state="fresh"]').waitFor();
  const [run] = await cells(panel(page, "runs").locator("table"));
  assert.equal(run[1], "failed");
  assert.match(run[3], /it broke/);
  assert.equal(await panel(page, "runs").locator("h2").textContent(), "Runs of breaks");
});

test("aggregates: how far, what is pending, who refreshes", async () => {
  const shown = await cells(panel(page, "aggregates").locator("table"));
  assert.deepEqual(shown.map(([name]) => name), ["customer_activity_hourly", "payment_status_daily", "revenue_daily"]);
  const [activity, , revenue] = shown;
  assert.equal(activity[4], "never computed");
  assert.equal(activity[6], "nobody");
  assert.equal(revenue[1], "revenue_metrics");
  assert.equal(revenue[4], "1 bucket");
  assert.equal(revenue[6], "scheduled");
  const [{ watermark }] = rows(`SELECT watermark FROM timescaledb_information.continuous_aggregates WHERE view_name = 'revenue_daily'`);
  const shownAt = await panel(page, "aggregates").locator("tbody tr").nth(2).locator("time").first().getAttribute("datetime");
  assert.equal(Date.parse(shownAt), Date.parse(watermark));
});

test("the map has a block for each chunk", async () => {
  for (const { name, n } of rows(`SELECT hypertable_name AS name, num_chunks AS n FROM timescaledb_information.hypertables WHERE hypertable_schema = 'public'`)) {
    const line = panel(page, "chunks").locator(`.chunk-line[aria-label^="${name}: "]`);
    assert.equal(await line.locator("rect").count(), n, name);
    assert.match(await line.getAttribute("aria-label"), new RegExp(`: ${number(n)} chunks, `));
  }
  await panel(page, "chunks").getByRole("button", { name: "Show as table" }).click();
  const shown = await cells(panel(page, "chunks").locator("table"));
  assert.equal(shown.length, 5);
  await panel(page, "chunks").getByRole("button", { name: "Show as chart" }).click();
});

test("advice: what is found, and the statement that repairs it", async () => {
  const found = rows("SELECT rule, repair FROM advise() WHERE severity <> 'ok' AND repair IS NOT NULL");
  assert.ok(found.length > 3);
  const statements = await panel(page, "advice").locator("code").allTextContents();
  assert.deepEqual([...statements].sort(), found.map(({ repair }) => repair).sort());
  assert.equal(await panel(page, "advice").locator('[data-rule="B17"]').first().getAttribute("data-severity"), "warning");
});

test("an outage is told once, and the last state stays", async () => {
  const away = await open();
  await away.page.route("**/v1/**", (route) => route.abort());
  await away.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await away.page.locator('[data-panel="jobs"][data-state="stale"]').waitFor({ timeout: 30_000 });
  assert.ok(await away.page.locator(".banner").isVisible());
  assert.ok((await cells(panel(away.page, "jobs").locator("table"))).length > 0);
  await away.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing, ${colorScheme}`, async () => {
    const one = await open({ colorScheme });
    await panel(one.page, "jobs").getByRole("button", { name: "breaks" }).click();
    await one.page.locator('[data-panel="runs"][data-state="fresh"]').waitFor();
    assert.deepEqual(await axeViolations(one.page), []);
    assert.deepEqual(one.complaints, []);
    await one.close();
  });
}

for (const width of [360, 1120]) {
  test(`at ${width} px nothing is cut off`, async () => {
    const one = await open({ viewport: { width, height: 900 } });
    assert.equal(await one.page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    await one.close();
  });
}

test("nothing complained", () => assert.deepEqual(view.complaints, []));
