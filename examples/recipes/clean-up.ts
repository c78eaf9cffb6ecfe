// The last step: delete what the recipes have made: endpoints, objects in S3, and files on this disk. KEEP=1 keeps it.
import type { Session } from "sagemaker-ts";
import { deleteEndpoint } from "./support/delete-endpoint.js";
import { isMain, runRecipes } from "./support/run-recipe.js";
import { title } from "./support/show.js";
import { noted, store } from "./support/state.js";

/** Deletes endpoints and the objects in S3; the files here go when the session is closed, as it may keep its service among them. */
export async function cleanUp(session: Session, signal?: AbortSignal): Promise<void> {
  title("Clean up");
  for (const uri of await noted()) {
    if (uri.startsWith("endpoint/")) {
      await deleteEndpoint(session, uri.slice("endpoint/".length));
      continue;
    }
    const { deleted, bytes } = await session.deletePrefix(uri, { signal });
    console.log(`  ${uri}: objects deleted: ${deleted} (${bytes} bytes)`);
  }
  await store({ created: [] });
}

if (isMain(import.meta.url)) await runRecipes([], { cleanUp });
