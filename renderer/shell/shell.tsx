// The frame around every page: title bar, navigation, and what must be said whatever page is open.
import { Component, lazy, Suspense, useCallback, useEffect, useRef, useSyncExternalStore, type ReactNode } from "react";
import type { MachineDescription } from "../../app/contract.ts";
import { asLockstepError, type LockstepError } from "../../app/errors.ts";
import type { Host } from "../../app/host.ts";
import { useLoaded, useSession } from "../host/host.tsx";
import { MachineLanguage, useSay } from "../messages/language.tsx";
import { ErrorNotice } from "../pages/error-notice.tsx";
import { InterruptedBanner } from "../pages/history/interrupted-banner.tsx";
import { OverviewPage } from "../pages/overview/overview-page.tsx";
import { Page } from "../pages/page.tsx";
import { BindingIcon, BindingSelectedIcon, Button, CertificateIcon, CertificateSelectedIcon, HistoryIcon, HistorySelectedIcon, KeyIcon, KeySelectedIcon, LockstepMark, Notice, OverviewIcon, OverviewSelectedIcon, ProxyIcon, ProxySelectedIcon, ServerIcon, ServerSelectedIcon, SignatureIcon, SignatureSelectedIcon, Spinner, useShownPage } from "../ui/index.ts";
import { addressOf, goTo, parseRoute, type Route } from "./route.ts";

// Pages that a first look does not need come in files of their own, fetched once the first page stands.
const loaders = {
  secure: () => import("../pages/endpoint/secure-wizard.tsx"),
  instances: () => import("../pages/instance/instances-page.tsx"),
  instance: () => import("../pages/instance/instance-page.tsx"),
  file: () => import("../pages/instance/file-page.tsx"),
  certificates: () => import("../pages/certificate/certificates-page.tsx"),
  certificate: () => import("../pages/certificate/stored-certificate-page.tsx"),
  bindings: () => import("../pages/binding/bindings-page.tsx"),
  binding: () => import("../pages/binding/binding-page.tsx"),
  answers: () => import("../pages/binding/answers-page.tsx"),
  reservations: () => import("../pages/binding/reservations-page.tsx"),
  listenList: () => import("../pages/binding/listen-list-page.tsx"),
  transcript: () => import("../pages/binding/transcript-page.tsx"),
  proxy: () => import("../pages/proxy/sites-page.tsx"),
  site: () => import("../pages/proxy/site-page.tsx"),
  publish: () => import("../pages/proxy/publish-page.tsx"),
  lint: () => import("../pages/proxy/lint-page.tsx"),
  replace: () => import("../pages/replace/replace-wizard.tsx"),
  import: () => import("../pages/import/import-wizard.tsx"),
  request: () => import("../pages/request/request-wizard.tsx"),
  complete: () => import("../pages/request/complete-wizard.tsx"),
  convert: () => import("../pages/convert/convert-page.tsx"),
  keyUsers: () => import("../pages/key-user/key-users-page.tsx"),
  keyUser: () => import("../pages/key-user/key-user-page.tsx"),
  makeKey: () => import("../pages/key-user/make-key-page.tsx"),
  addKey: () => import("../pages/key-user/add-key-page.tsx"),
  rotateKey: () => import("../pages/key-user/rotation-page.tsx"),
  signature: () => import("../pages/signature/signature-page.tsx"),
  history: () => import("../pages/history/history-page.tsx"),
  record: () => import("../pages/history/record-page.tsx"),
} as const;
const SecureWizard = lazy(async () => ({ default: (await loaders.secure()).SecureWizard }));
const InstancesPage = lazy(async () => ({ default: (await loaders.instances()).InstancesPage }));
const InstancePage = lazy(async () => ({ default: (await loaders.instance()).InstancePage }));
const FilePage = lazy(async () => ({ default: (await loaders.file()).FilePage }));
const CertificatesPage = lazy(async () => ({ default: (await loaders.certificates()).CertificatesPage }));
const StoredCertificatePage = lazy(async () => ({ default: (await loaders.certificate()).StoredCertificatePage }));
const BindingsPage = lazy(async () => ({ default: (await loaders.bindings()).BindingsPage }));
const BindingPage = lazy(async () => ({ default: (await loaders.binding()).BindingPage }));
const AnswersPage = lazy(async () => ({ default: (await loaders.answers()).AnswersPage }));
const ReservationsPage = lazy(async () => ({ default: (await loaders.reservations()).ReservationsPage }));
const ListenListPage = lazy(async () => ({ default: (await loaders.listenList()).ListenListPage }));
const TranscriptPage = lazy(async () => ({ default: (await loaders.transcript()).TranscriptPage }));
const SitesPage = lazy(async () => ({ default: (await loaders.proxy()).SitesPage }));
const SitePage = lazy(async () => ({ default: (await loaders.site()).SitePage }));
const PublishPage = lazy(async () => ({ default: (await loaders.publish()).PublishPage }));
const LintPage = lazy(async () => ({ default: (await loaders.lint()).LintPage }));
const ReplaceWizard = lazy(async () => ({ default: (await loaders.replace()).ReplaceWizard }));
const ImportWizard = lazy(async () => ({ default: (await loaders.import()).ImportWizard }));
const RequestWizard = lazy(async () => ({ default: (await loaders.request()).RequestWizard }));
const CompleteWizard = lazy(async () => ({ default: (await loaders.complete()).CompleteWizard }));
const ConvertPage = lazy(async () => ({ default: (await loaders.convert()).ConvertPage }));
const KeyUsersPage = lazy(async () => ({ default: (await loaders.keyUsers()).KeyUsersPage }));
const KeyUserPage = lazy(async () => ({ default: (await loaders.keyUser()).KeyUserPage }));
const MakeKeyPage = lazy(async () => ({ default: (await loaders.makeKey()).MakeKeyPage }));
const AddKeyPage = lazy(async () => ({ default: (await loaders.addKey()).AddKeyPage }));
const RotationPage = lazy(async () => ({ default: (await loaders.rotateKey()).RotationPage }));
const SignaturePage = lazy(async () => ({ default: (await loaders.signature()).SignaturePage }));
const HistoryPage = lazy(async () => ({ default: (await loaders.history()).HistoryPage }));
const RecordPage = lazy(async () => ({ default: (await loaders.record()).RecordPage }));

const subscribeHash = (changed: () => void) => {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
};

interface Destination { readonly route: Route; readonly title: "overview.title" | "instances.title" | "certificates.title" | "section.name.bindings" | "proxy.title" | "keyUsers.title" | "signature.title" | "history.title"; readonly icon: ReactNode; readonly selectedIcon: ReactNode; readonly pages: readonly Route["page"][] }

/** The pages that can be gone to, in the order of the navigation, each with the pages that lie below it. */
const destinations: readonly Destination[] = [
  { route: { page: "overview" }, title: "overview.title", icon: <OverviewIcon />, selectedIcon: <OverviewSelectedIcon />, pages: ["overview", "secure"] },
  { route: { page: "instances" }, title: "instances.title", icon: <ServerIcon />, selectedIcon: <ServerSelectedIcon />, pages: ["instances", "instance", "file"] },
  {
    route: { page: "certificates" }, title: "certificates.title", icon: <CertificateIcon />, selectedIcon: <CertificateSelectedIcon />,
    pages: ["certificates", "certificate", "import", "request", "complete", "convert"],
  },
  {
    route: { page: "bindings" }, title: "section.name.bindings", icon: <BindingIcon />, selectedIcon: <BindingSelectedIcon />,
    pages: ["bindings", "binding", "answers", "reservations", "listen-list", "transcript", "replace"],
  },
  { route: { page: "proxy" }, title: "proxy.title", icon: <ProxyIcon />, selectedIcon: <ProxySelectedIcon />, pages: ["proxy", "site", "publish", "lint"] },
  { route: { page: "key-users" }, title: "keyUsers.title", icon: <KeyIcon />, selectedIcon: <KeySelectedIcon />, pages: ["key-users", "key-user", "make-key", "add-key", "rotate-key"] },
  { route: { page: "signature", part: "make" }, title: "signature.title", icon: <SignatureIcon />, selectedIcon: <SignatureSelectedIcon />, pages: ["signature"] },
  { route: { page: "history" }, title: "history.title", icon: <HistoryIcon />, selectedIcon: <HistorySelectedIcon />, pages: ["history", "record"] },
];

/** What only a machine with HTTP.sys has. */
const windowsOnly: readonly Route["page"][] = ["bindings"];

function Navigation({ page, kind }: { readonly page: Route["page"]; readonly kind: MachineDescription["kind"] }) {
  const say = useSay();
  return (
    <nav className="navigation" aria-label={say("app.navigation")}>
      {destinations.filter(({ route }) => kind !== "linux" || !windowsOnly.includes(route.page)).map(({ route, title, icon, selectedIcon, pages }) => {
        const selected = pages.includes(page);
        return (
          <a key={route.page} href={addressOf(route)} className={selected ? "selected" : undefined} aria-current={route.page === page ? "page" : selected ? "true" : undefined} title={say(title)}>
            {selected ? selectedIcon : icon}<span className="navigation-title">{say(title)}</span>
          </a>
        );
      })}
    </nav>
  );
}

/** A fault in one page leaves the rest of the window standing. */
class FaultBoundary extends Component<{ readonly fallback: (error: LockstepError) => ReactNode; readonly children: ReactNode }, { readonly error: LockstepError | null }> {
  override state: { readonly error: LockstepError | null } = { error: null };
  static getDerivedStateFromError(thrown: unknown) {
    return { error: asLockstepError(thrown) };
  }
  override render() {
    return this.state.error ? this.props.fallback(this.state.error) : this.props.children;
  }
}

function CurrentPage({ route, machine }: { readonly route: Route; readonly machine: MachineDescription }) {
  const say = useSay();
  switch (route.page) {
    case "overview": return <OverviewPage machine={machine} />;
    case "secure": return <SecureWizard key={route.instance} name={route.instance} machine={machine} />;
    case "instances": return <InstancesPage machine={machine} />;
    case "instance": return <InstancePage key={route.service} service={route.service} machine={machine} />;
    case "file": return <FilePage key={route.path} path={route.path} machine={machine} />;
    case "certificates": return <CertificatesPage />;
    case "certificate": return <StoredCertificatePage key={route.thumbprint} store={route.store} thumbprint={route.thumbprint} machine={machine} />;
    case "bindings": return <BindingsPage machine={machine} />;
    case "binding": return <BindingPage key={route.endpoint} endpoint={route.endpoint} machine={machine} />;
    case "answers": return <AnswersPage target={route.target} />;
    case "reservations": return <ReservationsPage machine={machine} />;
    case "listen-list": return <ListenListPage />;
    case "transcript": return <TranscriptPage />;
    case "proxy": return <SitesPage />;
    case "site": return <SitePage key={route.fileName} fileName={route.fileName} machine={machine} />;
    case "publish": return <PublishPage key={route.fileName} fileName={route.fileName} machine={machine} />;
    case "lint": return <LintPage />;
    case "replace": return <ReplaceWizard thumbprint={route.thumbprint} machine={machine} />;
    case "import": return <ImportWizard machine={machine} />;
    case "request": return <RequestWizard machine={machine} />;
    case "complete": return <CompleteWizard key={route.id} id={route.id} machine={machine} />;
    case "convert": return <ConvertPage />;
    case "key-users": return <KeyUsersPage />;
    case "key-user": return <KeyUserPage key={route.fingerprint} fingerprint={route.fingerprint} />;
    case "make-key": return <MakeKeyPage key={route.replaces} replaces={route.replaces} />;
    case "add-key": return <AddKeyPage key={route.replaces} replaces={route.replaces} />;
    case "rotate-key": return <RotationPage key={route.fingerprint} fingerprint={route.fingerprint} />;
    case "signature": return <SignaturePage part={route.part} />;
    case "history": return <HistoryPage />;
    case "record": return <RecordPage key={route.id} id={route.id} />;
    case "unknown": return (
      <Page title={say("unknown.title")} lead={say("unknown.lead")}>
        <Button appearance="primary" onClick={() => goTo({ page: "overview" })}>{say("unknown.action")}</Button>
      </Page>
    );
  }
}

/** Shown where the host refuses this page's orders: the address's key is spent or missing. */
function NotConnected() {
  const say = useSay();
  return (
    <main className="alone">
      <Page title={say("notConnected.title")}>
        <Notice intent="information" title={say("notConnected.lead")}><p>{say("notConnected.why")}</p></Notice>
      </Page>
    </main>
  );
}

const describeMachine = (host: Host) => host.machine.describe({});

export function Shell() {
  const say = useSay();
  const { refresh } = useSession();
  const fragment = useSyncExternalStore(subscribeHash, () => window.location.hash);
  const route = parseRoute(fragment);
  const loaded = useLoaded(describeMachine);
  const main = useRef<HTMLElement>(null);

  useEffect(() => {
    // A page that cannot be fetched says so when it is opened.
    const fetchAhead = window.setTimeout(() => void Promise.allSettled(Object.values(loaders).map((load) => load())), 1_000);
    return () => window.clearTimeout(fetchAhead);
  }, []);
  useEffect(() => { main.current?.scrollTo({ top: 0 }); }, [fragment]);
  useShownPage(fragment);
  const skip = useCallback(() => main.current?.focus(), []);

  if (loaded.state === "loading") return <main className="alone"><div className="waiting late"><Spinner size="small" label={say("app.loading")} /></div></main>;
  if (loaded.state === "failed" && loaded.last === null) {
    return loaded.error.code === "not-allowed" ? <NotConnected /> : (
      <main className="alone">
        <h1 className="visually-hidden">{say("app.name")}</h1>
        <ErrorNotice error={loaded.error} actions={<Button onClick={refresh}>{say("app.retry")}</Button>} />
      </main>
    );
  }
  const machine = loaded.state === "failed" ? loaded.last : loaded.value;
  if (machine === null) return null;
  return (
    <div className="shell">
      <button type="button" className="skip" onClick={skip}>{say("app.skip")}</button>
      <header className="title-bar">
        <LockstepMark />
        <span className="title-name">{say("app.name")}</span>
        {machine.kind === "practice" && (
          <span className="chip chip-practice"><span className="chip-long">{say("app.practice")}</span><span className="chip-short" aria-hidden="true">{say("app.practice.short")}</span></span>
        )}
        <span className="host-name mono dim">{machine.hostName}</span>
      </header>
      <Navigation page={route.page} kind={machine.kind} />
      <main className="main" ref={main} tabIndex={-1}>
        <div className="content">
          {loaded.state === "failed" && <div className="banner"><ErrorNotice error={loaded.error} actions={<Button onClick={refresh}>{say("app.retry")}</Button>} /></div>}
          {machine.interrupted !== null && <InterruptedBanner key={machine.interrupted} id={machine.interrupted} elevates={machine.elevates} />}
          <FaultBoundary key={fragment} fallback={(error) => (
            <Page title={say("broken.title")} lead={say("broken.hint")}><ErrorNotice error={error} /></Page>
          )}>
            <Suspense fallback={<div className="waiting late"><Spinner size="tiny" label={say("app.loading")} /></div>}>
              <MachineLanguage kind={machine.kind}><CurrentPage route={route} machine={machine} /></MachineLanguage>
            </Suspense>
          </FaultBoundary>
        </div>
      </main>
    </div>
  );
}
