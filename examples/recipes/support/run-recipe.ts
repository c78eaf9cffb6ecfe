import { pathToFileURL } from "node:url";
import type { Session } from "sagemaker-ts";
import { openSession } from "./session.js";
import { noted, removeFiles } from "./state.js";

/** A recipe: one step of the chapter, from an open session to printed results. */
export type Recipe = (session: Session, signal: AbortSignal) => Promise<unknown>;

/**
 * Runs recipes in order on one session. Ctrl-C aborts the running call; what a recipe created with `await using`
 * is deleted on the way out, and a second Ctrl-C ends the process at once.
 *
 * @param options - `cleanUp` runs last, also after a failure, and the files on this disk go too; neither with `KEEP=1`
 */
export async function runRecipes(recipes: readonly Recipe[], { cleanUp }: { cleanUp?: Recipe } = {}): Promise<void> {
  const removes = cleanUp !== undefined && process.env["KEEP"] !== "1";
  const controller = new AbortController();
  const interrupt = (): void => controller.abort(new Error("interrupted"));
  process.once("SIGINT", interrupt);
  try {
    await using session = openSession();
    try {
      for (const recipe of recipes) await recipe(session, controller.signal);
    } finally {
      // After an interruption too, so not with its signal.
      if (removes) await cleanUp(session, new AbortController().signal);
    }
  } finally {
    process.removeListener("SIGINT", interrupt);
    // With notes left, of a failed clean-up, the next one still finds what there is to delete.
    if (removes && (await noted()).length === 0) await removeFiles();
    else await showKept();
  }
}

/** What stays for the next recipe. */
async function showKept(): Promise<void> {
  const kept = await noted();
  if (kept.length === 0) return;
  console.log("\nKept for the next recipes; node --import tsx examples/recipes/clean-up.ts deletes it:");
  for (const uri of kept) console.log(`  ${uri}`);
}

/** Whether the file is the program that was started: `node --import tsx examples/recipes/01-….ts`. */
export function isMain(fileUrl: string): boolean {
  return process.argv[1] !== undefined && fileUrl === pathToFileURL(process.argv[1]).href;
}

/** Runs one recipe when its file is the program that was started. */
export async function runWhenMain(fileUrl: string, recipe: Recipe): Promise<void> {
  if (isMain(fileUrl)) await runRecipes([recipe]);
}
