// Recipe 8: split the series in the order of time, write JSON Lines, upload them.
import { joinS3Uri, type Session, splitForecast, TimeSeries } from "sagemaker-ts";
import { writeDeepAR } from "sagemaker-ts/formats";
import { seriesPlot } from "sagemaker-ts/plots";
import { saveFigure } from "./support/figure.js";
import { runWhenMain } from "./support/run-recipe.js";
import { table, title } from "./support/show.js";
import { load, note, store, tmp } from "./support/state.js";

export async function splitSeries(session: Session, signal: AbortSignal): Promise<void> {
  title("Recipe 8: training and test series");
  const series = TimeSeries.fromJSON(await load("series"));
  const predictionLength = series.length - Math.floor(0.9 * series.length);
  // The target begins with the last point of the training, so that the lines of the figure join.
  const { training, test, target } = splitForecast(series, { predictionLength, overlap: 1 });
  table(
    Object.entries({ training, target, test }).map(([part, { length, start, end }]) => ({
      part,
      points: length,
      start,
      end,
    })),
  );

  const bucket = await session.defaultBucket({ create: true, signal });
  const seriesRoot = joinS3Uri(bucket, "chapter08");
  for (const [name, part] of Object.entries({ training, test })) {
    const file = `${tmp}${name}.jsonl`;
    const { records, bytes } = await writeDeepAR(file, [part], { signal });
    await note(joinS3Uri(seriesRoot, `input/${name}.jsonl`));
    const uri = await session.uploadData(file, { bucket, keyPrefix: "chapter08/input", signal });
    console.log(`  ${uri}: ${records} line, ${bytes} bytes`);
  }

  const lines = [
    { ...training.toJSON(), name: "training" },
    { ...target.toJSON(), name: "target" },
  ];
  await saveFigure("08-training-and-target", seriesPlot(lines, { xTitle: "DATE", yTitle: "VALUE" }), signal);
  await store({
    trainingSeries: training.toJSON(),
    targetSeries: target.toJSON(),
    predictionLength,
    bucket,
    seriesRoot,
  });
}

await runWhenMain(import.meta.url, splitSeries);
