/* Stands in for a program of Windows: says how it was started, or misbehaves as its first argument asks. */
#include <windows.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int count, char **arguments) {
  const char *manner = count > 1 ? arguments[1] : "";
  _setmode(1, _O_BINARY);
  if (!strcmp(manner, "slow")) { printf("begun"); fflush(stdout); Sleep(60000); }
  if (!strcmp(manner, "much")) for (int line = 0; line < 1536; line++) printf("%01023d\n", line);
  if (!strcmp(manner, "oem")) fwrite("\x82\x84", 1, 2, stdout);
  if (!strcmp(manner, "code")) exit(atoi(arguments[2]));
  if (!strcmp(manner, "environment")) for (char **entry = _environ; *entry; entry++) printf("%s\n", *entry);
  if (!strcmp(manner, "say")) for (int index = 2; index < count; index++) printf("<%s>\n", arguments[index]);
  if (!strcmp(manner, "error")) fprintf(stderr, "on the other stream");
  return 0;
}
