import type { Instant } from "../api/types";
import { kNone } from "../format/number";
import { localTime, utcTime } from "../format/time";
import type { Cell } from "./table";

/** A cell with a time in the viewer's zone, and UTC on hover. */
export function moment(instant: Instant | null): Cell | string {
  if (instant === null) return kNone;
  const time = new Date(instant);
  return { text: localTime(time), title: utcTime(time), instant };
}
