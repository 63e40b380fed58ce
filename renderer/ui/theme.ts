// Windows 11's own look over the kit's themes: its type, its accent, its corners.
import { webDarkTheme, webLightTheme, type Theme } from "@fluentui/react-components";

const type = {
  fontFamilyBase: '"Segoe UI Variable Text", "Segoe UI", Inter, system-ui, sans-serif',
  fontFamilyNumeric: '"Segoe UI Variable Text", "Segoe UI", Inter, system-ui, sans-serif',
  fontFamilyMonospace: '"Cascadia Mono", Consolas, ui-monospace, "DejaVu Sans Mono", monospace',
} as const;

export const lightTheme: Theme = {
  ...webLightTheme, ...type,
  colorBrandBackground: "#005fb8", colorBrandBackgroundHover: "#1a6fbf", colorBrandBackgroundPressed: "#00529f", colorBrandBackgroundSelected: "#005fb8",
  colorCompoundBrandBackground: "#005fb8", colorCompoundBrandBackgroundHover: "#1a6fbf", colorCompoundBrandBackgroundPressed: "#00529f",
  colorCompoundBrandForeground1: "#005fb8", colorCompoundBrandForeground1Hover: "#00529f", colorCompoundBrandForeground1Pressed: "#003e73",
  colorCompoundBrandStroke: "#005fb8", colorCompoundBrandStrokeHover: "#00529f", colorCompoundBrandStrokePressed: "#003e73",
  colorBrandForeground1: "#005fb8", colorBrandForegroundLink: "#003e92", colorBrandForegroundLinkHover: "#001a68", colorBrandForegroundLinkPressed: "#005fb8",
  colorBrandStroke1: "#005fb8", colorNeutralForeground2BrandHover: "#005fb8", colorNeutralForeground2BrandPressed: "#00529f",
};

export const darkTheme: Theme = {
  ...webDarkTheme, ...type,
  colorNeutralForegroundOnBrand: "#000000",
  colorBrandBackground: "#60cdff", colorBrandBackgroundHover: "#5ac0ee", colorBrandBackgroundPressed: "#53b2de", colorBrandBackgroundSelected: "#60cdff",
  colorCompoundBrandBackground: "#60cdff", colorCompoundBrandBackgroundHover: "#5ac0ee", colorCompoundBrandBackgroundPressed: "#53b2de",
  colorCompoundBrandForeground1: "#60cdff", colorCompoundBrandForeground1Hover: "#99ebff", colorCompoundBrandForeground1Pressed: "#53b2de",
  colorCompoundBrandStroke: "#60cdff", colorCompoundBrandStrokeHover: "#99ebff", colorCompoundBrandStrokePressed: "#53b2de",
  colorBrandForeground1: "#60cdff", colorBrandForegroundLink: "#99ebff", colorBrandForegroundLinkHover: "#99ebff", colorBrandForegroundLinkPressed: "#60cdff",
  colorBrandStroke1: "#60cdff", colorNeutralForeground2BrandHover: "#60cdff", colorNeutralForeground2BrandPressed: "#53b2de",
  colorNeutralBackground1: "#2d2d2d", colorNeutralBackground1Hover: "#363636", colorNeutralBackground1Pressed: "#272727",
  colorNeutralForeground3: "#c5c5c5", colorNeutralForeground4: "#b4b4b4",
};
