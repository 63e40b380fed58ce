// Starts the window: the transport of the host that it finds, the reader's language, the page.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createClient } from "./host/client.ts";
import { connectElectron } from "./host/electron.ts";
import { HostProvider } from "./host/host.tsx";
import { connectWeb } from "./host/web.ts";
import { chooseLanguage, LanguageProvider } from "./messages/language.tsx";
import { Shell } from "./shell/shell.tsx";
import { KitProvider } from "./ui/index.ts";
import "./styles/tokens.css";
import "./styles/shell.css";
import "./styles/content.css";
import "./styles/plan.css";
import "./styles/certificate.css";
import "./styles/wizards.css";
import "./styles/instance.css";
import "./styles/binding.css";
import "./styles/key-user.css";
import "./styles/signature.css";
import "./styles/proxy.css";

async function start(): Promise<void> {
  const root = document.getElementById("root");
  if (!root) throw new Error("index.html has no #root");
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
  const [language, transport] = await Promise.all([
    chooseLanguage(navigator.languages),
    window.lockstep ? connectElectron(window.lockstep) : connectWeb(),
  ]);
  document.documentElement.lang = language.tag;
  createRoot(root).render(
    <StrictMode>
      <KitProvider nonce={nonce}>
        <LanguageProvider value={language}>
          <HostProvider host={createClient(transport)}><Shell /></HostProvider>
        </LanguageProvider>
      </KitProvider>
    </StrictMode>,
  );
}

void start();
