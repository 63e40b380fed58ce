// A program run to its end: signals are passed on to it, and its exit code comes back.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { platform, stderr } from "node:process";

const passedOn = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Gives the program's exit code; where a signal ended it, 128 and the signal's number; 127 where it cannot be run.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, stdio?: import("node:child_process").StdioOptions, hear?: (chunk: Buffer) => void }} options
 *   `hear` is given what the program prints, where `stdio` has a pipe for it
 * @returns {Promise<number>}
 */
export function runProgram(program, args, { cwd, stdio = "inherit", hear = () => undefined }) {
  return new Promise((resolve) => {
    // On Windows npm is a script, which only a shell can run; its arguments here are all our own.
    const child = spawn(program, args, { cwd, stdio, shell: platform === "win32" && program === "npm" });
    const pass = (signal) => void child.kill(signal);
    for (const signal of passedOn) process.on(signal, pass);
    const finish = (code) => {
      for (const signal of passedOn) process.off(signal, pass);
      resolve(code);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.on("error", (error) => {
      stderr.write(`${program} cannot be run: ${error.message}\n`);
      finish(127);
    });
    child.on("close", (code, signal) => finish(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}
