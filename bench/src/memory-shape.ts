import { median } from './statistics.js';

/** How far from even is still even. */
export const TOLERANCE = 0.2;
/** Samples around a point that are taken together, as a share of all: one by itself may have met the garbage collector. */
const WINDOW = 0.05;

/** What a process held when a tenth of its work was done, and at its end. */
export interface Flatness {
  tenth: number;
  end: number;
  most: number;
  isFlat: boolean;
}

/** @param samples what it held, at even distances from the begin of its work to the end */
export function flatnessOf(samples: readonly number[]): Flatness {
  const tenth = around(samples, 0.1);
  const end = around(samples, 1);
  return { tenth, end, most: Math.max(...samples), isFlat: Math.abs(end / tenth - 1) <= TOLERANCE };
}

/** Whether each of a number of things costs the same, however many there are. */
export function isLinear(perThing: readonly number[]): boolean {
  return Math.max(...perThing) / Math.min(...perThing) - 1 <= TOLERANCE;
}

function around(samples: readonly number[], share: number): number {
  const last = samples.length - 1;
  const from = Math.max(0, Math.round((share - WINDOW) * last));
  const to = Math.min(last, Math.round((share + WINDOW) * last));
  return median(samples.slice(from, to + 1));
}
