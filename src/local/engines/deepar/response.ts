import { pythonFloat } from "../python-text.js";
import type { Forecast } from "./forecast.js";
import type { Configuration } from "./request.js";

/** Decimals of a number in an answer. */
const DECIMALS = 10;

/** A forecast as the container answers it: compact JSON, quantiles in the order of the request. */
export function forecastJson(forecast: Forecast, { outputTypes, quantiles }: Configuration): string {
  const parts: string[] = [];
  if (outputTypes.has("mean")) parts.push(`"mean":${numbers(forecast.mean())}`);
  if (outputTypes.has("quantiles")) {
    const lists = quantiles.map(({ text, level }) => `${JSON.stringify(text)}:${numbers(forecast.quantile(level))}`);
    parts.push(`"quantiles":{${lists.join(",")}}`);
  }
  if (outputTypes.has("samples")) {
    const paths = Array.from({ length: forecast.paths }, (_, path) => numbers(forecast.path(path)));
    parts.push(`"samples":[${paths.join(",")}]`);
  }
  return `{${parts.join(",")}}`;
}

function numbers(values: Float32Array): string {
  return `[${Array.from(values, (value) => pythonFloat(Number(value.toFixed(DECIMALS)))).join(",")}]`;
}
