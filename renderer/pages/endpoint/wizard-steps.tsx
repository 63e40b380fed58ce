// The way through the wizard: which steps there are, which are done, which one is open.
import { useSay } from "../../messages/language.tsx";

export const wizardSteps = ["certificate", "address", "review", "proof"] as const;
export type WizardStep = (typeof wizardSteps)[number];

export function WizardSteps({ current, finished }: { readonly current: WizardStep; readonly finished: boolean }) {
  const say = useSay();
  const at = wizardSteps.indexOf(current);
  return (
    <ol className="wizard-steps" aria-label={say("secure.steps")}>
      {wizardSteps.map((step, index) => {
        const done = index < at || finished;
        return (
          <li key={step} className={done ? "done" : index === at ? "now" : undefined} aria-current={index === at ? "step" : undefined}>
            {say(`secure.step.${step}`)}{done && <span className="visually-hidden"> ({say("secure.step.done")})</span>}
          </li>
        );
      })}
    </ol>
  );
}
