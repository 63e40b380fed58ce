// The contract with nothing between: dispatch alone, as the command line holds it.
import { createHost, type EventName } from "../../app/host.ts";
import { dispatch, eventPayload } from "../../main/dispatch.ts";
import { describeHost } from "./host.ts";

describeHost("a function call", (console) =>
  Promise.resolve({
    host: createHost({
      invoke: (name, input) => dispatch(console.implementation, name, input),
      subscribe: (name: EventName, listener) => console.subscribe((raised, payload) => {
        if (raised === name) listener(eventPayload(raised, payload));
      }),
    }),
    close: () => console.close(),
  }));
