// The fields of a sprocket, as texts while they are entered.

import type { Sprocket, SprocketIn } from "../api/types.ts";
import { Field, faultOf } from "../ui/form.tsx";

export const FIELDS: { name: keyof SprocketIn; title: string; whole?: boolean }[] = [
  { name: "teeth", title: "Teeth", whole: true },
  { name: "pitch_diameter", title: "Pitch diameter" },
  { name: "outside_diameter", title: "Outside diameter" },
  { name: "pitch", title: "Pitch" },
];

export type Texts = Record<keyof SprocketIn, string>;

export const EMPTY: Texts = { teeth: "", pitch_diameter: "", outside_diameter: "", pitch: "" };

export const textsOf = (sprocket: Sprocket): Texts => ({
  teeth: String(sprocket.teeth),
  pitch_diameter: String(sprocket.pitch_diameter),
  outside_diameter: String(sprocket.outside_diameter),
  pitch: String(sprocket.pitch),
});

export const bodyOf = (texts: Texts): SprocketIn => ({
  teeth: Number(texts.teeth),
  pitch_diameter: Number(texts.pitch_diameter),
  outside_diameter: Number(texts.outside_diameter),
  pitch: Number(texts.pitch),
});

export function SprocketFields({ texts, set, error }: { texts: Texts; set: (texts: Texts) => void; error: Error | undefined }) {
  return (
    <div class="fields">
      {FIELDS.map(({ name, title, whole }) => (
        <Field
          label={title}
          type="number"
          required
          min={whole ? "1" : "0"}
          step={whole ? "1" : "any"}
          value={texts[name]}
          set={(value) => set({ ...texts, [name]: value })}
          fault={faultOf(error, name)}
        />
      ))}
    </div>
  );
}
