// The tree of a configuration: what each service and URL means in plain words, and where it stands in its file.
import { memo, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import type { ConfigurationView } from "../../../app/santedb/configuration-view.ts";
import { useLanguage, useSay } from "../../messages/language.tsx";
import type { Say } from "../../messages/message.ts";
import { formatSize } from "../../messages/size.ts";
import { Button, ExpandedIcon, ForwardIcon, ProtectedSmallIcon } from "../../ui/index.ts";
import { checksClientCertificates, configurationTree, firstOpen, moveOf, rowsOf, shortCertificate, type Content, type EndpointView, type Node, type Row } from "./configuration-nodes.ts";
import { fileNameOf } from "./file-name.ts";

/** What a row shows: its name, what that means, a second line, and where it stands. */
interface Shown {
  readonly name: ReactNode;
  readonly means?: string;
  readonly more?: ReactNode;
  readonly place?: { readonly file: string; readonly line: number };
}

function endpointMeans({ kind, reach, host, clientCertificates, certificate }: EndpointView, say: Say): readonly string[] {
  return [
    ...(kind === "invalid" ? [say("tree.endpoint.invalid")] : kind === "other" ? [say("tree.endpoint.other")] : []),
    ...(reach === null ? [] : [reach === "one-host" ? say("tree.reach.one-host", { host: host ?? "" }) : say(`tree.reach.${reach}`)]),
    ...(clientCertificates === true ? [say("tree.clientCertificates")] : []),
    ...(certificate === null ? [] : [say("tree.certificate", { certificate: shortCertificate(certificate) })]),
  ];
}

function shownOf(content: Content, say: Say, tag: string): Shown {
  switch (content.kind) {
    case "branch": return { name: <span className="strong">{say(`tree.${content.branch}`)}</span>, means: say(`tree.${content.branch}.means`, { count: content.count }) };
    case "service": return {
      name: content.service.name, place: content.service,
      means: [say(`role.${content.service.role}`), ...(checksClientCertificates(content.service) ? [say("tree.checksClients")] : [])].join(" · "),
    };
    case "endpoint": return {
      name: <span className={`mono${content.endpoint.kind === "invalid" ? " tone-error" : ""}`}>{content.endpoint.address}</span>,
      means: endpointMeans(content.endpoint, say).join(" · "), place: content.endpoint,
    };
    case "role": return { name: say(`url.${content.role}`), means: say(`url.${content.role}.means`) };
    case "url": return {
      name: <span className="mono">{content.url.value}</span>,
      more: <span className="mono">{content.url.attribute === null ? content.url.element : `${content.url.element}@${content.url.attribute}`}</span>, place: content.url,
    };
    case "file": return {
      name: <span className="mono">{content.file.includedBy === null ? content.file.file : fileNameOf(content.file.file)}</span>,
      means: say(content.file.includedBy === null ? "tree.file.first" : "tree.file.included", { size: formatSize(content.file.size, tag), encoding: content.file.encoding }),
      ...(content.file.includedBy !== null && { place: content.file.includedBy }),
    };
    case "section": return {
      name: content.section.name, means: say(`section.${content.section.role}`),
      ...(content.section.protected && { more: <span className="with-icon"><ProtectedSmallIcon />{say("tree.protected")}</span> }), place: content.section,
    };
  }
}

const TreeRow = memo(function TreeRow({ row, active, mainFile, onToggle, onActive }: {
  readonly row: Row; readonly active: boolean; readonly mainFile: string; readonly onToggle: (id: string) => void; readonly onActive: (id: string) => void;
}) {
  const { say, tag } = useLanguage();
  const { node, level, position, size, open } = row;
  const { name, means, more, place } = shownOf(node.content, say, tag);
  const line = place === undefined ? null : place.file === mainFile ? say("tree.line", { line: place.line }) : say("tree.lineOf", { line: place.line, file: fileNameOf(place.file) });
  return (
    <div role="treeitem" className={`tree-row tree-${node.content.kind}`} aria-level={level} aria-posinset={position} aria-setsize={size} {...(open !== null && { "aria-expanded": open })}
      tabIndex={active ? 0 : -1} data-id={node.id} style={{ paddingInlineStart: (level - 1) * 20 + 4 }}
      onFocus={() => onActive(node.id)}
      onClick={() => {
        // A click that ends a selection of text is none on the row.
        if (open !== null && window.getSelection()?.isCollapsed !== false) onToggle(node.id);
      }}>
      <span className="tree-mark" aria-hidden="true">{open === null ? null : open ? <ExpandedIcon /> : <ForwardIcon />}</span>
      <span className="tree-text">
        <span className="break">{name}</span>
        {means !== undefined && means !== "" && <span className="dim break"> {means}</span>}
        {more !== undefined && <span className="dim tree-more"> {more}</span>}
      </span>
      {line !== null && <span className="dim tree-line"> {line}</span>}
    </div>
  );
});

const allIds = (nodes: readonly Node[]): readonly string[] => nodes.flatMap(({ id, children }) => (children.length === 0 ? [] : [id, ...allIds(children)]));

export function ConfigurationTree({ configuration, label }: { readonly configuration: ConfigurationView; readonly label: string }) {
  const say = useSay();
  const nodes = useMemo(() => configurationTree(configuration), [configuration]);
  const [opened, setOpened] = useState(() => firstOpen(nodes));
  const [active, setActive] = useState<string | null>(null);
  const tree = useRef<HTMLDivElement>(null);
  const wanted = useRef(false);
  const rows = useMemo(() => rowsOf(nodes, opened), [nodes, opened]);
  const at = Math.max(0, rows.findIndex(({ node }) => node.id === active));

  useLayoutEffect(() => {
    if (!wanted.current) return;
    wanted.current = false;
    tree.current?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus();
  });

  const [toggle] = useState(() => (id: string) => setOpened((before) => {
    const next = new Set(before);
    if (!next.delete(id)) next.add(id);
    return next;
  }));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "*") {
      event.preventDefault();
      setOpened(new Set(allIds(nodes)));
      return;
    }
    const move = moveOf(rows, at, event.key);
    // Keys of a tree do not scroll the page, even where they lead nowhere.
    if (move !== null || event.key.startsWith("Arrow") || event.key === " ") event.preventDefault();
    if (move === null) return;
    if (move.kind === "go") {
      wanted.current = true;
      setActive(rows[move.to]?.node.id ?? null);
    } else toggle(move.id);
  };

  const allOpen = rows.every(({ open }) => open !== false);
  return (
    <>
      <div ref={tree} role="tree" className="tree" aria-label={label} onKeyDown={onKeyDown}>
        {rows.map((row, index) => <TreeRow key={row.node.id} row={row} active={index === at} mainFile={configuration.file} onToggle={toggle} onActive={setActive} />)}
      </div>
      <div><Button size="small" appearance="subtle" onClick={() => setOpened(allOpen ? firstOpen(nodes) : new Set(allIds(nodes)))}>{say(allOpen ? "tree.closeAll" : "tree.openAll")}</Button></div>
    </>
  );
}
