// The house rules, enforced: who may import what, and which raw interfaces have one wrapper.
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const restrictImports = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });
const outOfRoom = (regex, message) => ({ regex, message });

const nodeModules = "^(node:)?(assert|async_hooks|buffer|child_process|cluster|crypto|dgram|dns|events|fs|http|http2|https|inspector|module|net|os|path|perf_hooks|process|readline|stream|string_decoder|timers|tls|tty|url|util|v8|vm|worker_threads|zlib)(/.*)?$";
const nodeModulesButCrypto = nodeModules.replace("|crypto|", "|");

export default tseslint.config(
  { ignores: ["dist/**", "artefacts/**", "release/**", "node_modules/**"] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ["**/*.ts", "**/*.tsx"] })),
  {
    files: ["**/*.ts", "**/*.tsx"],
    languageOptions: {
      parserOptions: { project: ["app/tsconfig.json", "main/tsconfig.json", "main/electron/tsconfig.json", "renderer/tsconfig.json", "test/tsconfig.json"], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/prefer-readonly": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/only-throw-error": "error",
      "no-restricted-syntax": ["error", { selector: "ExportDefaultDeclaration", message: "Name what is exported." }],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  {
    // app/ knows; it touches no platform but node:crypto.
    files: ["app/**/*.ts"],
    rules: {
      ...restrictImports(
        outOfRoom(nodeModulesButCrypto, "app/ is pure: of the platform it may use node:crypto only."),
        outOfRoom("(^|/)\\.\\./(\\.\\./)*(main|renderer|test)/", "Arrows run towards app/, never out of it."),
        outOfRoom("^(electron|react|react-dom|@fluentui/.*)$", "app/ knows no window."),
      ),
      "no-restricted-globals": ["error", "Buffer", "process", "global", "setTimeout", "setInterval", "setImmediate", "fetch", "window", "document", "require", "__dirname"],
    },
  },
  {
    files: ["renderer/**/*.ts", "renderer/**/*.tsx"],
    plugins: { "react-hooks": hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      ...restrictImports(
        outOfRoom(nodeModules, "The renderer has no platform."),
        outOfRoom("(^|/)\\.\\./(\\.\\./)*(main|test)/", "The renderer knows the contract, nothing of main/."),
        outOfRoom("^(electron)$", "Only main/electron/ imports electron."),
        outOfRoom("^@fluentui/", "Take controls from renderer/ui, the one place that knows the kit."),
      ),
    },
  },
  {
    files: ["renderer/ui/**/*.ts", "renderer/ui/**/*.tsx"],
    rules: restrictImports(
      outOfRoom(nodeModules, "The renderer has no platform."),
      outOfRoom("(^|/)\\.\\./(\\.\\./)*(main|test)/", "The renderer knows the contract, nothing of main/."),
      outOfRoom("^(electron)$", "Only main/electron/ imports electron."),
    ),
  },
  {
    // One place runs processes, one writes files, one opens sockets.
    files: ["main/**/*.ts"],
    rules: restrictImports(
      outOfRoom("(^|/)\\.\\./(\\.\\./)*(renderer|test)/", "main/ knows no page."),
      outOfRoom("^(electron)$", "Only main/electron/ imports electron."),
      outOfRoom("^(node:)?child_process$", "Processes are started by main/machines/*/commands.ts, linux/trial.ts, practice/service-process.ts and main/browser.ts."),
      outOfRoom("^(node:)?fs(/promises)?$", "Files go through main/storage/file.ts, the practice machine's own state or the folder of linux/trial.ts."),
      outOfRoom("^(node:)?(net|tls|http|https|dgram)$", "Sockets are opened by main/machines/network.ts, linux/trial.ts, main/web/ and the practice service."),
    ),
  },
  {
    files: ["main/storage/**/*.ts", "main/machines/practice/**/*.ts", "main/machines/windows/commands.ts", "main/machines/linux/commands.ts", "main/machines/linux/trial.ts", "main/machines/network.ts", "main/web/**/*.ts", "main/browser.ts"],
    rules: restrictImports(
      outOfRoom("(^|/)\\.\\./(\\.\\./)*(renderer|test)/", "main/ knows no page."),
      outOfRoom("^(electron)$", "Only main/electron/ imports electron."),
    ),
  },
  {
    files: ["main/electron/**/*.ts"],
    rules: restrictImports(outOfRoom("(^|/)\\.\\./(\\.\\./)*(renderer|test)/", "main/ knows no page.")),
  },
  {
    files: ["test/**/*.ts", "test/**/*.tsx", "scripts/**/*.ts", "*.ts"],
    rules: {
      "no-restricted-imports": "off",
      "no-restricted-syntax": "off",
      "no-console": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/use-unknown-in-catch-callback-variable": "off",
    },
  },
);
