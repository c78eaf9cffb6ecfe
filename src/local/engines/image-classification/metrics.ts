/** What a batch of answers is measured against. */
export interface Labels {
  /** One row for each image: one class number, or a 0 or 1 for each class. */
  readonly values: Float32Array;
  readonly multiLabel: boolean;
}

/** Accuracy over the images seen so far. */
export class Accuracy {
  readonly #classes: number;
  readonly #topK: number | undefined;
  #answers = 0;
  #correct = 0;
  #correctOfTopK = 0;

  /**
   * @param topK - also counts how often the right class is among so many of the most probable ones; not for labels that are
   * independent of each other
   */
  constructor(classes: number, topK?: number) {
    this.#classes = classes;
    this.#topK = topK;
  }

  /**
   * Counts one batch.
   *
   * @param probabilities - a row of one probability for each class, for each image
   */
  add(probabilities: Float32Array, labels: Labels, images: number): void {
    for (let image = 0; image < images; image++) {
      const row = image * this.#classes;
      if (labels.multiLabel) this.#addIndependent(probabilities, labels.values, row);
      else this.#addOne(probabilities, row, labels.values[image] as number);
    }
  }

  #addIndependent(probabilities: Float32Array, labels: Float32Array, row: number): void {
    for (let i = row; i < row + this.#classes; i++) {
      const answer = (probabilities[i] as number) > 0.5 ? 1 : 0;
      if (answer === labels[i]) this.#correct++;
    }
    this.#answers += this.#classes;
  }

  #addOne(probabilities: Float32Array, row: number, label: number): void {
    const own = probabilities[row + label] as number;
    // How many classes stand before the right one; among equals the lower number stands first.
    let before = 0;
    for (let i = 0; i < this.#classes; i++) {
      const other = probabilities[row + i] as number;
      if (other > own || (other === own && i < label)) before++;
    }
    this.#answers++;
    if (before === 0) this.#correct++;
    if (this.#topK !== undefined && before < this.#topK) this.#correctOfTopK++;
  }

  /** Share of right answers; over all classes of all images when labels are independent. */
  get value(): number {
    return this.#answers === 0 ? 0 : this.#correct / this.#answers;
  }

  /** Names and values as the container logs them. */
  get entries(): (readonly [name: string, value: number])[] {
    const entries: (readonly [string, number])[] = [["accuracy", this.value]];
    if (this.#topK !== undefined) {
      entries.push([`top_k_accuracy_${this.#topK}`, this.#answers === 0 ? 0 : this.#correctOfTopK / this.#answers]);
    }
    return entries;
  }
}
