/** Rows with what is true of them and what a model answers. */
import { type AnswerForm, thresholdOf } from '../../shared/answers.ts';
import type { ProblemSettings } from '../../shared/settings.ts';

/** Rows in the same order. */
export interface ScoredRows {
  /** Class codes 0, 1, 2 ..., for regression the value itself. */
  readonly labels: Uint8Array | Float64Array;
  /**
   * Binary: a score of the second class for each row; regression: a value for each; multiclass: a score of each class,
   * in the order of the classes, row after row.
   */
  readonly scores: Float64Array;
}

/** How answers are to be understood. */
export interface Reading {
  readonly problem: ProblemSettings;
  /** Scores without a scale have no log loss, Brier score or calibration. */
  readonly areProbabilities: boolean;
  /** Binary: a row is predicted positive at or above it. */
  readonly threshold: number;
  /** 0..1, of the intervals. */
  readonly confidence: number;
}

/** How a model's answers are read. @param confidence 0..1, of the intervals. */
export function readingOf(form: AnswerForm, confidence: number): Reading {
  const { problem, output } = form;
  return {
    problem,
    areProbabilities: output.kind === 'probability',
    threshold: thresholdOf(form),
    confidence,
  };
}

/** Numbers of a row's answer. */
export function answerWidth(problem: ProblemSettings): number {
  return problem.type === 'multiclass' ? problem.classes.length : 1;
}

/** Class codes that the answers predict: the largest score's, the first of equals; binary by the threshold. */
export function predictedClasses({ scores }: ScoredRows, { problem, threshold }: Reading): Uint16Array {
  if (problem.type !== 'multiclass') {
    return Uint16Array.from(scores, (score) => (score >= threshold ? 1 : 0));
  }
  const width = problem.classes.length;
  const predicted = new Uint16Array(scores.length / width);
  for (let row = 0; row < predicted.length; row++) {
    let best = 0;
    for (let code = 1; code < width; code++) {
      if (scores[row * width + code]! > scores[row * width + best]!) best = code;
    }
    predicted[row] = best;
  }
  return predicted;
}
