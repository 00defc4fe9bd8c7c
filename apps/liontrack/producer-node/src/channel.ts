import { WebSocket } from "ws";

export type Message = { key: string; payload: string };
type Pending = Message & { resolve: () => void; reject: (error: Error) => void };
type Answer = { result?: string; errorMsg?: string; context?: string };

export type ChannelOptions = {
  /** Address of the topic's producer endpoint. */
  url: string;
  /** Reads the token at each connection, so that a renewed one is used; empty for none. */
  token: () => Promise<string>;
  /** Maximum number of unacknowledged messages; further calls wait. */
  limit: number;
  /** First and longest pause before a reconnection, in milliseconds. */
  firstPause: number;
  longestPause: number;
  /** Milliseconds without an acknowledgement, while messages are unacknowledged, after which the connection is replaced. */
  silence: number;
};

/** The server refuses permanently: a retry would fail in the same way. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

const FINAL_STATUS = new Set([401, 403, 404]);

/**
 * Messages of one topic over Pulsar's WebSocket producer endpoint.
 *
 * Messages are sent in order. Messages that are unacknowledged when a connection ends are sent again over the next
 * one, in order, so that each message arrives at least once.
 */
export class Channel {
  readonly #options: ChannelOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #waiting: (() => void)[] = [];
  #socket: WebSocket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #watch: NodeJS.Timeout | null = null;
  #next = 0;
  #failures = 0;
  #closed = false;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** Number of messages without an acknowledgement. */
  get outstanding(): number {
    return this.#pending.size;
  }

  /** Sends a message; resolves when Pulsar has stored it. Waits while too many are unacknowledged. */
  async send(message: Message): Promise<void> {
    while (this.#pending.size >= this.#options.limit && !this.#closed) {
      await new Promise<void>((room) => this.#waiting.push(room));
    }
    if (this.#closed) throw new RefusedError("the producer is closed");
    const context = String(this.#next++);
    await new Promise<void>((resolve, reject) => {
      this.#pending.set(context, { ...message, resolve, reject });
      if (this.#socket?.readyState === WebSocket.OPEN) this.#write(context, message);
      else this.#connect();
      this.#keepWatch();
    });
  }

  /** Closes the connection. Messages without an acknowledgement are rejected. */
  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#watch !== null) clearTimeout(this.#watch);
    this.#socket?.close();
    this.#fail(new RefusedError("the producer was closed before Pulsar acknowledged the event"));
  }

  #write(context: string, { key, payload }: Message): void {
    this.#socket?.send(JSON.stringify({ key, payload: Buffer.from(payload).toString("base64"), context }));
  }

  #connect(): void {
    if (this.#socket !== null || this.#timer !== null || this.#closed) return;
    const pause =
      this.#failures === 0
        ? 0
        : Math.min(this.#options.firstPause * 2 ** (this.#failures - 1), this.#options.longestPause);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#open().catch((error: unknown) => this.#refuse(error instanceof Error ? error.message : String(error)));
    }, pause * (0.8 + 0.4 * Math.random()));
  }

  async #open(): Promise<void> {
    const token = await this.#options.token();
    if (this.#closed) return;
    const headers = token === "" ? {} : { Authorization: `Bearer ${token}` };
    const socket = new WebSocket(this.#options.url, { headers, handshakeTimeout: 10_000 });
    this.#socket = socket;
    socket.on("open", () => {
      for (const [context, message] of this.#pending) this.#write(context, message);
    });
    socket.on("message", (data) => this.#answered(String(data)));
    socket.on("unexpected-response", (_, response) => {
      if (FINAL_STATUS.has(response.statusCode ?? 0)) this.#refuse(`Pulsar returned status ${response.statusCode}`);
      socket.terminate();
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#failures += 1;
      if (this.#pending.size > 0) this.#connect();
    });
  }

  #answered(data: string): void {
    const { result, errorMsg, context } = JSON.parse(data) as Answer;
    if (result !== "ok") {
      // A time-out or a full queue of Pulsar is not a refusal: the connection is replaced and all messages are sent again.
      process.emitWarning(`Pulsar did not accept an event, which is sent again: ${errorMsg ?? result ?? data}`);
      this.#socket?.terminate();
      return;
    }
    const pending = context === undefined ? undefined : this.#pending.get(context);
    if (context === undefined || pending === undefined) return;
    this.#pending.delete(context);
    this.#failures = 0;
    pending.resolve();
    this.#waiting.shift()?.();
    this.#keepWatch();
  }

  /** Replaces an open connection without responses, such as one to a machine that was switched off. */
  #keepWatch(): void {
    if (this.#watch !== null) clearTimeout(this.#watch);
    this.#watch = this.#pending.size === 0 ? null : setTimeout(() => this.#socket?.terminate(), this.#options.silence);
  }

  #refuse(reason: string): void {
    this.#fail(new RefusedError(`${this.#options.url}: ${reason}`));
  }

  #fail(error: Error): void {
    const left = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of left) reject(error);
    for (const room of this.#waiting.splice(0)) room();
  }
}
