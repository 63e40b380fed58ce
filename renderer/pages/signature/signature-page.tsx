// The signature tester: a header made, a header checked, a request sent, requests listened for.
import type { SignaturePart } from "../../shell/route.ts";
import { CheckPart } from "./check-part.tsx";
import { ListenPart } from "./listen-part.tsx";
import { MakePart } from "./make-part.tsx";
import { Section } from "./section.tsx";
import { SendPart } from "./send-part.tsx";

function Part({ part }: { readonly part: SignaturePart }) {
  switch (part) {
    case "make": return <MakePart />;
    case "check": return <CheckPart />;
    case "send": return <SendPart />;
    case "listen": return <ListenPart />;
  }
}

export function SignaturePage({ part }: { readonly part: SignaturePart }) {
  return <Section part={part}><Part part={part} /></Section>;
}
