// A page about one key user of the list: waited for, found by its fingerprint, or said to be missing.
import type { ReactNode } from "react";
import type { KeyUser } from "../../../app/cws/cws-view.ts";
import { problem } from "../../../app/errors.ts";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { addressOf, goTo } from "../../shell/route.ts";
import { Button } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { LoadedView } from "../loaded-view.tsx";
import { Page } from "../page.tsx";
import { loadKeyUsers } from "./key-users.ts";

/** The link back to the list, or to one of it. */
export function AboveKeyUser({ user }: { readonly user?: KeyUser }) {
  const say = useSay();
  return user ? <a className="back-link" href={addressOf({ page: "key-user", fingerprint: user.fingerprint })}>{user.name}</a> : <a className="back-link" href={addressOf({ page: "key-users" })}>{say("keyUsers.title")}</a>;
}

/** While the list is read again, the page stays as it is. */
export function ShownKeyUser({ fingerprint, children }: { readonly fingerprint: string; readonly children: (user: KeyUser, users: readonly KeyUser[]) => ReactNode }) {
  const say = useSay();
  const loaded = useLoaded(loadKeyUsers);
  const users = loaded.state === "ready" ? loaded.value : loaded.state === "failed" ? loaded.last : null;
  if (!users) return <><AboveKeyUser /><LoadedView loaded={loaded}>{() => null}</LoadedView></>;
  const user = users.find((each) => each.fingerprint === fingerprint);
  if (user) return children(user, users);
  return (
    <Page title={say("keyUser.missing")} above={<AboveKeyUser />}>
      <ErrorNotice error={problem("not-found", { what: "key user", name: fingerprint })} actions={<Button onClick={() => goTo({ page: "key-users" })}>{say("keyUsers.none.all")}</Button>} />
    </Page>
  );
}
