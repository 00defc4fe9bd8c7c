import { readFile } from "node:fs/promises";
import { Channel } from "./channel.js";
import {
  type Activity,
  activitySchema,
  type Challenge,
  challengeSchema,
  checked,
  type Position,
  positionSchema,
  type Weight,
  weightSchema,
} from "./events.js";

export { RefusedError } from "./channel.js";
export { type Activity, type Challenge, InvalidEventError, type Position, type Weight } from "./events.js";

export type ProducerOptions = {
  /** Address of Pulsar's HTTP port, such as `http://127.0.0.1:8080`. */
  url: string;
  /** File with the token of a role that may produce; omit it if Pulsar requires no token. */
  tokenFile?: string;
  /** Maximum number of unacknowledged events of a topic (default 1000); further calls wait. */
  queueSize?: number;
};

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
const SILENCE_MS = 30_000;
const ENDPOINT = "/ws/v2/producer/persistent/liontrack/tracking/";

/**
 * Publishes LionTrack's events.
 *
 * Each method resolves when Pulsar has stored the event. It rejects an invalid event with InvalidEventError, and an event
 * that Pulsar refuses permanently with RefusedError. While Pulsar is unreachable, events wait and are sent again. An event
 * may arrive twice after a lost acknowledgement; both copies have the same key and become one row.
 */
export class LionTrackProducer {
  readonly #options: ProducerOptions;
  readonly #channels = new Map<string, Channel>();

  constructor(options: ProducerOptions) {
    if (!/^https?:\/\//.test(options.url)) {
      throw new TypeError(`url: found ${options.url}; expected the address of Pulsar's HTTP port, http://HOST:PORT`);
    }
    const { queueSize = 1000 } = options;
    if (!Number.isInteger(queueSize) || queueSize < 1) {
      throw new TypeError(`queueSize: found ${queueSize}; expected a whole number from 1`);
    }
    this.#options = options;
  }

  /** Publishes a position of a lion. */
  async publishPosition(position: Position): Promise<void> {
    const event = checked(positionSchema, position);
    await this.#send("lions.position.events", event.lion_id, event);
  }

  /** Publishes a weighing of a lion. */
  async publishWeight(weight: Weight): Promise<void> {
    const event = checked(weightSchema, weight);
    await this.#send("lions.weight.events", event.lion_id, event);
  }

  /** Publishes something that a user did. */
  async publishActivity(activity: Activity): Promise<void> {
    const event = checked(activitySchema, activity);
    await this.#send("users.activity.events", event.user_id, event);
  }

  /** Publishes a change of a challenge. */
  async publishChallenge(challenge: Challenge): Promise<void> {
    const event = checked(challengeSchema, challenge);
    await this.#send("challenges.status.events", event.challenge_id, event);
  }

  /** Number of events without an acknowledgement. */
  get outstanding(): number {
    return [...this.#channels.values()].reduce((sum, channel) => sum + channel.outstanding, 0);
  }

  /** Closes the connections. Await all calls before, because this rejects the promises of unacknowledged events. */
  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  async #send(topic: string, key: string, event: object): Promise<void> {
    let channel = this.#channels.get(topic);
    if (channel === undefined) {
      const { url, tokenFile, queueSize } = this.#options;
      channel = new Channel({
        url: url.replace(/^http/, "ws").replace(/\/$/, "") + ENDPOINT + topic,
        token: async () => (tokenFile === undefined ? "" : (await readFile(tokenFile, "utf-8")).trim()),
        limit: queueSize ?? 1000,
        firstPause: FIRST_PAUSE_MS,
        longestPause: LONGEST_PAUSE_MS,
        silence: SILENCE_MS,
      });
      this.#channels.set(topic, channel);
    }
    await channel.send({ key, payload: JSON.stringify(event) });
  }
}
