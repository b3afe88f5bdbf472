// Small charts in SVG, and their download as files. Texts are the page's, so they are read aloud.

import { count, figure } from "./format.ts";
import { download } from "./download.ts";
import type { Children } from "./basic.tsx";
import { Name } from "./text.tsx";

const WIDTH = 160;
const HEIGHT = 44;

function path(values: number[], low: number, high: number): string {
  const step = WIDTH / Math.max(values.length - 1, 1);
  const room = HEIGHT - 6;
  const at = (value: number) => 3 + room - (room * (value - low)) / (high - low);
  const points = values.map((value, i) => `${(i * step).toFixed(1)} ${at(value).toFixed(1)}`);
  if (points.length === 1) points.push(`${WIDTH} ${points[0]?.split(" ")[1]}`);
  return `M${points.join("L")}`;
}

/** Actual against goal, as small as a word. */
export function Sparkline({ actual, goal, label }: { actual: number[]; goal: number[]; label: string }) {
  if (!actual.length) return <p class="quiet">No production yet</p>;
  const [least, most] = [Math.min(...actual, ...goal), Math.max(...actual, ...goal)];
  // what does not change is drawn in the middle
  const [low, high] = least === most ? [least - 1, most + 1] : [least, most];
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path class="goal" d={path(goal, low, high)} />
      <path class="actual" d={path(actual, low, high)} />
    </svg>
  );
}

export interface Bar {
  name: string;
  value: number;
  /** The text beside the bar; the value if left out */
  text?: string;
}

interface BarsProps {
  bars: Bar[];
  label: string;
  line?: { value: number; name: string; text?: string };
}

const MOST_BARS = 30;

/** Bars between their names and values; the first ones of many. */
export function Bars({ bars: all, label, line }: BarsProps) {
  const bars = all.slice(0, MOST_BARS);
  const top = Math.max(1e-9, ...bars.map(({ value }) => value), line?.value ?? 0);
  const at = (value: number) => `${((100 * value) / top).toFixed(2)}%`;
  return (
    <figure class="bars" aria-label={label}>
      {line && (
        <p class="legend">
          <span>
            <span class="swatch mean" aria-hidden="true" />
            {line.name}: {line.text ?? figure(line.value)}
          </span>
        </p>
      )}
      <ul>
        {bars.map(({ name, value, text }) => (
          <li>
            <span class="name">
              <Name>{name}</Name>
            </span>
            <span class="value">{text ?? figure(value)}</span>
            <svg class="bar" aria-hidden="true" height="14" width="100%">
              <rect class="track" width="100%" height="14" rx="3" />
              <rect class="fill" width={at(value)} height="14" rx="3" />
              {line && <line class="halo" x1={at(line.value)} x2={at(line.value)} y1="-2" y2="16" />}
              {line && <line class="mark" x1={at(line.value)} x2={at(line.value)} y1="-2" y2="16" />}
            </svg>
          </li>
        ))}
      </ul>
      {all.length > MOST_BARS && <p class="quiet">The first {MOST_BARS} of {count(all.length)}; the table has all.</p>}
    </figure>
  );
}

/** Columns for a few periods, such as the quarters of a year. */
export function Columns({ bars, label }: { bars: Bar[]; label: string }) {
  const top = Math.max(1, ...bars.map(({ value }) => value));
  const width = 400;
  const slot = width / bars.length;
  return (
    <svg class="columns-chart" viewBox={`0 0 ${width} 150`} role="img" aria-label={`${label}: ${bars.map(({ name, value }) => `${name} ${figure(value)}`).join(", ")}`}>
      <path class="axis" d={`M0 126H${width}`} />
      {bars.map(({ name, value }, i) => {
        const height = (100 * value) / top;
        const middle = (i + 0.5) * slot;
        return (
          <>
            <rect class="fill" x={middle - slot * 0.3} y={126 - height} width={slot * 0.6} height={height} rx="3" />
            <text x={middle} y={120 - height} text-anchor="middle">
              {figure(value)}
            </text>
            <text x={middle} y="144" text-anchor="middle">
              {name}
            </text>
          </>
        );
      })}
    </svg>
  );
}

export function Legend({ children }: { children?: Children }) {
  return (
    <p class="legend">
      <span>
        <span class="swatch actual" aria-hidden="true" /> actual
      </span>
      <span>
        <span class="swatch goal" aria-hidden="true" /> goal
      </span>
      {children}
    </p>
  );
}

export const downloadSvg = (text: string, name: string) => download([text], name, "image/svg+xml");
