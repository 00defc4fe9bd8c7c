import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RequestError } from "./api";
import { nextDelay, RECOVERED, usePolling } from "./usePolling";

const INTERVAL = 5_000;

function hide(hidden: boolean): void {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
  document.dispatchEvent(new Event("visibilitychange"));
}

const settle = (milliseconds = 0) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("delay", () => {
  it("doubles with each failure up to a minute", () => {
    const middle = () => 0.5;
    expect([0, 1, 2, 3, 4, 5, 9].map((failures) => nextDelay(INTERVAL, failures, middle))).toEqual([
      5_000, 5_000, 10_000, 20_000, 40_000, 60_000, 60_000,
    ]);
  });

  it("spreads by a fifth", () => {
    expect(nextDelay(10_000, 1, () => 0)).toBe(8_000);
    expect(nextDelay(10_000, 1, () => 1)).toBeCloseTo(12_000);
  });
});

describe("polling", () => {
  it("sends a request immediately and then at every interval", async () => {
    const load = vi.fn(async () => ({ n: 1 }));
    const { result } = renderHook(() => usePolling("a", load, INTERVAL));
    await settle();
    expect(result.current.data).toEqual({ n: 1 });
    await settle(INTERVAL * 2);
    expect(load).toHaveBeenCalledTimes(3);
  });

  it("keeps the identity of an unchanged response", async () => {
    const { result } = renderHook(() => usePolling("a", async () => ({ n: 1 }), INTERVAL));
    await settle();
    const first = result.current.data;
    await settle(INTERVAL);
    expect(result.current.data).toBe(first);
  });

  it("keeps the last data on failure, backs off, and recovers", async () => {
    let broken = false;
    const load = vi.fn(async () => {
      if (broken) throw new RequestError("timeout", "/x", "10 s");
      return 7;
    });
    const { result } = renderHook(() => usePolling("a", load, INTERVAL));
    await settle();
    broken = true;
    await settle(INTERVAL);
    expect(result.current).toMatchObject({ data: 7, error: { kind: "timeout" } });
    await settle(INTERVAL);
    expect(load).toHaveBeenCalledTimes(3);
    await settle(INTERVAL);
    expect(load).toHaveBeenCalledTimes(3);
    broken = false;
    await settle(INTERVAL);
    expect(load).toHaveBeenCalledTimes(4);
    expect(result.current).toMatchObject({ data: 7, error: null });
  });

  it("pauses while the tab is hidden and sends a request when it is visible again", async () => {
    const load = vi.fn(async () => 1);
    renderHook(() => usePolling("a", load, INTERVAL));
    await settle();
    hide(true);
    await settle(INTERVAL * 10);
    expect(load).toHaveBeenCalledTimes(1);
    hide(false);
    await settle();
    expect(load).toHaveBeenCalledTimes(2);
  });

  it("sends a request immediately when the platform responds again, whatever the delay", async () => {
    const load = vi.fn(async () => Promise.reject(new RequestError("network", "/x", "refused")));
    renderHook(() => usePolling("a", load, INTERVAL));
    await settle(INTERVAL * 30);
    const before = load.mock.calls.length;
    act(() => {
      window.dispatchEvent(new Event(RECOVERED));
    });
    await settle();
    expect(load).toHaveBeenCalledTimes(before + 1);
  });

  it("discards the response of another key, aborts its request and ignores its late response", async () => {
    const signals: AbortSignal[] = [];
    let release: (value: string) => void = () => {};
    const slow = (signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<string>((resolve) => {
        release = resolve;
      });
    };
    const quick = async () => "second";
    const { result, rerender } = renderHook(
      ({ name }) => usePolling(name, name === "a" ? slow : quick, INTERVAL),
      {
        initialProps: { name: "a" },
      },
    );
    await settle();
    rerender({ name: "b" });
    expect(result.current.data).toBeNull();
    release("first");
    await settle();
    expect(signals[0]?.aborted).toBe(true);
    expect(result.current.data).toBe("second");
  });
});
