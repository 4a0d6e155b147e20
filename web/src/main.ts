import "./style/tokens.css";
import "./style/page.css";
import "./style/panel.css";
import "./style/chart.css";
import { mountOverview } from "./page/overview";
import { restoreTheme } from "./state/theme";

restoreTheme();
mountOverview(document.getElementById("app")!);
