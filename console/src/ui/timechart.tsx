// Actual against goal on an axis of time, by uPlot: drag to zoom, values under the pointer.

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Chart } from "../api/types.ts";
import { axisFigure } from "./format.ts";
import { print } from "./print.ts";

interface TimeChartProps {
  chart: Chart;
  label: string;
  /** A span that was chosen by dragging, Unix seconds */
  zoomed: (from: number, to: number) => void;
}

const HEIGHT = 300;
const PAPER = 640; // pixels of the width of a page
const dark = matchMedia("(prefers-color-scheme: dark)");

function colour(name: string): string {
  // a custom property of light-dark() is resolved only where it is used
  const probe = document.createElement("span");
  probe.className = `colour-${name}`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

// uPlot's own templates are of 12 hours and the month first: for each step of an axis the form of its
// ticks, and what is added when the year, the day or the minute changes
const HOUR = "{HH}:{mm}";
const DAY = "\n{D} {MMM}";
const DATE = `${DAY}\n{YYYY}`;
const TICKS: uPlot.Axis.Values = [
  [365 * 86_400, "{YYYY}", null, null, null, null, null, null, 1],
  [28 * 86_400, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [86_400, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, HOUR, DATE, null, DAY, null, null, null, 1],
  [1, `${HOUR}:{ss}`, DATE, null, DAY, null, null, null, 1],
];

/** Without a pointer over the chart, its values are those of the last point. */
function showLast(plot: uPlot): void {
  if (plot.cursor.idx == null) plot.setLegend({ idx: plot.data[0].length - 1 }, false);
}

function options(width: number, label: string, zoomed: TimeChartProps["zoomed"]): uPlot.Options {
  const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line") } };
  return {
    width,
    height: HEIGHT,
    title: "",
    cursor: { drag: { x: true, y: false, setScale: false } },
    // one point alone is in the middle of two hours, not at the beginning of three years
    scales: { x: { time: true, range: (plot, min, max) => (plot.data[0].length === 1 ? [min - 3600, min + 3600] : [min, max]) } },
    axes: [{ ...axis, values: TICKS, size: 64 }, { ...axis, size: 56, values: (_plot, values) => values.map((value) => axisFigure(value)) }],
    series: [
      { label, value: "{D} {MMM} {YYYY}, {HH}:{mm}" },
      { label: "Actual", stroke: colour("accent"), width: 2, points: { size: 5 } },
      { label: "Goal", stroke: colour("cool"), width: 2, dash: [6, 4], points: { show: false } },
    ],
    hooks: {
      ready: [showLast],
      setCursor: [showLast],
      setSelect: [
        (plot) => {
          const { left, width: chosen } = plot.select;
          if (chosen < 4) return;
          zoomed(Math.floor(plot.posToVal(left, "x")), Math.ceil(plot.posToVal(left + chosen, "x")));
        },
      ],
    },
  };
}

export function TimeChart({ chart, label, zoomed }: TimeChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(zoomed);
  latest.current = zoomed;
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const { time, sprocket_production_actual: actual, sprocket_production_goal: goal } = chart;
    let plot: uPlot | undefined;
    const draw = () => {
      plot?.destroy();
      const made = options(print.matches ? PAPER : element.clientWidth, "Time", (from, to) => latest.current(from, to));
      plot = new uPlot(made, [time, actual, goal], element);
    };
    draw();
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    // other colours
    for (const media of [dark, print]) media.addEventListener("change", draw);
    return () => {
      resized.disconnect();
      for (const media of [dark, print]) media.removeEventListener("change", draw);
      plot?.destroy();
    };
  }, [chart]);
  return <div ref={box} class="timechart" role="img" aria-label={label} />;
}
