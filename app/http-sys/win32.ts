// Win32 error codes: what those that netsh, sc and services answer with mean, in plain words.

/** Sources: winerror.h for the meaning; the vendors' documentation and public reports for the cause in HTTP.sys. */
const meanings: ReadonlyMap<number, string> = new Map([
  [2, "the file or record is not there"],
  [5, "access is denied"],
  [32, "another program holds the port (or a file) it needs"],
  [87, "a parameter is not of the form Windows expects"],
  [183, "it exists already"],
  [1051, "services that depend on it are running"],
  [1053, "it did not answer the start or stop request in time"],
  [1056, "it is running already"],
  [1058, "it is disabled"],
  [1060, "there is no such service"],
  [1061, "it cannot take a request at the moment"],
  [1062, "it is not running"],
  [1066, "it ended with an error of its own"],
  [1067, "its process ended unexpectedly"],
  [1068, "a service that it needs could not start"],
  [1069, "its account could not log on"],
  [1077, "it has not been started since this machine came up"],
  [1312, "the certificate cannot be used by the machine"],
  [1332, "the account name is not known"],
]);

/** Meaning of a code as the end of a sentence, with its number: "access is denied (Windows error 5)". */
export function win32Meaning(code: number): string {
  const meaning = meanings.get(code);
  return meaning === undefined ? `Windows error ${code}` : `${meaning} (Windows error ${code})`;
}
