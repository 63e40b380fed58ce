// The kit set up for a strict content security policy, in the colours that the system asks for.
import { createDOMRenderer, FluentProvider, RendererProvider } from "@fluentui/react-components";
import { useMemo, useSyncExternalStore, type ReactNode } from "react";
import { darkTheme, lightTheme } from "./theme.ts";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const subscribe = (changed: () => void) => {
  dark.addEventListener("change", changed);
  return () => dark.removeEventListener("change", changed);
};

/** `nonce` is the one of this page load; without it the policy would refuse the kit's styles. */
export function KitProvider({ nonce, children }: { readonly nonce: string; readonly children: ReactNode }) {
  const renderer = useMemo(() => createDOMRenderer(document, { styleElementAttributes: { nonce } }), [nonce]);
  const isDark = useSyncExternalStore(subscribe, () => dark.matches);
  return (
    <RendererProvider renderer={renderer} targetDocument={document}>
      <FluentProvider theme={isDark ? darkTheme : lightTheme} className="kit">{children}</FluentProvider>
    </RendererProvider>
  );
}
