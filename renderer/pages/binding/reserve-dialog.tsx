// The form that reserves a URL for an account.
import { useState } from "react";
import { useSay } from "../../messages/language.tsx";
import { Checkbox, Field, Input, Select } from "../../ui/index.ts";
import { offeredAccounts, offeredSpelling } from "../endpoint/secure-form.ts";
import { FormDialog, useFormDialog } from "../plan/form-dialog.tsx";
import type { PlanRequest } from "../plan/plan-dialog.tsx";
import { reserveRequest } from "./requests.ts";

/** What stands in the form at first. */
export interface ReserveStart { readonly url: string; readonly account: string }

/** LocalSystem needs no reservation. */
const accountsFor = (account: string): readonly string[] => [...new Set([...(account === "" ? [] : [offeredSpelling(account)]), ...offeredAccounts.filter((each) => each !== "LocalSystem")])];

function ReserveDialog({ start, dialog }: { readonly start: ReserveStart; readonly dialog: { readonly open: boolean; readonly onPlanned: (request: PlanRequest) => void; readonly onClose: () => void } }) {
  const say = useSay();
  const [url, setUrl] = useState(start.url);
  const accounts = accountsFor(start.account);
  const [account, setAccount] = useState(accounts[0] ?? "");
  const [other, setOther] = useState("");
  const [delegate, setDelegate] = useState(false);
  const [asked, setAsked] = useState(false);
  const named = account === "" ? other.trim() : account;
  const fault = (missing: boolean, message: string) => (asked && missing ? { validationState: "error" as const, validationMessage: message } : {});
  return (
    <FormDialog {...dialog} title={say("reserve.form.title")} answer={() => {
      setAsked(true);
      return url.trim() === "" || named === "" ? null : reserveRequest(say, { url: url.trim(), account: named, ...(delegate && { delegate }) });
    }}>
      <Field label={say("reserve.form.url")} hint={say("reserve.form.url.hint")} {...fault(url.trim() === "", say("reserve.form.url.missing"))}>
        <Input className="mono" value={url} maxLength={2048} spellCheck={false} autoComplete="off" placeholder="https://+:9200/" onChange={(_, { value }) => setUrl(value)} />
      </Field>
      <Field label={say("secure.address.account")}>
        <Select value={account} onChange={(_, { value }) => setAccount(value)}>
          {accounts.map((each) => <option key={each} value={each}>{each}</option>)}
          <option value="">{say("secure.address.account.other")}</option>
        </Select>
      </Field>
      {account === "" && (
        <Field label={say("secure.address.account.name")} hint={say("secure.address.account.hint")} {...fault(named === "", say("secure.address.account.needed"))}>
          <Input value={other} maxLength={260} spellCheck={false} autoComplete="off" onChange={(_, { value }) => setOther(value)} />
        </Field>
      )}
      <Checkbox className="override" checked={delegate} onChange={(_, { checked }) => setDelegate(checked === true)}
        label={<span className="choice"><span>{say("reserve.form.delegate")}</span><span className="dim">{say("reserve.form.delegate.means")}</span></span>} />
    </FormDialog>
  );
}

/** Opens the form, and after it the review. */
export function useReserveDialog(elevates: boolean) {
  return useFormDialog<ReserveStart>(elevates, (start, dialog) => <ReserveDialog start={start} dialog={dialog} />);
}
