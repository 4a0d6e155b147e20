// What the Overview page shows is what SQL says.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  cells,
  dollars,
  loaded,
  number,
  openPage,
  panel,
  rows,
  startBrowser,
  startServer,
  tile,
} from "./stage.mjs";

const kDays = (days) =>
  `"time" >= date_trunc('day', now(), 'UTC') - make_interval(days => ${days} - 1)`;

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

function sums(days) {
  return rows(
    `SELECT sum(revenue)::text AS revenue, sum(profit)::text AS profit, sum(orders_count) AS orders
     FROM revenue_metrics WHERE ${kDays(days)}`,
  )[0];
}

test("tiles show the sums of the period", async () => {
  const { revenue, profit, orders } = sums(30);
  const value = (name) => tile(page, name).getAttribute("data-value");
  assert.equal(await value("revenue"), dollars(revenue));
  assert.equal(await value("profit"), dollars(profit));
  assert.equal(await value("orders"), number(orders));
  assert.equal(await value("order-value"), dollars(Number(revenue) / orders));
  assert.equal(await tile(page, "orders").locator(".tile-value").textContent(), number(orders));
});

test("a tile compares with as many days before, up to the same time of day", async () => {
  const [{ now, then }] = rows(
    `SELECT (SELECT sum(orders_count) FROM revenue_metrics WHERE ${kDays(30)}) AS now,
            (SELECT sum(orders_count) FROM revenue_metrics
             WHERE ${kDays(60)} AND "time" < now() - interval '30 days') AS then`,
  );
  const sign = now > then ? "+" : "-";
  const change = `${sign}${(Math.abs(now / then - 1) * 100).toFixed(1)}%`;
  assert.equal(await tile(page, "orders").locator(".change").textContent(), change);
  assert.match(
    await tile(page, "orders").locator(".tile-note").textContent(),
    /vs previous 30 days$/,
  );
});

test("flagged payments count once each", async () => {
  const [{ payments }] = rows(
    `SELECT count(DISTINCT payment_id) AS payments FROM payment_metrics WHERE fraud_score > 80 AND ${kDays(30)}`,
  );
  assert.equal(await tile(page, "flagged").getAttribute("data-value"), number(payments));
});

test("the chart of revenue is drawn", async () => {
  const canvas = panel(page, "revenue").locator("canvas");
  const painted = await canvas.evaluate((element) => {
    const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
    return data.some((byte) => byte !== 0);
  });
  assert.ok(painted, "the canvas is empty");
});

test("the table of revenue has every day, newest first, and zero for a day without orders", async () => {
  const expected = rows(
    `SELECT to_char(day, 'Dy, Mon FMDD, YYYY') AS day, coalesce(sum(revenue), 0)::text AS revenue,
            coalesce(sum(profit), 0)::text AS profit, coalesce(sum(orders_count), 0) AS orders
     FROM generate_series(0, 29) AS n,
          LATERAL (SELECT date_trunc('day', now() AT TIME ZONE 'UTC') - make_interval(days => n) AS day) AS d
          LEFT JOIN revenue_metrics ON date_trunc('day', "time" AT TIME ZONE 'UTC') = day
     GROUP BY n, day ORDER BY n`,
  );
  await panel(page, "revenue").getByRole("button", { name: "Show as table" }).click();
  const shown = await cells(panel(page, "revenue").locator("table"));
  assert.deepEqual(
    shown.map((row) => row.slice(0, 4)),
    expected.map(({ day, revenue, profit, orders }, i) => [
      day + (i === 0 ? ", so far" : ""),
      dollars(revenue),
      dollars(profit),
      number(orders),
    ]),
  );
  assert.deepEqual(shown[3].slice(1), ["$0.00", "$0.00", "0", "–"]);
  await panel(page, "revenue").getByRole("button", { name: "Show as chart" }).click();
  assert.equal(await panel(page, "revenue").locator("table").count(), 0);
});

test("each cell of the heatmap counts its hour in the viewer's zone", async () => {
  const expected = rows(
    `SELECT extract(dow FROM local)::int AS dow, extract(hour FROM local)::int AS hour, count(*) AS count
     FROM (SELECT "time" AT TIME ZONE 'Asia/Kolkata' AS local FROM customer_metrics WHERE ${kDays(30)}) AS l
     GROUP BY 1, 2`,
  );
  const marks = await panel(page, "activity")
    .locator("rect.heat")
    .evaluateAll((found) =>
      found.map(({ dataset }) => [dataset.dow, dataset.hour, dataset.count].map(Number)),
    );
  assert.equal(marks.length, 168);
  const counts = new Map(expected.map(({ dow, hour, count }) => [`${dow} ${hour}`, count]));
  for (const [dow, hour, count] of marks) {
    assert.equal(count, counts.get(`${dow} ${hour}`) ?? 0, `weekday ${dow}, hour ${hour}`);
  }
  await panel(page, "activity").getByRole("button", { name: "Show as table" }).click();
  const table = await cells(panel(page, "activity").locator("table"));
  assert.equal(table.length, 24);
  assert.equal(table[13][7], number(counts.get("0 13") ?? 0), "Sundays are the last column");
  await panel(page, "activity").getByRole("button", { name: "Show as chart" }).click();
});

test("the ring has an arc for each status, as long as its share", async () => {
  const expected = rows(
    `SELECT status, count(*) AS count FROM payment_metrics WHERE ${kDays(30)} GROUP BY 1`,
  );
  const arcs = await panel(page, "payments")
    .locator("path.arc")
    .evaluateAll((found) =>
      found.map((path) => ({
        ...path.dataset,
        length: path.getTotalLength(),
        title: path.textContent,
      })),
    );
  assert.deepEqual(
    new Map(arcs.map(({ status, count }) => [status, Number(count)])),
    new Map(expected.map(({ status, count }) => [status, count]).sort(byOrderOf(arcs))),
  );
  // Outer and inner arc grow with the share; the two straight sides are 15 each.
  const total = expected.reduce((sum, { count }) => sum + count, 0);
  for (const { status, count, length } of arcs) {
    const turn = (Number(count) / total) * 2 * Math.PI;
    assert.ok(Math.abs(length - (turn * (50 + 35) + 30)) < 0.5, `${status}: ${length}`);
  }
  assert.equal(await panel(page, "payments").locator(".donut-total").textContent(), number(total));
});

const byOrderOf = (arcs) => {
  const order = arcs.map(({ status }) => status);
  return ([a], [b]) => order.indexOf(a) - order.indexOf(b);
};

test("services stand in order of need, with their reasons as description", async () => {
  const services = panel(page, "health").locator("button.service");
  assert.deepEqual(
    await services.evaluateAll((found) =>
      found.map(({ dataset }) => [dataset.service, dataset.health]),
    ),
    [
      ["payment-service", "CRITICAL"],
      ["order-service", "DEGRADED"],
      ["auth-service", "HEALTHY"],
    ],
  );
  assert.equal(
    await panel(page, "health").locator(".overall").getAttribute("data-health"),
    "CRITICAL",
  );
  const description = await services.nth(1).evaluate((button) => {
    const { textContent } = document.getElementById(button.getAttribute("aria-describedby"));
    return textContent;
  });
  assert.match(description, /CPU 87\.5%, limit 80\.0%/);
  await services.nth(1).focus();
  assert.ok(await panel(page, "health").getByText("CPU 87.5%, limit 80.0%").isVisible());
  await page.keyboard.press("Escape");
  assert.ok(await panel(page, "health").getByText("CPU 87.5%, limit 80.0%").isHidden());
});

test("the latest flagged payments, in the viewer's zone with UTC on hover", async () => {
  const expected = rows(
    `SELECT left(payment_id::text, 8) AS payment, amount::text, to_char(fraud_score, 'FM990.0') AS score,
            lower(status) AS status, to_char("time" AT TIME ZONE 'Asia/Kolkata', 'Mon FMDD, HH12:MI AM') AS local,
            to_char("time" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') AS utc
     FROM payment_metrics WHERE fraud_score > 80 AND status <> 'PENDING' AND ${kDays(30)}
     ORDER BY "time" DESC LIMIT 8`,
  );
  const shown = await cells(panel(page, "fraud").locator("table"));
  assert.deepEqual(
    shown.map(([payment, time, score, amount, status]) => ({
      payment,
      local: time.replaceAll("\u202f", " "),
      score,
      amount,
      status,
    })),
    expected.map(({ payment, local, score, amount, status }) => ({
      payment,
      local,
      score,
      amount: dollars(amount),
      status,
    })),
  );
  assert.deepEqual(
    await panel(page, "fraud")
      .locator("time")
      .evaluateAll((found) => found.map(({ title }) => title)),
    expected.map(({ utc }) => utc),
  );
});

test("the period is chosen by the picker, kept in the address, and undone by the back button", async () => {
  const revenue = tile(page, "revenue");
  await page.getByLabel("90 days").check({ force: true });
  await page.locator(`[data-tile="revenue"][data-value="${dollars(sums(90).revenue)}"]`).waitFor();
  assert.equal(new URL(page.url()).search, "?days=90");
  // The data begins 70 days ago.
  assert.equal(await revenue.locator(".tile-note").textContent(), "none in the 90 days before");
  await page.reload();
  await loaded(page);
  assert.equal(await revenue.getAttribute("data-value"), dollars(sums(90).revenue));
  assert.ok(await page.getByLabel("90 days").isChecked());
  await page.goBack();
  await page.locator(`[data-tile="revenue"][data-value="${dollars(sums(30).revenue)}"]`).waitFor();
  assert.ok(await page.getByLabel("30 days").isChecked());
});

test("keys move the cursor over a chart, and a screen reader hears the value", async () => {
  const [{ day, revenue }] = rows(
    `SELECT to_char(min("time") AT TIME ZONE 'UTC', 'Dy, Mon FMDD, YYYY') AS day, sum(revenue)::text AS revenue
     FROM revenue_metrics WHERE ${kDays(2)} AND "time" < date_trunc('day', now(), 'UTC')`,
  );
  const chart = panel(page, "revenue").locator(".plot");
  await chart.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  const whole = new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: "USD",
    maximumFractionDigits: 0,
  });
  const spoken = await panel(page, "revenue").locator("[aria-live]").textContent();
  assert.ok(spoken.startsWith(`${day}, Revenue ${whole.format(revenue)}, `), spoken);
  assert.ok((await chart.locator(".tooltip").textContent()).startsWith(day));
  await page.keyboard.press("Escape");
  assert.ok(await chart.locator(".tooltip").isHidden());
});

test("nothing was complained of: no console errors, policy violations or foreign requests", async () => {
  const answer = await fetch(server.url);
  const policy = answer.headers.get("content-security-policy");
  assert.match(policy, /default-src 'self'/);
  assert.doesNotMatch(policy, /script-src|unsafe-eval/);
  assert.deepEqual(view.complaints, []);
});
