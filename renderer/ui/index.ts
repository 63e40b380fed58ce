// The controls of the window. This folder is the only one that knows the kit behind them.
export { Button, Checkbox, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, ProgressBar, Radio, RadioGroup, Select, Spinner, Textarea, ToggleButton, useRestoreFocusTarget } from "@fluentui/react-components";
export { CopyButton } from "./copy-button.tsx";
export { Empty } from "./empty.tsx";
export * from "./icons.tsx";
export { Input, PasswordInput, SecretTextarea } from "./input.tsx";
export { KitProvider } from "./kit-provider.tsx";
export { useNarrow } from "./narrow.ts";
export { IntentIcon, Notice, type Intent } from "./notice.tsx";
export { useShownPage } from "./shown-page.ts";
export { Tabs } from "./tabs.tsx";
export { useVirtualRows } from "./virtual-rows.ts";
