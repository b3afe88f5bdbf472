import type { Chart } from "../api/types.ts";

export const factoryName = ({ id, name }: { id: number; name: string | null }) => name ?? `Factory ${id}`;

/** Actual as a part of the goal, over all points. */
export function attainment({ sprocket_production_actual: actual, sprocket_production_goal: goal }: Chart): number | null {
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return sum(goal) ? sum(actual) / sum(goal) : null;
}
