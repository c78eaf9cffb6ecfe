import { Predictor, type Session } from "sagemaker-ts";
import { forgetEndpoint } from "./state.js";

/** Deletes an endpoint, its configuration and its model, and the note of it; one that is gone already is fine. */
export async function deleteEndpoint(session: Session, endpointName: string): Promise<void> {
  const predictor = new Predictor({ session, endpointName });
  try {
    await predictor.deleteEndpoint();
    await predictor.deleteModel();
    console.log(`  endpoint/${endpointName}: deleted, with its configuration and its model`);
  } catch (error) {
    if (!/could not find/iu.test(String(error))) throw error;
    console.log(`  endpoint/${endpointName}: there is none any more`);
  }
  await forgetEndpoint(endpointName);
}
