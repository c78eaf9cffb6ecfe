// Recipe 10: ask the endpoint for the future of the series, with its uncertainty; score and draw it; delete the endpoint.
import { DeepARPredictor, type Session, scoreForecasts, TimeSeries } from "sagemaker-ts";
import { forecastPlot, toHtml } from "sagemaker-ts/plots";
import { deleteEndpoint } from "./support/delete-endpoint.js";
import { printChart, saveFigure, saveReport } from "./support/figure.js";
import { meanProfile, periodAgo, scoreRow } from "./support/forecast-scores.js";
import { runWhenMain } from "./support/run-recipe.js";
import { table, title } from "./support/show.js";
import { load } from "./support/state.js";
import { noiseDeviation, pattern, period } from "./support/synthetic-series.js";

export async function forecastSeries(session: Session, signal: AbortSignal): Promise<void> {
  title("Recipe 10: probabilistic forecast");
  const [endpointName, predictionLength] = await Promise.all([load("forecastEndpoint"), load("predictionLength")]);
  const training = TimeSeries.fromJSON(await load("trainingSeries"));
  const target = TimeSeries.fromJSON(await load("targetSeries"));

  // An endpoint does not say what its model expects.
  const modelCard = { frequency: training.frequency, predictionLength };
  const predictor = new DeepARPredictor({ session, endpointName, modelCard });
  const forecast = await predictor
    .forecast(training, { numSamples: 100, quantiles: [0.1, 0.5, 0.9], signal })
    .finally(() => deleteEndpoint(session, endpointName));

  const rows = Array.from(forecast, ({ timestamp, quantiles }) => ({
    time: timestamp,
    "0.1": quantiles["0.1"]?.toFixed(2),
    "0.5": quantiles["0.5"]?.toFixed(2),
    "0.9": quantiles["0.9"]?.toFixed(2),
  }));
  table([...rows.slice(0, 5), { time: "...", "0.1": "", "0.5": "", "0.9": "" }, ...rows.slice(-3)]);

  const { rmse, coverage } = scoreForecasts([forecast], [target]);
  const share = ((coverage[0]?.actual ?? 0) * 100).toFixed(0);
  console.log(
    `  RMSE of the mean ${rmse?.toFixed(2)}; ${share} % of the values lie inside the 80 % prediction interval`,
  );
  const actual = target.values.slice(-predictionLength);
  // What only the maker of the series can know: the pattern, and how the noise spreads around it.
  const truth = actual.map((_, index) => pattern(training.length + index));
  const band = 1.2816 * noiseDeviation;
  table([
    scoreRow("DeepAR", forecast.toJSON().quantiles, actual),
    scoreRow(`as ${period} hours ago`, periodAgo(training.values, period, predictionLength), actual),
    scoreRow(`mean of all cycles of ${period} hours`, meanProfile(training.values, period, predictionLength), actual),
    scoreRow(
      "the pattern without its noise",
      {
        "0.1": Array.from(truth, (v) => v - band),
        "0.5": Array.from(truth),
        "0.9": Array.from(truth, (v) => v + band),
      },
      actual,
    ),
  ]);

  const options = { xTitle: "DATE", yTitle: "VALUE" };
  const whole = forecastPlot({ training, target, forecast }, { ...options, title: "All hours" });
  const end = forecastPlot(
    { training, target, forecast },
    { ...options, title: `After the last ${2 * period} hours`, historyLength: 2 * period },
  );
  await saveFigure("10-forecast", whole, signal);
  await saveReport("10-forecast.html", await toHtml([whole, end], { title: "Forecast of the next 50 hours", signal }));
  printChart(
    [
      { ...training.slice(-period).toJSON(), name: "training" },
      { ...target.toJSON(), name: "target" },
      { ...forecast.toSeries(0.5).toJSON(), name: "prediction median" },
    ],
    { band: { lower: forecast.toSeries(0.1), upper: forecast.toSeries(0.9), name: "80 % prediction interval" } },
  );
}

await runWhenMain(import.meta.url, forecastSeries);
