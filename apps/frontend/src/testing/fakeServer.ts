import { vi } from "vitest";

type Answer = unknown | Response | (() => unknown);

function asResponse(answer: unknown): Response {
  if (answer instanceof Response) return answer.clone();
  return new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
}

/** Responds to `fetch` from a table of paths (without query); to other paths with a 404 problem. */
export class FakeServer {
  readonly requests: URL[] = [];
  answers: Record<string, Answer> = {};
  unreachable = false;

  constructor(answers: Record<string, Answer>) {
    this.answers = answers;
    vi.stubGlobal("fetch", (path: string) => this.#fetch(path));
  }

  async #fetch(path: string): Promise<Response> {
    const url = new URL(path, "http://page.test");
    this.requests.push(url);
    if (this.unreachable) throw new TypeError("Failed to fetch");
    const known = Object.hasOwn(this.answers, url.pathname);
    if (!known) return problem(404, "Not Found", "No such thing.");
    const answer = this.answers[url.pathname];
    return asResponse(typeof answer === "function" ? await answer() : answer);
  }
}

export function problem(status: number, title: string, detail: string): Response {
  return new Response(JSON.stringify({ type: "about:blank", title, status, detail, errors: [] }), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}
