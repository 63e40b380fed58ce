/* A Windows service as small as one can be: listens on a loopback port and says so to whoever connects.
   Arguments: the port; with port 0 it ends at once with the Win32 exit code that follows. */
#define UNICODE
#include <winsock2.h>
#include <windows.h>
#include <stdlib.h>

static SERVICE_STATUS_HANDLE handle;
static SERVICE_STATUS status = { SERVICE_WIN32_OWN_PROCESS, SERVICE_START_PENDING, 0, 0, 0, 0, 3000 };
static SOCKET listener = INVALID_SOCKET;
static int port, failure;
static volatile int stopping;

static void report(DWORD state, DWORD code) {
  status.dwCurrentState = state;
  status.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP : 0;
  status.dwWin32ExitCode = code;
  SetServiceStatus(handle, &status);
}

static DWORD WINAPI control(DWORD code, DWORD type, void *data, void *context) {
  if (code == SERVICE_CONTROL_STOP) {
    report(SERVICE_STOP_PENDING, 0);
    stopping = 1;
    closesocket(listener);
  }
  return NO_ERROR;
}

static void WINAPI run(DWORD count, LPWSTR *arguments) {
  static const char greeting[] = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nLockstep";
  struct sockaddr_in address = { AF_INET };
  WSADATA sockets;
  char request[2048];
  handle = RegisterServiceCtrlHandlerExW(L"", control, NULL);
  if (!handle) return;
  report(SERVICE_START_PENDING, 0);
  if (port == 0) { report(SERVICE_STOPPED, failure); return; }
  WSAStartup(MAKEWORD(2, 2), &sockets);
  listener = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 8)) { report(SERVICE_STOPPED, WSAGetLastError()); return; }
  report(SERVICE_RUNNING, 0);
  for (;;) {
    SOCKET client = accept(listener, NULL, NULL);
    if (stopping) break;
    /* A client that left before it was taken is no reason to end. */
    if (client == INVALID_SOCKET) { Sleep(10); continue; }
    recv(client, request, sizeof request, 0);
    send(client, greeting, sizeof greeting - 1, 0);
    shutdown(client, SD_SEND);
    closesocket(client);
  }
  report(SERVICE_STOPPED, 0);
}

int main(int count, char **arguments) {
  SERVICE_TABLE_ENTRYW table[] = { { L"", run }, { NULL, NULL } };
  port = count > 1 ? atoi(arguments[1]) : 0;
  failure = count > 2 ? atoi(arguments[2]) : 0;
  return StartServiceCtrlDispatcherW(table) ? 0 : (int)GetLastError();
}
