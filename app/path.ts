// Paths of any operating system, taken apart as text: both slashes part them, as Windows has it.
const cut = (path: string): number => Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));

/** The last part of a path. */
export const fileNameOf = (path: string): string => path.slice(cut(path) + 1);

/** All before it, without a separator at its end; "" where there is none. */
export const folderOf = (path: string): string => path.slice(0, Math.max(cut(path), 0));
