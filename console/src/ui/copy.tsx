// A button that copies a text.

import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "./announce.tsx";
import { Button } from "./basic.tsx";

export function CopyButton({ text, name }: { text: () => string; name: string }) {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      announce("The browser does not allow copying");
      return;
    }
    announce("Copied");
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), 2000);
  };
  return <Button onClick={() => void copy()}>{copied ? "Copied" : name}</Button>;
}
