// A value that is read: a quiet wait, the error with a way to try again, or what it is.
import type { ReactNode } from "react";
import { useSession, type Loaded } from "../host/host.tsx";
import { useSay } from "../messages/language.tsx";
import { Button, Spinner } from "../ui/index.ts";
import { ErrorNotice } from "./error-notice.tsx";

export function LoadedView<Value>({ loaded, children }: { readonly loaded: Loaded<Value>; readonly children: (value: Value) => ReactNode }) {
  const say = useSay();
  const { refresh } = useSession();
  switch (loaded.state) {
    case "loading": return <div className="waiting late"><Spinner size="tiny" label={say("app.loading")} /></div>;
    case "failed": return <ErrorNotice error={loaded.error} actions={<Button onClick={refresh}>{say("app.retry")}</Button>} />;
    case "ready": return children(loaded.value);
  }
}
