import { pathToFileURL } from "node:url";
import type { Session } from "sagemaker-ts";
import { openSession } from "./session.js";

/** A recipe: one step of the chapter, from an open session to printed results. */
export type Recipe = (session: Session, signal: AbortSignal) => Promise<unknown>;

/**
 * Runs recipes in order on one session. Ctrl-C aborts the running call; what a recipe created with `await using`
 * is deleted on the way out, and a second Ctrl-C ends the process at once.
 */
export async function runRecipes(recipes: readonly Recipe[]): Promise<void> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort(new Error("interrupted"));
  process.once("SIGINT", interrupt);
  try {
    await using session = openSession();
    for (const recipe of recipes) await recipe(session, controller.signal);
  } finally {
    process.removeListener("SIGINT", interrupt);
  }
}

/** Runs one recipe when its file is the program that was started: `node --import tsx examples/recipes/01-….ts`. */
export async function runWhenMain(fileUrl: string, recipe: Recipe): Promise<void> {
  if (process.argv[1] && fileUrl === pathToFileURL(process.argv[1]).href) await runRecipes([recipe]);
}
