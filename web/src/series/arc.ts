/**
 * The part of a ring from `start` to `end`, as an SVG path around the origin.
 *
 * Units  fractions of the circle, 0 at the top, clockwise; 0 <= start <= end <= 1.
 */
export function ringArc(start: number, end: number, inner: number, outer: number): string {
  // An arc of SVG cannot close a circle, since its ends would be one point; two halves can.
  if (end - start > 0.999) {
    return (
      ringArc(start, start + 0.5, inner, outer) + ringArc(start + 0.5, start + 0.999, inner, outer)
    );
  }
  const large = end - start > 0.5 ? 1 : 0;
  const [a, b] = [point(start, outer), point(end, outer)];
  const [c, d] = [point(end, inner), point(start, inner)];
  return `M${a}A${outer} ${outer} 0 ${large} 1 ${b}` + `L${c}A${inner} ${inner} 0 ${large} 0 ${d}Z`;
}

function point(turn: number, radius: number): string {
  const angle = 2 * Math.PI * (turn - 0.25);
  return `${(radius * Math.cos(angle)).toFixed(3)} ${(radius * Math.sin(angle)).toFixed(3)}`;
}
