// How services of Linux are controlled: the commands, as a plan runs them and a person types them.
import type { Command, ServiceManager } from "../machine.ts";

/** systemd's `systemctl stop NAME`; of a script of /etc/init.d `service NAME stop`. */
export const controlUnit = (manager: ServiceManager, name: string, verb: "start" | "stop"): Command => (manager === "systemd" ? ["systemctl", verb, name] : ["service", name, verb]);

/**
 * systemd refuses a sixth start within ten seconds, also one that would put things back. Source: systemd.unit(5),
 * StartLimitBurst; systemctl(1), reset-failed.
 */
const forgetStarts = (name: string): Command => ["systemctl", "reset-failed", name];

/**
 * A unit with RemainAfterExit=yes stays active when its process has ended, and to start what is active does nothing; a restart
 * starts what is not active as well. Source: systemctl(1), restart.
 */
export const startUnit = (manager: ServiceManager, name: string): readonly Command[] => (manager === "systemd" ? [forgetStarts(name), ["systemctl", "restart", name]] : [controlUnit(manager, name, "start")]);

/** Whether a plan goes on although the command failed: `systemctl reset-failed` does for a unit that systemd has let go of, which has no starts to be forgotten. */
export const mayFail = ([program, verb]: readonly string[]): boolean => program === "systemctl" && verb === "reset-failed";
