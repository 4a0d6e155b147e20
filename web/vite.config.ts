import { defineConfig } from "vitest/config";

export default defineConfig({
  build: {
    target: "es2022",
    // The server allows images from data:, but scripts and styles only as files.
    modulePreload: { polyfill: false },
  },
  test: { include: ["src/**/*.test.ts"] },
  // `vite` alone serves the sources; requests for data go to a varved on its default port.
  server: { proxy: { "/v1": "http://127.0.0.1:8080" } },
});
