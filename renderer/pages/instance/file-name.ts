// Paths and type names, cut to what a person knows them by.

/** The last part of a path, whichever strokes it is written with. */
export const fileNameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);

/** "AmiServiceBehavior" of "SanteDB.Rest.AMI.AmiServiceBehavior, SanteDB.Rest.AMI". */
export function lastName(type: string): string {
  const [name = type] = type.split(",");
  return name.slice(name.lastIndexOf(".") + 1).trim();
}
