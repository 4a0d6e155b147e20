/** Returns a function that has `draw` run once in the next animation frame, however often it is called. */
export function perFrame(draw: () => void): { request(): void; cancel(): void } {
  let frame: number | undefined;
  return {
    request() {
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        draw();
      });
    },
    cancel() {
      if (frame !== undefined) cancelAnimationFrame(frame);
      frame = undefined;
    },
  };
}
