export { type ControlPlaneOptions, SageMakerControlPlane } from "./control-plane.js";
