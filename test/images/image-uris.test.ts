import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SageMakerError, UnsupportedError, ValidationError } from "../../src/errors/index.js";
import { type BuiltInAlgorithm, imageUris } from "../../src/images/index.js";

interface Detail {
  repository: string;
  tag: string;
  registrySet: string;
  inV2_257_6: boolean;
}
interface Algorithm {
  repository: string | Record<string, string>;
  versions: string[];
  tagByVersion: Record<string, string>;
  registries: Record<string, string>;
  registrySets?: Record<string, Record<string, string>>;
  versionDetail?: Record<string, Detail>;
  graviton?: { versions: Record<string, Detail> };
}
interface Fixture {
  algorithms: Record<string, Algorithm>;
  dnsSuffix: Record<string, string>;
}
const fixture = JSON.parse(readFileSync(new URL("../fixtures/image-uris.json", import.meta.url), "utf8")) as Fixture;

interface Combination {
  name: string;
  version: string;
  region: string;
  instanceType?: string;
  inPython: boolean;
  uri: string;
}

/** Every algorithm, version and region of the fixture, with the address that its template gives. */
function combinations(): Combination[] {
  const all: Combination[] = [];
  const add = (
    name: string,
    version: string,
    detail: Detail,
    registries: Record<string, string>,
    instance?: string,
  ) => {
    for (const [region, account] of Object.entries(registries)) {
      const uri = `${account}.dkr.ecr.${region}.${fixture.dnsSuffix[region]}/${detail.repository}:${detail.tag}`;
      all.push({
        name,
        version,
        region,
        uri,
        inPython: detail.inV2_257_6,
        ...(instance ? { instanceType: instance } : {}),
      });
    }
  };
  for (const [name, algorithm] of Object.entries(fixture.algorithms)) {
    for (const version of algorithm.versions) {
      const detail = algorithm.versionDetail?.[version] ?? {
        repository: String(algorithm.repository),
        tag: algorithm.tagByVersion[version] ?? "",
        registrySet: "",
        inV2_257_6: true,
      };
      add(name, version, detail, algorithm.registrySets?.[detail.registrySet] ?? algorithm.registries);
    }
    for (const [version, detail] of Object.entries(algorithm.graviton?.versions ?? {})) {
      add(name, version, detail, algorithm.registrySets?.[detail.registrySet] ?? {}, "ml.c7g.xlarge");
    }
  }
  return all;
}

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("imageUris.retrieve", () => {
  it("gives the address of the Python SDK for all 1011 combinations it knows, and for the newer xgboost", () => {
    const all = combinations();
    expect(all.filter((one) => one.inPython)).toHaveLength(1011);
    expect(all).toHaveLength(1011 + 37);
    const wrong = all.filter(
      ({ name, version, region, instanceType, uri }) =>
        imageUris.retrieve(name as BuiltInAlgorithm, { region, version, instanceType }) !== uri,
    );
    expect(wrong).toEqual([]);
  });

  it("knows exactly the algorithms, versions and regions of the fixture", () => {
    expect(imageUris.algorithms()).toEqual(Object.keys(fixture.algorithms).sort());
    for (const name of imageUris.algorithms()) {
      const algorithm = fixture.algorithms[name];
      expect(imageUris.versions(name).sort()).toEqual([...(algorithm?.versions ?? [])].sort());
      const version = name === "xgboost" ? "1.7-1" : undefined;
      expect(imageUris.regions(name, version)).toEqual(Object.keys(algorithm?.registries ?? {}).sort());
    }
  });

  it("needs no version where there is only one", () => {
    expect(imageUris.retrieve("blazingtext", { region: "us-east-1" })).toBe(
      "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1",
    );
    expect(imageUris.retrieve("blazingtext", { region: "cn-north-1", scope: "inference" })).toBe(
      "390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/blazingtext:1",
    );
  });

  it("resolves an alias to the real tag", () => {
    expect(imageUris.retrieve("xgboost", { region: "us-west-2", version: "latest" })).toBe(
      "433757028032.dkr.ecr.us-west-2.amazonaws.com/xgboost:1",
    );
  });

  it("wants a version or a scope for xgboost", () => {
    const error = thrown(() => imageUris.retrieve("xgboost", { region: "us-west-2" }));
    expect(error).toMatchObject({ code: "UNSUPPORTED_VERSION" });
    expect(imageUris.retrieve("xgboost", { region: "us-west-2", scope: "training" })).toMatch(/\/xgboost:1$/u);
  });

  it("refuses an unknown algorithm with all names and the nearest one", () => {
    const error = thrown(() => imageUris.retrieve("blasingtext" as BuiltInAlgorithm, { region: "us-east-1" }));
    expect(UnsupportedError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: "UNKNOWN_IMAGE", candidates: imageUris.algorithms() });
    expect(String(error)).toContain('did you mean "blazingtext"?');
    expect(String(thrown(() => imageUris.retrieve("deepar" as BuiltInAlgorithm, { region: "us-east-1" })))).toContain(
      'did you mean "forecasting-deepar"?',
    );
    expect(thrown(() => imageUris.retrieve("toString" as BuiltInAlgorithm, { region: "us-east-1" }))).toMatchObject({
      code: "UNKNOWN_IMAGE",
    });
  });

  it("refuses an unknown version also where there is only one", () => {
    const error = thrown(() => imageUris.retrieve("blazingtext", { region: "us-east-1", version: "99" }));
    expect(error).toMatchObject({ code: "UNSUPPORTED_VERSION", candidates: ["1"] });
  });

  it("refuses an unknown region and names the nearest", () => {
    const error = thrown(() => imageUris.retrieve("blazingtext", { region: "us-esat-1" }));
    expect(error).toMatchObject({ code: "UNSUPPORTED_REGION" });
    expect((error as UnsupportedError).candidates).toHaveLength(37);
    expect(String(error)).toContain('did you mean "us-east-1"?');
    expect(thrown(() => imageUris.retrieve("lda", { region: "eu-west-3" }))).toMatchObject({
      code: "UNSUPPORTED_REGION",
    });
  });

  it("refuses instance types that the image cannot run on", () => {
    const at = (version: string | undefined, instanceType: string, name: BuiltInAlgorithm = "xgboost") =>
      thrown(() => imageUris.retrieve(name, { region: "us-east-1", version, instanceType }));
    expect(at("1.0-1", "ml.p3.2xlarge")).toMatchObject({ code: "UNSUPPORTED_INSTANCE_TYPE" });
    expect(at(undefined, "ml.m6g.large", "blazingtext")).toMatchObject({ code: "UNSUPPORTED_INSTANCE_TYPE" });
    expect(at("1.7-1", "ml.m6g.large")).toMatchObject({ candidates: ["xgboost 1.3-1", "xgboost 1.5-1"] });
    expect(at(undefined, "ml.trn1.2xlarge", "knn")).toMatchObject({ code: "UNSUPPORTED_INSTANCE_TYPE" });
    expect(
      imageUris.retrieve("xgboost", { region: "us-east-1", version: "1.7-1", instanceType: "ml.p3.2xlarge" }),
    ).toMatch(/:1\.7-1$/u);
  });

  it("refuses unknown options, an unknown scope and a missing region together", () => {
    const error = thrown(() => imageUris.retrieve("knn", { regoin: "us-east-1", scope: "both" } as never));
    expect(ValidationError.is(error)).toBe(true);
    expect((error as ValidationError).issues.map((issue) => issue.path[0])).toEqual(["regoin", "region", "scope"]);
    expect(SageMakerError.is(error)).toBe(true);
  });
});
