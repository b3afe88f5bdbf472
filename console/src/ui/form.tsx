// The fields of forms, each with its label, and its fault beside it.

import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { Problem } from "../api/http.ts";

/** The fault of a field in a failed save. */
export function faultOf(error: Error | undefined, name: string): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  return error.faults.find(({ loc }) => loc.includes(name))?.msg;
}

interface FieldProps extends Omit<JSX.InputHTMLAttributes<HTMLInputElement>, "value" | "label"> {
  label: string;
  value?: string;
  set?: (value: string) => void;
  hint?: string;
  fault?: string | undefined;
}

export function Field({ label, value, set, hint, fault: found, ...rest }: FieldProps) {
  const id = useId();
  // the fault is that of the value that was sent, not of one entered since
  const sent = useRef({ found, value });
  if (sent.current.found !== found) sent.current = { found, value };
  const fault = sent.current.value === value ? found : undefined;
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...rest}
        id={id}
        value={value}
        aria-describedby={described || undefined}
        aria-invalid={fault ? "true" : undefined}
        onInput={(event) => set?.(event.currentTarget.value)}
      />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  set: (value: string) => void;
  options: [value: string, name: string][];
}

export function Select({ label, value, set, options }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {options.map(([each, name]) => (
          <option value={each} selected={each === value}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Check({ label, value, set }: { label: string; value: boolean; set: (value: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={value} onChange={(event) => set(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
