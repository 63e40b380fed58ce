// How long the page's own thread is busy, against a fixed piece of work done there at the same time: by the clock alone a test
// would fail on a slow machine, and hold on a quick one whatever the page does.
import type { Page } from "@playwright/test";

/** Milliseconds that a fixed piece of work takes in the page, the longest of five; some 20 where nothing else is to be done. */
export const workTime = (window: Page): Promise<number> => window.evaluate(async () => {
  let mixed = 1;
  let longest = 0;
  for (let times = 0; times < 6; times++) {
    const begun = performance.now();
    for (let step = 0; step < 1_200_000; step++) mixed = Math.imul(mixed ^ mixed >>> 15, 1 | mixed) + step | 0;
    // The first time it is compiled.
    if (times > 0) longest = Math.max(longest, performance.now() - begun);
    await new Promise((resolve) => { setTimeout(resolve, mixed & 1); });
  }
  return longest;
});

export interface Busy {
  /** Milliseconds of the longest task that kept the page from answering. */
  readonly longest: number;
  /** The same against the work. */
  readonly works: number;
}

/** Watches for tasks that keep the page from answering, until it is asked. */
export async function watchTasks(window: Page): Promise<() => Promise<Busy>> {
  const before = await workTime(window);
  await window.evaluate(() => {
    const longest = { duration: 0 };
    new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) longest.duration = Math.max(longest.duration, duration); }).observe({ entryTypes: ["longtask"] });
    Object.assign(window, { longest });
  });
  return async () => {
    const longest = await window.evaluate(() => (window as unknown as { longest: { duration: number } }).longest.duration);
    return { longest, works: longest / Math.max(before, await workTime(window)) };
  };
}

/** The time from a key press to the next picture, the mean of twenty in what has the focus, against that work. */
export async function keyPressTime(window: Page): Promise<number> {
  const took = await window.evaluate(async () => {
    const begun = performance.now();
    for (let presses = 0; presses < 20; presses++) {
      document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
      await new Promise((resolve) => { requestAnimationFrame(() => resolve(null)); });
    }
    return performance.now() - begun;
  });
  return took / 20 / await workTime(window);
}
