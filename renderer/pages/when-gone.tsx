// Tells when what it stands in was taken out of the page: only then a dialog has given the rest of it back to screen readers.
import { useEffect } from "react";

export function WhenGone({ tell }: { readonly tell: () => void }) {
  useEffect(() => tell, [tell]);
  return null;
}
