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
  await panel(page, "jobs").getByRole("button", { name: "breaks", exact: true }).click();
  await page.locator('[data-panel="runs"][data-state="fresh"]').waitFor();
  const [run] = await cells(panel(page, "runs").locator("table"));
  assert.equal(run[1], "failed");
  assert.match(run[3], /it broke/);
  assert.equal(await panel(page, "runs").locator("h2").textContent(), "Runs of breaks");
});

test("aggregates: how far, what is pending, who refreshes", async () => {
  const shown = await cells(panel(page, "aggregates").locator("table"));
  assert.deepEqual(shown.map(([name]) => name), ["customer_activity_hourly", "customer_activity_quarterly", "payment_status_daily", "revenue_daily", "revenue_region_daily"]);
  const [activity, , , revenue] = shown;
  assert.equal(activity[4], "never computed");
  assert.equal(activity[6], "nobody");
  assert.equal(revenue[1], "revenue_metrics");
  assert.match(revenue[4], /^1 bucket, about \d+ rows to read$/);
  assert.equal(revenue[6], "scheduled");
  const [{ watermark }] = rows(`SELECT watermark FROM timescaledb_information.continuous_aggregates WHERE view_name = 'revenue_daily'`);
  const shownAt = await panel(page, "aggregates").locator("tbody tr").nth(3).locator("time").first().getAttribute("datetime");
  assert.equal(Date.parse(shownAt), Date.parse(watermark));
});

// In a dialog: what it says, and the button that does it.
const dialog = (page) => page.getByRole("dialog");
async function answer(page, verb) {
  await dialog(page).getByRole("button", { name: verb, exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
}

test("a job is paused, resumed and run, each after a question", async () => {
  const one = await open();
  const jobs = panel(one.page, "jobs");
  const state = () => rows(`SELECT state FROM timescaledb_information.job_stats s JOIN timescaledb_information.jobs j USING (job_id) WHERE j.application_name = 'breaks'`)[0].state;
  const before = state();
  await jobs.getByRole("button", { name: "Pause breaks" }).click();
  assert.match(await dialog(one.page).textContent(), /Pause breaks\?/);
  await answer(one.page, "Cancel");
  assert.equal(state(), before);
  await jobs.getByRole("button", { name: "Pause breaks" }).click();
  await answer(one.page, "Pause");
  assert.equal(state(), "paused");
  await jobs.getByRole("button", { name: "Resume breaks" }).click();
  await answer(one.page, "Resume");
  const runs = () => rows(`SELECT total_runs FROM timescaledb_information.job_stats s JOIN timescaledb_information.jobs j USING (job_id) WHERE j.application_name = 'breaks'`)[0].total_runs;
  const ran = runs();
  await jobs.getByRole("button", { name: "Run breaks" }).click();
  assert.deepEqual(await axeViolations(one.page), []);
  await answer(one.page, "Run");
  for (let i = 0; runs() === ran; i++) {
    assert.ok(i < 500, "the job does not run");
    await new Promise((resume) => setTimeout(resume, 50));
  }
  assert.deepEqual(one.complaints, []);
  await one.close();
});

test("an aggregate is refreshed over days; what is against it is said", async () => {
  const one = await open();
  const watermark = () => rows(`SELECT watermark FROM timescaledb_information.continuous_aggregates WHERE view_name = 'payment_status_daily'`)[0].watermark;
  assert.equal(watermark(), null);
  const button = panel(one.page, "aggregates").getByRole("button", { name: "Refresh payment_status_daily" });
  await button.click();
  await dialog(one.page).getByLabel("From").fill("2026-02-02");
  await dialog(one.page).getByLabel("To").fill("2026-02-01");
  await dialog(one.page).getByRole("button", { name: "Refresh", exact: true }).click();
  await dialog(one.page).getByText("must be later than from").waitFor();
  await dialog(one.page).getByLabel("From").fill("");
  await dialog(one.page).getByLabel("To").fill("");
  await answer(one.page, "Refresh");
  assert.notEqual(watermark(), null);
  await panel(one.page, "aggregates").locator("tbody tr").filter({ hasText: "payment_status_daily" }).getByText("nothing").waitFor();
  await one.close();
});

test("a chunk becomes columns and rows again", async () => {
  execute("ALTER TABLE revenue_metrics SET (tsdb.enable_columnstore)");
  const one = await open();
  await panel(one.page, "chunks").getByRole("button", { name: "revenue_metrics", exact: true }).click();
  const list = panel(one.page, "chunk-list");
  await one.page.locator('[data-panel="chunk-list"][data-state="fresh"]').waitFor();
  const shown = await cells(list.locator("table"));
  const names = rows(`SELECT chunk_name AS name FROM timescaledb_information.chunks WHERE hypertable_name = 'revenue_metrics' ORDER BY range_start DESC`);
  assert.deepEqual(shown.map(([name]) => name), names.map(({ name }) => name));
  const [{ name }] = names.slice(-1);
  const columnar = () => rows(`SELECT is_compressed AS is FROM timescaledb_information.chunks WHERE chunk_name = '${name}'`)[0].is;
  await list.getByRole("button", { name: `Compress ${name}`, exact: true }).click();
  await answer(one.page, "Compress");
  assert.equal(columnar(), true);
  assert.deepEqual(await axeViolations(one.page), []);
  await list.getByRole("button", { name: `Decompress ${name}` }).click();
  await answer(one.page, "Decompress");
  assert.equal(columnar(), false);
  execute("ALTER TABLE revenue_metrics SET (tsdb.enable_columnstore = false)");
  await list.getByRole("button", { name: `Compress ${name}`, exact: true }).click();
  await dialog(one.page).getByRole("button", { name: "Compress", exact: true }).click();
  await dialog(one.page).getByText("columnstore is not enabled").waitFor();
  assert.deepEqual(one.complaints.filter((text) => !/409/.test(text)), []);
  await one.close();
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
    await panel(one.page, "jobs").getByRole("button", { name: "breaks", exact: true }).click();
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
