// The icons in use, by what they mean here. Each is imported alone, so that the bundle holds no other.
export { ArrowExport20Regular as ExportIcon } from "@fluentui/react-icons/svg/arrow-export";
export { ArrowImport20Regular as ImportIcon } from "@fluentui/react-icons/svg/arrow-import";
export { ArrowRouting20Filled as ProxySelectedIcon, ArrowRouting20Regular as ProxyIcon, ArrowRoutingRegular as ProxyLargeIcon } from "@fluentui/react-icons/svg/arrow-routing";
export { ArrowSortDown16Regular as SortDownIcon } from "@fluentui/react-icons/svg/arrow-sort-down";
export { ArrowSortUp16Regular as SortUpIcon } from "@fluentui/react-icons/svg/arrow-sort-up";
export { ArrowClockwise20Regular as RestartIcon } from "@fluentui/react-icons/svg/arrow-clockwise";
export { ArrowCounterclockwise20Regular as RestoreIcon } from "@fluentui/react-icons/svg/arrow-counterclockwise";
export { ArrowSwap20Regular as ConvertIcon } from "@fluentui/react-icons/svg/arrow-swap";
export { ArrowUndo20Regular as UndoIcon } from "@fluentui/react-icons/svg/arrow-undo";
export { BranchCompare20Regular as CompareIcon } from "@fluentui/react-icons/svg/branch-compare";
export { Certificate20Filled as CertificateSelectedIcon, Certificate20Regular as CertificateIcon, Certificate32Regular as CertificateLargeIcon } from "@fluentui/react-icons/svg/certificate";
export { CheckmarkCircle20Filled as SuccessIcon, CheckmarkCircle16Filled as SuccessSmallIcon } from "@fluentui/react-icons/svg/checkmark-circle";
export { Checkmark16Regular as CopiedIcon } from "@fluentui/react-icons/svg/checkmark";
export { ChevronRight16Regular as ForwardIcon } from "@fluentui/react-icons/svg/chevron-right";
export { ChevronDown16Regular as ExpandedIcon } from "@fluentui/react-icons/svg/chevron-down";
export { Circle16Regular as PendingIcon } from "@fluentui/react-icons/svg/circle";
export { Copy16Regular as CopyIcon } from "@fluentui/react-icons/svg/copy";
export { Delete20Regular as DeleteIcon } from "@fluentui/react-icons/svg/delete";
export { Dismiss16Regular as RemoveIcon } from "@fluentui/react-icons/svg/dismiss";
export { Document24Regular as FileIcon } from "@fluentui/react-icons/svg/document";
export { FolderOpen20Regular as OpenFileIcon } from "@fluentui/react-icons/svg/folder-open";
export { DocumentAdd48Regular as AddFileIcon } from "@fluentui/react-icons/svg/document-add";
export { ErrorCircle20Filled as ErrorIcon, ErrorCircle16Filled as ErrorSmallIcon } from "@fluentui/react-icons/svg/error-circle";
export { Eye20Regular as ShowIcon } from "@fluentui/react-icons/svg/eye";
export { EyeOff20Regular as HideIcon } from "@fluentui/react-icons/svg/eye-off";
export { History20Filled as HistorySelectedIcon, History20Regular as HistoryIcon, History32Regular as HistoryLargeIcon } from "@fluentui/react-icons/svg/history";
export { Home20Filled as OverviewSelectedIcon, Home20Regular as OverviewIcon } from "@fluentui/react-icons/svg/home";
export { Info20Filled as InformationIcon, Info16Filled as InformationSmallIcon } from "@fluentui/react-icons/svg/info";
export { Key16Regular as KeySmallIcon, Key20Filled as KeySelectedIcon, Key20Regular as KeyIcon, Key32Regular as KeyLargeIcon } from "@fluentui/react-icons/svg/key";
export { LockClosed16Regular as ProtectedSmallIcon, LockClosedRegular as ProtectedLargeIcon } from "@fluentui/react-icons/svg/lock-closed";
export { MailArrowUp20Regular as RequestIcon } from "@fluentui/react-icons/svg/mail-arrow-up";
export { LinkMultiple20Filled as BindingSelectedIcon, LinkMultiple20Regular as BindingIcon, LinkMultipleRegular as BindingLargeIcon } from "@fluentui/react-icons/svg/link-multiple";
export { Add20Regular as AddIcon } from "@fluentui/react-icons/svg/add";
export { Edit20Regular as EditIcon } from "@fluentui/react-icons/svg/edit";
export { Pause20Regular as PauseIcon } from "@fluentui/react-icons/svg/pause";
export { Play20Regular as StartIcon } from "@fluentui/react-icons/svg/play";
export { Save20Regular as SaveIcon } from "@fluentui/react-icons/svg/save";
export { Search20Regular as SearchIcon, Search32Regular as SearchLargeIcon } from "@fluentui/react-icons/svg/search";
export { Server20Filled as ServerSelectedIcon, Server20Regular as ServerIcon, ServerRegular as ServerLargeIcon } from "@fluentui/react-icons/svg/server";
export { Signature20Filled as SignatureSelectedIcon, Signature20Regular as SignatureIcon, Signature32Regular as SignatureLargeIcon } from "@fluentui/react-icons/svg/signature";
export { Stop20Regular as StopIcon } from "@fluentui/react-icons/svg/stop";
export { SubtractCircle16Regular as NoneSmallIcon } from "@fluentui/react-icons/svg/subtract-circle";
export { Warning20Filled as WarningIcon, Warning16Filled as WarningSmallIcon } from "@fluentui/react-icons/svg/warning";
export { ArrowUndo16Regular as UndoneIcon } from "@fluentui/react-icons/svg/arrow-undo";

/** The Windows shield: what stands on it needs administrator permission. Decorative; the words are said beside it. */
export function ShieldIcon() {
  return (
    <svg className="shield" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path fill="#2b7cd3" d="M8 1v7H2.1C2 7.2 2 5.6 2 3.4 4.6 3.2 6.6 2.4 8 1Z" />
      <path fill="#f7c325" d="M8 1c1.4 1.4 3.4 2.2 6 2.4 0 2.2 0 3.8-.1 4.6H8Z" />
      <path fill="#f7c325" d="M8 8v7c-3.3-1.4-5.3-3.7-5.9-7Z" />
      <path fill="#2b7cd3" d="M8 8h5.9c-.6 3.3-2.6 5.6-5.9 7Z" />
      <path fill="none" stroke="#fff" strokeWidth="1" d="M8 .9c1.5 1.5 3.6 2.3 6.4 2.5.3 6.3-1.6 10.3-6.4 12.2C3.2 13.7 1.3 9.7 1.6 3.4 4.4 3.2 6.5 2.4 8 .9Z" />
    </svg>
  );
}

/** Lockstep's mark: two steps, linked. The same drawing as assets/icon.svg. */
export function LockstepMark() {
  return (
    <svg className="mark" width="20" height="20" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" className="mark-ground" />
      <g fill="none" className="mark-links" strokeWidth="3.2">
        <rect x="6.5" y="14.5" width="11" height="11" rx="3.5" />
        <path d="M14.5 11.5V10a3.5 3.5 0 0 1 3.5-3.5h4A3.5 3.5 0 0 1 25.5 10v4a3.5 3.5 0 0 1-3.5 3.5h-1.5" />
      </g>
    </svg>
  );
}
