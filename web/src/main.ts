import "./style/tokens.css";
import "./style/page.css";
import "./style/panel.css";
import "./style/chart.css";
import "./style/engine.css";
import { mountEngine } from "./page/engine";
import { mountOverview } from "./page/overview";
import { restoreTheme } from "./state/theme";

restoreTheme();
const mount =
  new URLSearchParams(location.search).get("page") === "engine" ? mountEngine : mountOverview;
mount(document.getElementById("app")!);
