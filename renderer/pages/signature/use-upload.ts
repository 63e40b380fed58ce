// A body on its way to the host: how far it has come, and the word that stops it.
import { useEffect, useRef, useState } from "react";
import type { BodySource } from "../../../app/contract.ts";
import { useHost } from "../../host/host.tsx";
import { sourceOf, type BodyDraft } from "./body-source.ts";

export interface Upload {
  /** Null while nothing large is on its way. */
  readonly progress: { readonly sent: number; readonly of: number } | null;
  /** Gives undefined for an empty body, null where it was cancelled. Throws what sourceOf throws. */
  readonly send: (body: BodyDraft) => Promise<BodySource | undefined | null>;
  readonly cancel: () => void;
}

export function useUpload(): Upload {
  const host = useHost();
  const [progress, setProgress] = useState<Upload["progress"]>(null);
  const current = useRef<AbortController | null>(null);
  useEffect(() => () => current.current?.abort(), []);
  return {
    progress,
    send: async (body) => {
      const controller = new AbortController();
      current.current = controller;
      try {
        return await sourceOf(host, body, (sent, of) => setProgress({ sent, of }), controller.signal);
      } finally {
        setProgress(null);
      }
    },
    cancel: () => current.current?.abort(),
  };
}
