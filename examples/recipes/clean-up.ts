// The last step: delete what the recipes have made in S3 and on this disk. KEEP=1 keeps it.
import type { Session } from "sagemaker-ts";
import { isMain, runRecipes } from "./support/run-recipe.js";
import { title } from "./support/show.js";
import { noted, store } from "./support/state.js";

/** Deletes the objects in S3; the files here go when the session is closed, as it may keep its service among them. */
export async function cleanUp(session: Session, signal?: AbortSignal): Promise<void> {
  title("Clean up");
  for (const uri of await noted()) {
    const { deleted, bytes } = await session.deletePrefix(uri, { signal });
    console.log(`  ${uri}: objects deleted: ${deleted} (${bytes} bytes)`);
  }
  await store({ created: [] });
}

if (isMain(import.meta.url)) await runRecipes([], { cleanUp });
