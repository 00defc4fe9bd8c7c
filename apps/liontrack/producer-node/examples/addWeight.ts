import { randomUUID } from "node:crypto";
import { LionTrackProducer } from "../src/index.js";

/** The parts of Express and of a Mongoose document that this example needs. */
type Request = { params: { lionId: string }; body: { weight: number; unit: "kg" | "g" | "lb" }; user: { id: string; name: string } };
type Response = { status: (code: number) => Response; json: (body: unknown) => void };
type Next = (error: unknown) => void;
type Weights = { save: (weight: object) => Promise<{ id: string }> };

const producer = new LionTrackProducer({
  url: process.env["PULSAR_HTTP_URL"] ?? "http://127.0.0.1:8080",
  ...(process.env["PULSAR_TOKEN_FILE"] === undefined ? {} : { tokenFile: process.env["PULSAR_TOKEN_FILE"] }),
});

/**
 * `addWeight` of an Express application: it saves, then publishes the weight and the user's activity.
 *
 * The response does not wait for Pulsar. The error handler logs a refused event, and the weight stays saved.
 */
export const addWeight =
  (weights: Weights, report: (error: unknown) => void) =>
  async (request: Request, response: Response, next: Next): Promise<void> => {
    try {
      const { weight, unit } = request.body;
      const measured_at = new Date();
      const saved = await weights.save({ lionId: request.params.lionId, weight, unit, measured_at });
      producer
        .publishWeight({ weight_id: saved.id, lion_id: request.params.lionId, weight, unit, measured_at })
        .catch(report);
      producer
        .publishActivity({
          event_id: randomUUID(),
          user_id: request.user.id,
          username: request.user.name,
          activity: "weight_entry",
          occurred_at: measured_at,
        })
        .catch(report);
      response.status(201).json({ id: saved.id });
    } catch (error) {
      next(error);
    }
  };
