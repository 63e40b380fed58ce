// The practice service's program as tests run it.
import { bundle } from "../../fixtures/bundle.ts";

/** Path of the built program. */
export const serviceProgram = (): Promise<string> => bundle("main/machines/practice/service.ts", ["app", "main/machines/practice", "main/storage"]);
