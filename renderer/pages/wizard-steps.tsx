// The way through a wizard: which steps there are, which are done, which one is open.
import { useSay } from "../messages/language.tsx";

/** `current` is an index into the titles. */
export function WizardSteps({ titles, current, finished }: { readonly titles: readonly string[]; readonly current: number; readonly finished: boolean }) {
  const say = useSay();
  return (
    <ol className="wizard-steps" aria-label={say("secure.steps")}>
      {titles.map((title, index) => {
        const done = index < current || finished;
        return (
          <li key={title} className={done ? "done" : index === current ? "now" : undefined} aria-current={index === current ? "step" : undefined}>
            {title}{done && <span className="visually-hidden"> ({say("secure.step.done")})</span>}
          </li>
        );
      })}
    </ol>
  );
}
