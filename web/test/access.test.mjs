// Whoever looks, and with whatever: themes, small screens, keyboards, screen readers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axeViolations, loaded, openPage, panel, startBrowser, startServer } from "./stage.mjs";

let server, browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const kAll = ["health", "revenue", "payments", "live", "activity"];

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing, ${colorScheme}, charts and tables`, async () => {
    const { page, complaints, close } = await openPage(browser, server.url, { colorScheme });
    assert.deepEqual(await axeViolations(page), []);
    for (const name of kAll)
      await panel(page, name).getByRole("button", { name: "Show as table" }).click();
    assert.deepEqual(await axeViolations(page), []);
    assert.deepEqual(complaints, []);
    await close();
  });
}

test("axe finds nothing while the server is away", async () => {
  const { page, close } = await openPage(browser, server.url);
  await page.route("**/v1/**", (route) => route.abort());
  await page.getByLabel("90 days").check({ force: true });
  await page.locator('[data-panel="revenue"][data-state="stale"]').waitFor();
  assert.deepEqual(await axeViolations(page), []);
  await close();
});

test("the theme follows the system until one is chosen, and the choice lasts", async () => {
  const { page, close } = await openPage(browser, server.url, { colorScheme: "dark" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const line = () =>
    panel(page, "revenue")
      .locator("canvas")
      .evaluate((element) => {
        const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
        return data.reduce((sum, byte) => (sum * 31 + byte) % 1_000_003, 7);
      });
  assert.equal(await ground(), "rgb(13, 19, 24)");
  const darkLine = await line();
  await page.getByLabel("Light").check({ force: true });
  assert.equal(await ground(), "rgb(245, 247, 249)");
  assert.notEqual(await line(), darkLine, "the chart kept its colours");
  await page.reload();
  await loaded(page);
  assert.equal(await ground(), "rgb(245, 247, 249)");
  assert.ok(await page.getByLabel("Light").isChecked());
  await page.getByLabel("As the system").check({ force: true });
  assert.equal(await ground(), "rgb(13, 19, 24)");
  await close();
});

for (const width of [360, 720, 1120, 2200]) {
  test(`at ${width} px nothing is cut off`, async () => {
    const { page, close } = await openPage(browser, server.url, {
      viewport: { width, height: 900 },
    });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.equal(wide, 0);
    await close();
  });
}

test("every control can be reached and worked by keyboard", async () => {
  const { page, close } = await openPage(browser, server.url);
  const reached = new Set();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const { activeElement: at } = document;
      return (
        at?.closest("fieldset")?.textContent ??
        at?.closest("[data-panel]")?.dataset.panel ??
        at?.textContent
      );
    });
    reached.add(name);
  }
  for (const name of [...kAll, "fraud"]) assert.ok(reached.has(name), `${name} was not reached`);
  const toggle = panel(page, "payments").getByRole("button", { name: "Show as table" });
  await toggle.focus();
  await page.keyboard.press("Enter");
  await panel(page, "payments").locator("table").waitFor();
  await page.keyboard.press("Tab");
  assert.ok(
    await panel(page, "payments")
      .locator(".table-scroll")
      .evaluate((e) => e === document.activeElement),
  );
  await close();
});

test("who wants no motion gets no transitions", async () => {
  const { page, close } = await openPage(browser, server.url, { reducedMotion: "reduce" });
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("*")].some(
      (element) => getComputedStyle(element).transitionDuration !== "0s",
    ),
  );
  assert.equal(moving, false);
  await close();
});
