import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RENEW_AFTER, STOP_AFTER, TypingSignal } from "./typing";

describe("typing", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("many keys make one signal, renewed now and then, and one end", () => {
    const sent: boolean[] = [];
    const signal = new TypingSignal((active) => sent.push(active));
    for (let key = 0; key < 10; key++) {
      signal.key();
      vi.advanceTimersByTime(100);
    }
    expect(sent).toEqual([true]);
    vi.advanceTimersByTime(RENEW_AFTER - 1_000);
    signal.key();
    expect(sent).toEqual([true, true]);
    vi.advanceTimersByTime(STOP_AFTER);
    expect(sent).toEqual([true, true, false]);
  });

  it("stopping twice, or without a start, says nothing", () => {
    const sent: boolean[] = [];
    const signal = new TypingSignal((active) => sent.push(active));
    signal.stop();
    signal.key();
    signal.stop();
    signal.stop();
    vi.advanceTimersByTime(STOP_AFTER * 2);
    expect(sent).toEqual([true, false]);
  });
});
