// A path, cut to what a person knows the file by.

/** The last part of a path, whichever strokes it is written with. */
export const fileNameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
