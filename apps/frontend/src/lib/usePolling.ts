import { useEffect, useRef, useState } from "react";
import { RequestError } from "./api";

export type Polled<T> = {
  /** The last response; it stays when later requests fail. */
  data: T | null;
  /** When `data` was received, ms since the epoch. */
  receivedAt: number | null;
  /** The error of the newest request; null after a success. */
  error: RequestError | null;
};

const LONGEST_DELAY_MS = 60_000;

/** Event on the window when the platform responds again; pollers that backed off then send a request immediately. */
export const RECOVERED = "kappastack:recovered";

/**
 * Delay before the next request, in ms.
 *
 * It doubles with each consecutive failure, up to a minute. It varies by ±20 %, so that pages do not retry in step.
 */
export function nextDelay(intervalMs: number, failures: number, random: () => number = Math.random): number {
  if (failures === 0) return intervalMs;
  const delay = Math.min(intervalMs * 2 ** (failures - 1), Math.max(LONGEST_DELAY_MS, intervalMs));
  return delay * (0.8 + 0.4 * random());
}

function asRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  return new RequestError("network", "", error instanceof Error ? error.message : String(error));
}

/**
 * Calls `load` at an interval while the tab is visible.
 *
 * A new `key` discards the old data. Data equal to the last ones keep their identity, so that nothing is rendered
 * again.
 */
export function usePolling<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  intervalMs: number,
): Polled<T> {
  const [state, setState] = useState<Polled<T> & { key: string }>({
    key,
    data: null,
    receivedAt: null,
    error: null,
  });
  const loader = useRef(load);
  useEffect(() => {
    loader.current = load;
  });

  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let running = false;
    let stopped = false;

    const succeed = (data: T) => {
      failures = 0;
      setState((last) => {
        const same =
          last.key === key && last.data !== null && JSON.stringify(last.data) === JSON.stringify(data);
        return { key, data: same ? last.data : data, receivedAt: Date.now(), error: null };
      });
    };
    const fail = (error: RequestError) => {
      failures += 1;
      setState((last) =>
        last.key === key ? { ...last, error } : { key, data: null, receivedAt: null, error },
      );
    };
    const run = async () => {
      clearTimeout(timer);
      if (running || stopped || document.hidden) return;
      running = true;
      try {
        const data = await loader.current(controller.signal);
        if (!stopped) succeed(data);
      } catch (error) {
        if (!stopped) fail(asRequestError(error));
      } finally {
        running = false;
        if (!stopped) timer = setTimeout(run, nextDelay(intervalMs, failures));
      }
    };
    const onVisible = () => {
      if (document.hidden) clearTimeout(timer);
      else void run();
    };

    void run();
    document.addEventListener("visibilitychange", onVisible);
    window.addEventListener("online", run);
    window.addEventListener(RECOVERED, run);
    return () => {
      stopped = true;
      clearTimeout(timer);
      controller.abort();
      document.removeEventListener("visibilitychange", onVisible);
      window.removeEventListener("online", run);
      window.removeEventListener(RECOVERED, run);
    };
  }, [key, intervalMs]);

  return state.key === key ? state : { data: null, receivedAt: null, error: null };
}
