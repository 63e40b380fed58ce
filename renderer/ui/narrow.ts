// Whether the window is so narrow that the columns of a list stand under each other; the same measure as in the styles.
import { useSyncExternalStore } from "react";

const narrow = window.matchMedia("(max-width: 900px)");
const subscribe = (changed: () => void) => {
  narrow.addEventListener("change", changed);
  return () => narrow.removeEventListener("change", changed);
};

export const useNarrow = (): boolean => useSyncExternalStore(subscribe, () => narrow.matches);
